using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.Data;

/// <summary>Prompts for sample sheets whose compositions no training clip shows: items 96 and up of the suite <c>single</c>.</summary>
public static class HeldOutPrompts
{
    /// <summary>The first <paramref name="count"/> (at most 32), brought into the profile.</summary>
    public static IReadOnlyList<string> Get(int count, WorldProfile world) =>
        [.. Enumerable.Range(96, Math.Clamp(count, 1, 32)).Select(i => world.Restrict(ShapesSuites.Get(ShapesSuites.Single, i)).FullCaptions[0])];
}
