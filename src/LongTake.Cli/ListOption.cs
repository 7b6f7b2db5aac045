namespace LongTake.Cli;

/// <summary>Options whose values are separated by commas.</summary>
internal static class ListOption
{
    /// <summary>The values of a list, without spaces around them.</summary>
    public static string[] Of(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Lengths as multiples of the training length, such as 1x,6x,12x.</summary>
    /// <exception cref="UsageException">One is no number; the message names it.</exception>
    public static int[] Lengths(string text) =>
        [
            .. Of(text).Select(word => int.TryParse(word.TrimEnd('x', 'X'), out int length)
                ? length
                : throw new UsageException($"--lengths has '{word}'; write multiples of the training length such as 1x,6x,12x.")),
        ];
}
