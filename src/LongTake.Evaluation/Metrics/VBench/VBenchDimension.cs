namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>One of the sixteen dimensions of VBench, with the range that its raw score is normalised by.</summary>
/// <param name="Name">VBench's name.</param>
/// <param name="Minimum">Raw score that becomes 0.</param>
/// <param name="Maximum">Raw score that becomes 1.</param>
/// <param name="Weight">Weight within its group.</param>
/// <param name="IsQuality">Whether it belongs to quality; otherwise to semantics.</param>
/// <param name="IsForAnyPrompt">Whether it can be measured on prompts other than the official suite's.</param>
public sealed record VBenchDimension(string Name, double Minimum, double Maximum, double Weight, bool IsQuality, bool IsForAnyPrompt)
{
    /// <summary>All dimensions, quality first. Source: spec/metrics.md section 3.</summary>
    public static IReadOnlyList<VBenchDimension> All { get; } =
    [
        Quality("subject_consistency", .1462, 1), Quality("background_consistency", .2615, 1),
        new("temporal_flickering", .6293, 1, 1, IsQuality: true, IsForAnyPrompt: false),
        Quality("motion_smoothness", .706, .9975), Quality("dynamic_degree", 0, 1, .5), Quality("aesthetic_quality", 0, 1), Quality("imaging_quality", 0, 1),
        Semantic("object_class"), Semantic("multiple_objects"), Semantic("human_action"), Semantic("color"), Semantic("spatial_relationship"),
        Semantic("scene", 0, .8222), Semantic("appearance_style", .0009, .2855), Semantic("temporal_style", 0, .364),
        Semantic("overall_consistency", 0, .364),
    ];

    /// <summary>The dimension of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static VBenchDimension Named(string name) => All.FirstOrDefault(d => d.Name == name)
        ?? throw new ArgumentException($"VBench has no dimension \"{name}\"; it has {string.Join(", ", All.Select(d => d.Name))}.", nameof(name));

    /// <summary>A raw score between the dimension's extremes, not clamped.</summary>
    public double Normalise(double raw) => (raw - Minimum) / (Maximum - Minimum);

    private static VBenchDimension Quality(string name, double minimum, double maximum, double weight = 1) =>
        new(name, minimum, maximum, weight, IsQuality: true, IsForAnyPrompt: true);

    private static VBenchDimension Semantic(string name, double minimum = 0, double maximum = 1) =>
        new(name, minimum, maximum, 1, IsQuality: false, IsForAnyPrompt: false);
}
