using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

// Going on several times from one place.
public sealed partial class ChunkGenerator
{
    /// <summary>Everything that what follows depends on, but for the prompt; a copy, the caller's.</summary>
    public GenerationState Snapshot()
    {
        GenerationState state = new();
        Save(state);
        return state;
    }

    /// <summary>Goes back to a snapshot of a generator made alike. The context is as it was then, adapted to the prompt that held.</summary>
    /// <param name="state">From <see cref="Snapshot"/>; stays the caller's and can be used again.</param>
    /// <param name="prompt">Features of the prompt that held then.</param>
    /// <param name="negative">Those of its negative prompt, with guidance and only then.</param>
    public void Rewind(GenerationState state, Tensor prompt, Tensor? negative = null)
    {
        Restore(state);
        ResumePrompt(prompt, negative);
    }
}
