using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.WholeVideos;

/// <summary>Runs of methods by name, on the small model.</summary>
internal static class ClipRuns
{
    /// <summary>Latents of the clips that the small model counts as trained on.</summary>
    public const int Trained = 6;

    /// <summary>Presets for whole videos, with settings that make them differ from plain sampling beyond a clip.</summary>
    public static IReadOnlyList<string> Methods { get; } =
    [
        "direct",
        "gen-l-video",
        "gen-l-video:form=flow",
        "freenoise",
        "freelong",
        "freepca:components=2",
        "ultravico:alpha=0.5",
        "clip.position-interpolation",
        "clip.ntk",
        "clip.yarn",
        "clip.riflex:pair=1",
    ];

    /// <summary>A method written as name:setting=value+setting=value.</summary>
    public static ClipMethod Make(string text)
    {
        string[] parts = text.Split(':');
        Dictionary<string, string> settings = parts.Length == 1
            ? []
            : parts[1].Split('+').Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]);
        return ClipPresets.Create(parts[0], settings);
    }

    public static ClipRunInfo Info(
        int latents, SamplerKind kind = SamplerKind.UniPC, int steps = 4, double guidance = 1, long[]? prompts = null) => new()
        {
            Model = TinyModel.Config,
            ClipFrames = Trained,
            Height = TinyModel.Side,
            Width = TinyModel.Side,
            Sampler = new SamplerOptions { Kind = kind, Steps = steps, Shift = 3, Guidance = guidance },
            Seed = 11,
            Latents = latents,
            PromptStarts = prompts ?? [0],
        };

    /// <summary>The latents that a method makes with the small model.</summary>
    public static float[] Run(string method, ClipRunInfo run, int threads = 1)
    {
        using TinyModel model = new(threads);
        using ClipNetwork network = Network(model, run);
        using LatentStream stream = Start(method, ref run, network);
        return Finish(stream);
    }

    public static ClipNetwork Network(TinyModel model, ClipRunInfo run)
    {
        Tensor[] prompts = [.. run.PromptStarts.Select((_, i) => TensorScope.Detach(TinyModel.Prompt(i)))];
        return new ClipNetwork(model.Compute, model.Transformer, run, prompts, run.Sampler.IsGuided ? TinyModel.Prompt(99) : null);
    }

    /// <summary>Checks and begins a run as a program does.</summary>
    public static LatentStream Start(string method, ref ClipRunInfo run, IClipNetwork network)
    {
        ClipMethod made = Make(method);
        run = made.Prepare(run);
        _ = made.Plan(run);
        return made.Start(run, network);
    }

    /// <summary>The rest of a run.</summary>
    public static float[] Finish(LatentStream stream)
    {
        List<float> all = [];
        while (!stream.IsDone)
        {
            using Tensor? block = stream.Advance();
            if (block is not null)
            {
                all.AddRange(block.Span);
            }
        }
        return [.. all];
    }
}
