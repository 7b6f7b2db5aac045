namespace LongTake.Evaluation.Shapes;

/// <summary>
/// A part of the Shapes world that a model is trained on and asked about. A small model trained for a short time cannot carry
/// everything: a profile says what it gives up, and training clips, prompts and suites follow it. Scenes are drawn as ever and then
/// brought into the profile, so that item k of a suite differs between profiles in nothing but what was given up.
/// </summary>
public sealed class WorldProfile
{
    private readonly int? _onlySize;
    private readonly ProfileTables? _tables;

    private WorldProfile(string name, int? onlySize, ProfileTables? tables = null)
    {
        Name = name;
        Version = onlySize is null ? ShapesWorld.Version : ShapesWorld.Version + "-" + name;
        _onlySize = onlySize;
        _tables = tables;
    }

    /// <summary>The whole world of spec/benchmarks.md part 4.</summary>
    public static WorldProfile Full { get; } = new("full", null);

    /// <summary>Large subjects only: 144 identities. A small one covers less than one of the embedded transformer's tokens (16x16 pixels), too little for its outline.</summary>
    public static WorldProfile Large { get; } = new("large", 1);

    /// <summary>
    /// Large circles, squares, triangles and diamonds that stay, move along a line, shake or bob: 96 identities, 13 motions. What it gives up
    /// beyond <see cref="Large"/> is what the embedded transformer learnt last: crosses and stars, whose arms are finer than its tokens, and
    /// circling, whose sense of rotation shows in no single latent.
    /// </summary>
    public static WorldProfile Core { get; } = new("core", 1, ProfileTables.Core);

    /// <summary>All profiles.</summary>
    public static IReadOnlyList<WorldProfile> All { get; } = [Full, Large, Core];

    /// <summary>Name in recipes, on the command line and in model folders.</summary>
    public string Name { get; }

    /// <summary>The world's version and the profile, as written into files.</summary>
    public string Version { get; }

    /// <summary>The profile of a name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static WorldProfile Of(string name) =>
        All.FirstOrDefault(p => p.Name == name)
        ?? throw new ArgumentException($"There is no world profile \"{name}\"; there are {string.Join(", ", All.Select(p => p.Name))}.", nameof(name));

    /// <summary>Whether the scene is part of the profile.</summary>
    public bool Contains(SceneState state) => Restrict(state) == state;

    /// <summary>The scene with what the profile gives up replaced by what it keeps. Held-out pairs stay held out.</summary>
    public SceneState Restrict(SceneState state)
    {
        SceneState sized = _onlySize is int size ? state with { Size = size } : state;
        return _tables?.Restrict(sized) ?? sized;
    }

    /// <summary>The item with all its scenes brought into the profile.</summary>
    public SuiteItem Restrict(SuiteItem item) =>
        this == Full ? item : item with { Segments = [.. item.Segments.Select(s => s with { State = Restrict(s.State) })] };

    /// <summary>Whether scenes of the item that differ still differ when brought into the profile.</summary>
    public bool KeepsDifferences(SuiteItem item)
    {
        SceneState[] states = [.. item.Segments.Select(s => s.State).Distinct()];
        return states.Select(Restrict).Distinct().Count() == states.Length;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
