using LongTake.Cli.Generate;

// <readme>
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

// </readme>
namespace LongTake.Cli.Tests;

/// <summary>The README's library example: what it prints is what is compiled and run here.</summary>
public class ReadmeExampleTests
{
    private long _shown;

    [Fact]
    public void The_example_is_the_one_in_the_readme()
    {
        string root = Repository.Root;
        IEnumerable<string> lines = ExampleLines(File.ReadAllLines(Path.Combine(root, "tests", "LongTake.Cli.Tests", "ReadmeExampleTests.cs")));
        string example = string.Join('\n', lines);
        string readme = File.ReadAllText(Path.Combine(root, "README.md")).ReplaceLineEndings("\n");
        Assert.Contains($"```csharp\n{example}\n```", readme, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_shows_every_frame_of_its_story()
    {
        await Example(ModelLocation.Find(null));

        // 5 seconds are 80 frames: chunks of 9, 12, 12 ... frames until there are enough.
        Assert.Equal(81, _shown);
    }

    private async Task Example(string folder)
    {
        // <readme>
        using CpuBackend backend = new();
        Compute compute = new(backend);
        using ModelFolder model = ModelFolder.Open(folder);
        TransformerSettings settings = model.Settings(TransformerKind.Causal);
        GenerationOptions options = new()
        {
            Method = MethodPresets.Create("longlive-infinity"),
            Sampler = SamplerOptions.From(settings),
            Height = settings.Height,
            Width = settings.Width,
            Seed = 1,
        };
        Story story = Story.FromPrompt(
            "a large purple triangle moves quickly upward on a background of mint dots.", StoryTime.Seconds(5));
        using WanChunkDecoder decoder = new(model.LoadVae().Decoder);
        using StreamingGenerator generator = new(
            compute,
            model.LoadTransformer(TransformerKind.Causal),
            decoder,
            new WanPromptEncoder(model.LoadTokenizer(), model.LoadTextEncoder()),
            story,
            options);
        await foreach (VideoChunk chunk in generator.GenerateAsync())
        {
            using (chunk)
            {
                Show(chunk.Frames!);
            }
        }
        // </readme>
    }

    private void Show(Tensor frames) => _shown += frames.Shape[0];

    /// <summary>The lines between the marks, without their indentation; an empty line between parts.</summary>
    private static IEnumerable<string> ExampleLines(string[] lines)
    {
        bool inside = false;
        foreach (string line in lines)
        {
            string text = line.Trim();
            if (text is "// <readme>" or "// </readme>")
            {
                inside = text == "// <readme>";
                continue;
            }
            if (inside)
            {
                yield return line.StartsWith("        ", StringComparison.Ordinal) ? line[8..] : line;
            }
        }
    }
}
