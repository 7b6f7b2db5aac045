using LongTake.Evaluation.Metrics;

namespace LongTake.Alignment.Rewards;

/// <summary>A piece of video to be scored, with what it was asked to show.</summary>
/// <param name="Video">Size, frame rate, prompts and, in the Shapes world, the story of this piece.</param>
/// <param name="Frames">[F, H, W, 3] bytes.</param>
public sealed record RewardClip(VideoDescription Video, ReadOnlyMemory<byte> Frames);
