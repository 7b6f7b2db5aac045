using LongTake.Generation.Clips;
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
    /// <summary>Share of the work that is done, 0 to 1; null if there is no end.</summary>
    public double? Share { get; init; }

    /// <summary>Network calls so far.</summary>
    public long Calls { get; init; }

    /// <summary>Network calls of the whole run, about, where chunks do not tell how far it is; else null.</summary>
    public long? AllCalls { get; init; }

    /// <summary>How a far sink looks from the newest chunk (<see cref="StreamingGenerator.FarPhase"/>); null without one.</summary>
    public PhaseView? FarPhase { get; init; }

    /// <summary>How often the method judged what it made and searched for better (<see cref="VideoGenerator.Searches"/>); null for methods that do not.</summary>
    public SearchCounts? Searches { get; init; }
}
