using System.Diagnostics;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Cli.Presets;

/// <summary>
/// Measures the time of a chunk on a model, beside plain sliding-window on the same model: chunks of the two take turns, so that whatever
/// else the machine does meets both, and medians are compared.
/// </summary>
internal sealed class PresetTimer : IDisposable
{
    public const string Baseline = "sliding-window";

    private const int Rounds = 3;

    private readonly Compute _compute;
    private readonly WanTransformer _transformer;
    private readonly GenerationOptions _options;
    private readonly int _trainedFrames;
    private readonly PresetRun _baseline;

    /// <summary>Brings the baseline to its steady state.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="transformer">The model's network; stays the caller's.</param>
    /// <param name="settings">How it wants to be run.</param>
    /// <param name="spatialStride">Pixels to a latent pixel.</param>
    /// <param name="model">The model that sizes are given for.</param>
    /// <param name="cancellation">Stops after the chunk in work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public PresetTimer(
        Compute compute, WanTransformer transformer, TransformerSettings settings, int spatialStride, PresetModel model, CancellationToken cancellation)
    {
        _compute = compute;
        _transformer = transformer;
        _trainedFrames = model.TrainedFrames;
        _options = new GenerationOptions
        {
            Method = MethodPresets.Create(Baseline),
            Sampler = SamplerOptions.From(settings),
            Width = settings.Width,
            Height = settings.Height,
            ChunkFrames = settings.FramesPerBlock,
            FrameRate = settings.FramesPerSecond,
            SpatialStride = spatialStride,
        };
        _baseline = Start(PresetFacts.Of(MethodPresets.All.First(p => p.Name == Baseline), model), cancellation);
    }

    /// <summary>Seconds a chunk, and over those of the baseline.</summary>
    /// <param name="facts">What is known of the preset.</param>
    /// <param name="cancellation">Stops after the chunk in work.</param>
    /// <exception cref="ArgumentException">The method does not go with the model's sampler.</exception>
    /// <exception cref="InsufficientMemoryException">It does not fit in memory.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public (double Seconds, double Ratio) Measure(PresetFacts facts, CancellationToken cancellation)
    {
        using PresetRun run = Start(facts, cancellation);
        double[] own = new double[Rounds];
        double[] plain = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            plain[i] = Time(_baseline, cancellation);
            own[i] = Time(run, cancellation);
        }
        return (Median(own), Median(own) / Median(plain));
    }

    public void Dispose() => _baseline.Dispose();

    private PresetRun Start(PresetFacts facts, CancellationToken cancellation)
    {
        PresetRun run = new(
            _compute, _transformer, _options with { Method = MethodPresets.Create(facts.Name) }, facts, _trainedFrames, Rounds);
        try
        {
            for (int i = 0; i < run.WarmUp; i++)
            {
                Time(run, cancellation);
            }
            return run;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    private static double Time(PresetRun run, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        long start = Stopwatch.GetTimestamp();
        run.Next();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);
}
