using LongTake.Generation.Cache;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Frequencies;

/// <summary>
/// How far a video reaches beyond the clips that the model was trained on: s = max(1, reach / trained frames). The reach is either what has
/// been generated so far, the chunk in work included, so that s is 1 through the trained length and grows from there, or the length
/// of the whole video from the first chunk on.
/// Source: flex.md 3.6.
/// </summary>
public sealed class FrequencyScale
{
    private FrequencyScale(int trainedFrames, int? totalFrames)
    {
        if (trainedFrames < 1)
        {
            throw new ArgumentException(
                $"trained-frames is {trainedFrames}; it is the length in latent frames that the model was trained on, at least 1 (21 for 5 s).",
                nameof(trainedFrames));
        }
        TrainedFrames = trainedFrames;
        TotalFrames = totalFrames;
    }

    /// <summary>Latent frames of the clips that the model was trained on.</summary>
    public int TrainedFrames { get; }

    /// <summary>Latent frames of the whole video, where the scale is fixed by them; null where it grows.</summary>
    public int? TotalFrames { get; }

    /// <summary>A scale that grows with the video.</summary>
    /// <param name="trainedFrames">Latent frames of the clips that the model was trained on.</param>
    /// <exception cref="ArgumentException">That is not at least 1.</exception>
    public static FrequencyScale Dynamic(int trainedFrames) => new(trainedFrames, null);

    /// <summary>A scale for a whole video of known length.</summary>
    /// <param name="trainedFrames">Latent frames of the clips that the model was trained on.</param>
    /// <param name="totalFrames">Latent frames of the video.</param>
    /// <exception cref="ArgumentException">One of them is not at least 1.</exception>
    public static FrequencyScale Fixed(int trainedFrames, int totalFrames) => totalFrames >= 1
        ? new(trainedFrames, totalFrames)
        : throw new ArgumentException($"A video of {totalFrames} latent frames has no scale; give its length.", nameof(totalFrames));

    /// <summary>The scale of a run.</summary>
    /// <param name="kind">What it goes by.</param>
    /// <param name="trainedFrames">Latent frames of the clips that the model was trained on.</param>
    /// <param name="run">Says how long the video is.</param>
    /// <exception cref="ArgumentException">It needs the length and the run has none, or a length is not at least 1.</exception>
    public static FrequencyScale For(ScaleKind kind, int trainedFrames, RunInfo run) => kind == ScaleKind.Dynamic
        ? Dynamic(trainedFrames)
        : Fixed(trainedFrames, run.TotalFrames
            ?? throw new ArgumentException("scale=fixed needs the length of the video; give one, or set scale=dynamic."));

    /// <summary>The scale s for the calls of a chunk, at least 1.</summary>
    public double Of(in CacheCall call) => Math.Max(1.0, (TotalFrames ?? call.Queries[^1].Index + 1) / (double)TrainedFrames);
}
