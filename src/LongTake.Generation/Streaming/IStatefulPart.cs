namespace LongTake.Generation.Streaming;

/// <summary>A policy that remembers something from chunk to chunk, so that a snapshot of a run must hold it.</summary>
public interface IStatefulPart
{
    /// <summary>What is remembered.</summary>
    byte[] SaveState();

    /// <summary>Takes up where <see cref="SaveState"/> was called, in a new object made with the same options.</summary>
    /// <exception cref="ArgumentException">The bytes are no such state.</exception>
    void RestoreState(ReadOnlySpan<byte> state);
}
