namespace LongTake.Evaluation.Reports;

/// <summary>
/// The rows that every table carries beside the methods, so that scores can be judged at all. Source: spec/benchmarks.md section 4.10.
/// </summary>
public static class ControlRows
{
    /// <summary>The true video.</summary>
    public const string GroundTruth = "ground-truth";

    /// <summary>The true video through encoder and decoder.</summary>
    public const string VaeCeiling = "vae-ceiling";

    /// <summary>The model at its training length. Such results have length 1 and are shown in the tables of every length.</summary>
    public const string Reference = "reference-1x";

    /// <summary>The first frame of a clip, repeated.</summary>
    public const string Frozen = "frozen";

    /// <summary>A clip of the training length, repeated.</summary>
    public const string Loop = "loop";

    /// <summary>Independent clips of the training length, one after the other.</summary>
    public const string Restart = "restart";

    /// <summary>True videos of other items.</summary>
    public const string Random = "random";

    private static readonly (string Name, string Title, string Description)[] Rows =
    [
        (GroundTruth, "Ground truth", "the true video"),
        (VaeCeiling, "VAE ceiling", "the true video through encoder and decoder"),
        (Reference, "1× reference", "the model at its training length: the practical ceiling"),
        (Frozen, "Frozen", "the first frame, repeated"),
        (Loop, "Loop", "a clip of the training length, repeated"),
        (Restart, "Restart", "independent clips of the training length, one after the other"),
        (Random, "Random", "true videos of other items"),
    ];

    /// <summary>Their names, in the order in which tables show them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Rows.Select(r => r.Name)];

    /// <summary>Whether a method is a control.</summary>
    public static bool Contains(string method) => Names.Contains(method);

    /// <summary>How a method or a control is called in reports.</summary>
    public static string Title(string method) => Array.Find(Rows, r => r.Name == method).Title ?? method;

    /// <summary>What a control is, in a few words; null for methods.</summary>
    public static string? Description(string method) => Array.Find(Rows, r => r.Name == method).Description;
}
