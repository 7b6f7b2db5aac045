using LongTake.Alignment.Data;
using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.FlowMatching;

/// <summary>Cached clips: the first are trained on, those after them held out.</summary>
/// <param name="latents">The cache.</param>
/// <param name="toTrainOn">How many are trained on at most.</param>
/// <param name="world">What part of the world they show.</param>
public sealed class ClipSource(LatentCache latents, int toTrainOn, WorldProfile world)
{
    private readonly TrainingClips _stream = new(options: new TrainingClipOptions { World = world });

    /// <summary>The cache.</summary>
    public LatentCache Latents { get; } = latents;

    /// <summary>Clips that are trained on.</summary>
    public int ToTrainOn { get; } = Math.Min(toTrainOn, latents.Clips);

    /// <summary>Clips after them.</summary>
    public int HeldOut => Latents.Clips - ToTrainOn;

    /// <summary>What the training stream says of a clip; only captions and cut are needed, not pixels.</summary>
    public TrainingClip Describe(int clip) => _stream.Describe(clip, Latents.Info.PixelFrames);
}
