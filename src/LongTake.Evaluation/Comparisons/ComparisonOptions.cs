using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Methods;

namespace LongTake.Evaluation.Comparisons;

/// <summary>What is compared with what.</summary>
public sealed record ComparisonOptions
{
    private const string PlainClips = "direct";

    /// <summary>The methods, in the order of the tables. Default: the presets <c>full</c>, <c>self-forcing</c> (window) and <c>longlive-infinity</c> (sink and window).</summary>
    public IReadOnlyList<MethodChoice> Methods { get; init; } =
        [MethodChoice.Parse("full"), MethodChoice.Parse("self-forcing"), MethodChoice.Parse("longlive-infinity")];

    /// <summary>Name of a suite of the Shapes world, or path of a prompt file (<see cref="PromptFile"/>). Default <c>single</c>.</summary>
    public string Suite { get; init; } = "single";

    /// <summary>How later scenes of a suite are put into words. Default: in full.</summary>
    public CaptionForm Form { get; init; } = CaptionForm.Full;

    /// <summary>Lengths as multiples of the training length, 1 to 1000 each. Default 1 and 6.</summary>
    public IReadOnlyList<int> Lengths { get; init; } = [1, 6];

    /// <summary>Videos an item, 1 to 100. Default 1.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>The first seed. Default 0.</summary>
    public ulong FirstSeed { get; init; }

    /// <summary>Items of the suite, at least 1, spread evenly over it so that every level is among them; null for all. Default null.</summary>
    public int? Items { get; init; }

    /// <summary>Whether the control rows are measured, too (<see cref="ControlRows"/>). Default true.</summary>
    public bool Controls { get; init; } = true;

    /// <summary>Items whose videos are kept for the report, 0 to 100. Default 3.</summary>
    public int KeptItems { get; init; } = 3;

    /// <summary>The method that generates the 1x clips of the controls. Default <c>full</c>: everything within the training length is seen.</summary>
    public MethodChoice Reference { get; init; } = MethodChoice.Parse("full");

    /// <summary>Whether all videos are made with the bidirectional transformer.</summary>
    public bool IsBidirectional => Methods.All(m => m.IsClip) && Reference.IsClip;

    /// <summary>The reference for some methods: if all are for bidirectional models, plain sampling of a clip with such a model; else <c>full</c>.</summary>
    public static MethodChoice ReferenceFor(IReadOnlyList<MethodChoice> methods) =>
        MethodChoice.Parse(methods.Count > 0 && methods.All(m => m.IsClip) && ClipPresets.Contains(PlainClips) ? PlainClips : "full");

    /// <summary>Checks ranges and conflicts.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(
            Methods.Count > 0,
            "methods",
            "empty",
            $"one or more of {string.Join(", ", MethodPresets.All.Select(p => p.Name).Concat(ClipPresets.All.Select(p => p.Name)))}");
        RefuseTwice(Methods.Select(m => m.Label), "methods");
        foreach (MethodChoice method in Methods)
        {
            Require(!ControlRows.Contains(method.Label), "methods", method.Label, "the name of a preset, not of a control");
        }
        Require(!string.IsNullOrWhiteSpace(Suite), "suite", "empty", "the name of a suite or the path of a prompt file");
        Require(Lengths.Count > 0, "lengths", "empty", "one number or more");
        RefuseTwice(Lengths.Select(n => $"{n}x"), "lengths");
        foreach (int length in Lengths)
        {
            Require(length is >= 1 and <= 1000, "lengths", length, "1 to 1000 each");
        }
        Require(Seeds is >= 1 and <= 100, "seeds", Seeds, "1 to 100");
        Require(FirstSeed <= uint.MaxValue, "seed", FirstSeed, $"0 to {uint.MaxValue}");
        Require(Items is null or >= 1, "items", Items ?? 0, "at least 1");
        Require(KeptItems is >= 0 and <= 100, "keep", KeptItems, "0 to 100");
    }

    private static void RefuseTwice(IEnumerable<string> names, string what)
    {
        if (names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{what} has {twice.Key} twice; name each once.");
        }
    }

    private static void Require(bool condition, string name, object value, string range)
    {
        if (!condition)
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} is {value}; it must be {range}."));
        }
    }
}
