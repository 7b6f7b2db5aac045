using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Prompts that hold for different frames of one call: each frame's tokens attend to the text of their own frame. One object serves call after call:
/// <see cref="Clear"/> it and <see cref="Add"/> anew. Source: spec miga, section 7 (multi-prompt, refinement for cross-attention transformers).
/// </summary>
public sealed class FrameTexts : TextInput
{
    private readonly List<TextContext> _texts = [];
    private readonly List<int> _frames = [];
    private Tensor[] _parts = [];
    private int _total;

    /// <inheritdoc/>
    public override int BatchSize => _texts.Count == 0 ? 0 : _texts[0].BatchSize;

    /// <summary>Forgets all prompts; they stay the caller's.</summary>
    public void Clear()
    {
        _texts.Clear();
        _frames.Clear();
        _total = 0;
    }

    /// <summary>Says what the next frames see.</summary>
    /// <param name="text">Prompts, as many as samples; valid until the call is over.</param>
    /// <param name="frames">Latent frames, at least 1.</param>
    /// <exception cref="ArgumentException">There are fewer or more prompts than for the frames before.</exception>
    public void Add(TextContext text, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        if (_texts.Count > 0 && text.BatchSize != BatchSize)
        {
            throw new ArgumentException($"The frames before have {BatchSize} prompts; these have {text.BatchSize}.", nameof(text));
        }
        _total += frames;
        if (_texts.Count > 0 && ReferenceEquals(_texts[^1], text))
        {
            _frames[^1] += frames;
            return;
        }
        _texts.Add(text);
        _frames.Add(frames);
    }

    internal override void Check(int samples, int frames)
    {
        base.Check(samples, frames);
        if (_total != frames)
        {
            throw new ArgumentException($"There are prompts for {_total} frames; the call has {frames}.");
        }
    }

    internal override Tensor Attend(Compute compute, int layer, WanBlock block, Tensor q)
    {
        if (_texts.Count == 1)
        {
            return _texts[0].Attend(compute, layer, block, q);
        }
        using OperationScope scope = compute.Scope();
        if (_parts.Length != _texts.Count)
        {
            _parts = new Tensor[_texts.Count];
        }
        int tokens = q.Shape[1] / _total;
        int start = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            int length = _frames[i] * tokens;
            _parts[i] = _texts[i].Attend(compute, layer, block, compute.Slice(q, 1, start, length));
            start += length;
        }
        return scope.Keep(compute.Concat(_parts, 1));
    }
}
