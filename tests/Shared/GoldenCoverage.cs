namespace LongTake.Testing;

/// <summary>Which test class answers for which fixtures.</summary>
/// <param name="Prefix">Start of the fixture's name, or of its path below the golden folder.</param>
/// <param name="Project">The test project.</param>
/// <param name="TestClass">The class, in a source file of the same name.</param>
public sealed record GoldenClaim(string Prefix, string Project, string TestClass);

/// <summary>
/// The whole of the golden data, shared out among test classes: a fixture that nobody claims fails the run, and so does a claim whose
/// class does not read the fixture.
/// </summary>
public static class GoldenCoverage
{
    /// <summary>All claims; the longest prefix that fits decides.</summary>
    public static IReadOnlyList<GoldenClaim> Claims { get; } =
    [
        new("torch_random", "LongTake.Tensors.Tests", "TorchRandomTests"),
        new("checkpoints/", "LongTake.Tensors.Tests", "TorchCheckpointGoldenTests"),
        new("wan_keys/", "LongTake.Models.Tests", "KeyListGoldenTests"),
        new("tokenizer/", "LongTake.Models.Tests", "SentencePieceGoldenTests"),
        new("umt5_", "LongTake.Models.Tests", "Umt5GoldenTests"),
        new("clip_text", "LongTake.Models.Tests", "ClipTextGoldenTests"),
        new("clip_vit", "LongTake.Models.Tests", "VisionGoldenTests"),
        new("dino_vit", "LongTake.Models.Tests", "VisionGoldenTests"),
        new("wan_vae_", "LongTake.Models.Tests", "WanVaeGoldenTests"),
        new("wan_dit_", "LongTake.Models.Tests", "GoldenTransformerTests"),
        new("causal_train_", "LongTake.Models.Tests", "GoldenTransformerTests"),
        new("causal_train_masks", "LongTake.Models.Tests", "AttentionMaskTests"),
        new("causal_wan_", "LongTake.Generation.Tests", "GoldenCacheTests"),
        new("causal_pipeline_", "LongTake.Generation.Tests", "GoldenPipelineTests"),
        new("wan_t2v_pipeline_", "LongTake.Generation.Tests", "GoldenBidirectionalTests"),
        new("scheduler_flowmatch_", "LongTake.Generation.Tests", "FlowMatchScheduleTests"),
        new("scheduler_", "LongTake.Generation.Tests", "FlowSolverTests"),
    ];

    /// <summary>The claim on a fixture, if there is one.</summary>
    public static GoldenClaim? Find(string fixture) =>
        Claims.Where(c => fixture.StartsWith(c.Prefix, StringComparison.Ordinal)).MaxBy(c => c.Prefix.Length);

    /// <summary>
    /// All fixtures: names at the top level (a JSON file and its tensors are one), paths below. Vocabulary files and models of a
    /// tokenizer go with its JSON.
    /// </summary>
    public static IReadOnlyList<string> Fixtures()
    {
        SortedSet<string> fixtures = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(GoldenFixture.Root, "*", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(GoldenFixture.Root, file).Replace('\\', '/');
            if (path is "README.md" or "checkpoints/expected.json")
            {
                continue;
            }
            fixtures.Add(path.Contains('/', StringComparison.Ordinal) && !path.StartsWith("tokenizer/", StringComparison.Ordinal)
                ? path
                : path[..path.LastIndexOf('.')].Replace(".spm", "", StringComparison.Ordinal));
        }
        return [.. fixtures];
    }
}
