using LongTake.Generation.Frequencies;

namespace LongTake.Generation.Streaming;

/// <summary>How far a run is.</summary>
/// <param name="Chunk">Chunks done.</param>
/// <param name="Chunks">Chunks in all; null if there is no end.</param>
/// <param name="Frames">Frames done.</param>
/// <param name="VideoSeconds">Seconds of video done.</param>
/// <param name="FramesPerSecond">Frames made a second since this run began or resumed.</param>
/// <param name="MemoryBytes">Native memory in use.</param>
/// <param name="Remaining">Time that the rest will take; null if there is no end.</param>
public sealed record GenerationProgress(
    long Chunk, long? Chunks, long Frames, double VideoSeconds, double FramesPerSecond, long MemoryBytes, TimeSpan? Remaining)
{
    /// <summary>How a far sink looks from the newest chunk (<see cref="StreamingGenerator.FarPhase"/>); null without one.</summary>
    public PhaseView? FarPhase { get; init; }
}
