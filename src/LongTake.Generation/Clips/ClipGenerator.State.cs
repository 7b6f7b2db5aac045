using System.Globalization;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Clips;

// Stopping and resuming: latents in work, solver histories and what is finished but not handed out go with the state.
public sealed partial class ClipGenerator
{
    private const string DecoderPrefix = "decoder.";

    /// <inheritdoc/>
    public override GenerationState Save()
    {
        if (!_worked)
        {
            throw new InvalidOperationException("There is nothing to save before the first unit of work.");
        }
        GenerationState state = new();
        state.Put("chunk", Chunk);
        state.Put("calls", NetworkCalls);
        PutOptions(state, Options());
        _stream.Save(state);
        _collector.Save(state);
        if (Decoder is not null)
        {
            state.PutList(DecoderPrefix, Decoder.SaveState());
        }
        return state;
    }

    /// <inheritdoc/>
    public override void Restore(GenerationState state)
    {
        RequireOptions(state, Options(), "the options and the story");
        _stream.Restore(state);
        _collector.Restore(state);
        Decoder?.RestoreState(state.List(DecoderPrefix));
        _callsBefore = state.Int64("calls") - _network.Calls;
        _worked = true;
        Chunk = state.Chunk;
    }

    /// <summary>What a state must have in common with the run that takes it up: also the length and all scenes, of which the latents in work know already.</summary>
    private IEnumerable<(string Name, string Value)> Options()
    {
        Samplers.SamplerOptions s = _run.Sampler;
        yield return ("method", _options.MethodName);
        yield return ("settings", _options.DescribeSettings());
        yield return ("sampler", FormattableString.Invariant($"{s.Kind} {s.Steps} of order {s.Order}, shift {s.Shift}, guidance {s.Guidance}"));
        yield return ("negative prompt", _options.NegativePrompt);
        yield return ("seed", _options.Seed.ToString(CultureInfo.InvariantCulture));
        yield return ("size", FormattableString.Invariant($"{_options.Width} x {_options.Height}"));
        yield return ("clip length", _options.ClipFrames.ToString(CultureInfo.InvariantCulture));
        yield return ("chunk length", _options.ChunkFrames.ToString(CultureInfo.InvariantCulture));
        yield return ("length", _run.Latents is long n ? FormattableString.Invariant($"{n} latent frames") : "no end");
        yield return ("story", string.Join("; ", Timeline.Entries.Select(e => $"{e.Describe()}: {e.Scene.Prompt}")));
        yield return ("decoding", Decoder is null ? "off" : "on");
        yield return ("model", _run.Model.ToString());
    }
}
