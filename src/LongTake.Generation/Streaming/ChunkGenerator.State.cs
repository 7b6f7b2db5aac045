using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Streaming;

// Saving and restoring between chunks.
public sealed partial class ChunkGenerator
{
    internal void Save(GenerationState state)
    {
        state.Put("frame", NextFrame);
        state.Put("cut", _cutNext ? 1 : 0);
        state.Put("history", _history.Ring);
        _rolling?.Save(state);
        Cache.Save(state);
        foreach ((string name, IStatefulPart part) in StatefulParts())
        {
            state.Put($"part.{name}", Convert.ToBase64String(part.SaveState()));
        }
    }

    /// <summary>Takes a state over. The prompt that holds is set by <see cref="ResumePrompt"/>.</summary>
    internal void Restore(GenerationState state)
    {
        Tensor ring = state.Tensor("history");
        if (ring.Shape != _history.Ring.Shape)
        {
            throw new CheckpointException($"The saved state remembers latents {ring.Shape}; {_history.Ring.Shape} is expected.");
        }
        Cache.Restore(state);
        _rolling?.Restore(state);
        _history.Ring.CopyFrom(ring);
        foreach ((string name, IStatefulPart part) in StatefulParts())
        {
            part.RestoreState(Convert.FromBase64String(state.Text($"part.{name}")));
        }
        NextFrame = state.Int64("frame");
        _cutNext = state.Int64("cut") != 0;
    }

    /// <summary>Sets the prompt that held when a state was saved; the context has been adapted to it already.</summary>
    internal void ResumePrompt(Tensor prompt, Tensor? negative) => _network.SetPrompt(prompt, negative);

    private IEnumerable<(string Name, IStatefulPart Part)> StatefulParts()
    {
        (string, object)[] parts =
        [
            ("context", _context),
            ("positions", _positions),
            ("frequencies", _frequencies),
            ("noise", _noise),
            ("prompt-change", _promptChange),
        ];
        foreach ((string name, object part) in parts)
        {
            if (part is IStatefulPart stateful)
            {
                yield return (name, stateful);
            }
        }
    }
}
