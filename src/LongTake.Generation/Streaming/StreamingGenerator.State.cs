using System.Globalization;
using LongTake.Generation.Samplers;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Streaming;

// Stopping and resuming: a run that goes on from a saved state makes the same bytes as one that never stopped.
public sealed partial class StreamingGenerator
{
    private const string DecoderPrefix = "decoder.";

    /// <summary>Takes a snapshot after the last chunk.</summary>
    /// <returns>The state, the caller's.</returns>
    /// <exception cref="InvalidOperationException">No chunk has been made.</exception>
    public override GenerationState Save()
    {
        if (Chunk == 0)
        {
            throw new InvalidOperationException("There is nothing to save before the first chunk.");
        }
        GenerationState state = new();
        state.Put("chunk", Chunk);
        state.Put("scene", _entry);
        state.Put("prompt", Timeline.Entries[_entry].Scene.Prompt);
        state.Put("change", Timeline.Entries[_entry].Describe());
        PutOptions(state, Options());
        _generator.Save(state);
        if (Decoder is not null)
        {
            state.PutList(DecoderPrefix, Decoder.SaveState());
        }
        return state;
    }

    /// <summary>
    /// Goes on where a run with the same options stopped. The story may have become longer, but must be the same up to there.
    /// </summary>
    /// <param name="state">Copied; stays the caller's.</param>
    /// <exception cref="CheckpointException">The state was saved by a run with other options or under another prompt, or is
    /// damaged.</exception>
    public override void Restore(GenerationState state)
    {
        RequireOptions(state, Options(), "the options");
        int entry = checked((int)state.Int64("scene"));
        string prompt = state.Text("prompt");
        if (entry < 0 || entry >= Timeline.Entries.Count || Timeline.Entries[entry].Scene.Prompt != prompt)
        {
            throw new CheckpointException(
                $"The state was saved in scene {entry + 1}, '{prompt}', which the story does not have there; resume with the same story.");
        }
        string change = state.Text("change");
        if (Timeline.Entries[entry].Describe() != change)
        {
            throw new CheckpointException(
                $"The state was saved in a scene that starts at {change}, not {Timeline.Entries[entry].Describe()}; resume with the same story.");
        }
        _generator.Restore(state);

        // In the middle of a blend the next chunk sets its own features before anything is computed.
        _generator.ResumePrompt(_prompts[entry], _negative);
        Decoder?.RestoreState(state.List(DecoderPrefix));
        _entry = entry;
        Chunk = state.Chunk;
    }

    private IEnumerable<(string Name, string Value)> Options()
    {
        SamplerOptions s = _options.Sampler;
        string steps = s.Kind == SamplerKind.FewStep
            ? $"{string.Join('-', s.StepList)} warped {s.WarpStepList}"
            : $"{s.Steps} of order {s.Order}";
        yield return ("method", _options.Method.Name);
        yield return ("settings", string.Join(", ", _options.Method.Settings.Select(p => $"{p.Key}={p.Value}")));
        yield return ("sampler", _options.Method.Rolling?.Describe()
            ?? FormattableString.Invariant($"{s.Kind} {steps}, shift {s.Shift}, guidance {s.Guidance}"));
        yield return ("negative prompt", _options.NegativePrompt);
        yield return ("seed", _options.Seed.ToString(CultureInfo.InvariantCulture));
        yield return ("size", FormattableString.Invariant($"{_options.Width} x {_options.Height}"));
        yield return ("chunk length", _options.ChunkFrames.ToString(CultureInfo.InvariantCulture));
        yield return ("cache type", _options.CacheType.ToString());
        yield return ("decoding", Decoder is null ? "off" : "on");
        yield return ("model", _transformer.Config.ToString());
    }
}
