using LongTake.Evaluation.Comparisons;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Evaluation.Trials;

/// <summary>The causal transformer of a model on trial, with its own sampler and a preset.</summary>
internal sealed class Streamer
{
    // A prompt that changes in the middle of a video.
    private const int TrialScenes = 2;

    private readonly TrialModel _model;
    private readonly WanTransformer _transformer;
    private readonly StreamingMethod _method;

    public Streamer(TrialModel model, string preset)
    {
        _model = model;
        Settings = model.Settings(TransformerKind.Causal);
        Sampler = SamplerOptions.From(Settings);
        Preset = preset;
        _method = MethodChoice.Parse(preset).Create();
        if (_method.CannotTell(TrialScenes) is string reason)
        {
            throw new ArgumentException(reason);
        }
        _transformer = model.LoadTransformer(TransformerKind.Causal);
    }

    public TransformerSettings Settings { get; }

    public SamplerOptions Sampler { get; }

    public string Preset { get; }

    /// <summary>Generates chunks and appends them to <paramref name="latents"/>, [B, n, C, h, w] each.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="latents">The chunks so far.</param>
    /// <param name="chunks">How many more.</param>
    /// <param name="progress">Told how many chunks there are.</param>
    /// <param name="cancellation">Looked at before every chunk.</param>
    public static void Next(
        ChunkGenerator generator, List<Tensor> latents, int chunks, Action<int> progress, CancellationToken cancellation)
    {
        for (int i = 0; i < chunks; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            latents.Add(generator.Next());
            progress(latents.Count);
        }
    }

    /// <summary>Begins a batch of videos, each with the noise of its own seed.</summary>
    public ChunkGenerator Start(ulong[] seeds, int chunks)
    {
        StreamingMethod method = _method with
        {
            Noise = run => new ClipNoise([.. seeds.Select(seed => _method.Noise(run with { Seed = seed }))]),
        };
        RunInfo run = new(seeds[0], Settings.FramesPerBlock, chunks * Settings.FramesPerBlock);
        return new ChunkGenerator(_model.Compute, _transformer, method, Sampler, run, seeds.Length, _model.LatentSide, _model.LatentSide);
    }
}
