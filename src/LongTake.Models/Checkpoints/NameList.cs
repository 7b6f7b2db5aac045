namespace LongTake.Models.Checkpoints;

/// <summary>Lists of names in messages: the first few, then how many more.</summary>
internal static class NameList
{
    private const int Shown = 6;

    public static string Of(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
}
