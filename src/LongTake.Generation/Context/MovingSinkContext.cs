using System.Buffers.Binary;
using LongTake.Generation.Cache;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Context;

/// <summary>
/// A window with a sink that moves: at a new prompt the next frames become the sink, and the old one ages out of the window like any
/// other frames. Until the prompt changes it is a <see cref="SlidingWindowContext"/>.
/// Source: flex.md 5 (resetSink).
/// </summary>
public sealed class MovingSinkContext : IContextPolicy, IStatefulPart
{
    private readonly SlidingWindowContext _window;
    private long _sinkStart;

    /// <summary>Makes the policy.</summary>
    /// <param name="window">Latent frames in all.</param>
    /// <param name="sink">First frames of a scene that stay while it lasts.</param>
    /// <exception cref="ArgumentException">The window is empty, or the sink leaves no room in it.</exception>
    public MovingSinkContext(int window, int sink) => _window = new SlidingWindowContext(window, sink);

    /// <inheritdoc/>
    public int Capacity => _window.Capacity;

    /// <summary>First frames of a scene that stay while it lasts.</summary>
    public int Sink => _window.Sink;

    /// <summary>The sink of the scene before gives way to frames of the new one, so it is computed anew, or forgotten, like the others.</summary>
    public SceneAnswer Answer(SceneChangeKind kind) =>
        SceneAnswer.With(kind == SceneChangeKind.Recache ? new RecacheContext(0) : new FlushContext(0));

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
    {
        _window.MakeRoom(held, incoming, keep);
        int evict = keep.Count(false);
        keep.Fill(true);
        for (int i = 0; evict > 0; i++)
        {
            if (held[i].Index < _sinkStart || held[i].Index >= _sinkStart + Sink)
            {
                keep[i] = false;
                evict--;
            }
        }
    }

    /// <inheritdoc/>
    public void OnPromptChange(KeyValueCache cache) => _sinkStart = cache.Frames[^1].Index + 1;

    /// <summary>The frame that the sink starts with; 8 bytes.</summary>
    public byte[] SaveState()
    {
        byte[] state = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(state, _sinkStart);
        return state;
    }

    /// <inheritdoc/>
    /// <exception cref="CheckpointException">The state is none.</exception>
    public void RestoreState(ReadOnlySpan<byte> state) => _sinkStart = state.Length == 8
        ? BinaryPrimitives.ReadInt64LittleEndian(state)
        : throw new CheckpointException("This is no saved state of a moving sink; it is damaged.");
}
