using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>
/// The Wan transformer as a clip network: every frame attends to every other of the call, at positions 0 ... F-1 in the order of the call. With guidance,
/// positive and negative prompt run side by side as one batch. Allocates nothing on the managed heap once it is warm and the prompt stays the same.
/// Source: miga.md 2.1 and 2.2.
/// </summary>
public sealed class ClipNetwork : IClipNetwork, IDisposable
{
    /// <summary>
    /// Prompts whose cross-attention keys and values are held at a time. Where one call needs more prompts, those of the rest are made anew whenever a
    /// block asks for them.
    /// </summary>
    public const int HeldPrompts = 4;

    private readonly GuidedNetwork _network;
    private readonly ClipRunInfo _run;
    private readonly IReadOnlyList<Tensor> _prompts;
    private readonly Tensor? _negative;
    private readonly TextContext?[] _texts;
    private readonly long[] _used;
    private readonly FrameTexts _frameTexts = new();
    private readonly LayeredTexts _layeredTexts = new();
    private readonly Dictionary<int, FullAttention> _attentions = [];
    private int _held;

    /// <summary>Prepares a network for a run.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="transformer">The bidirectional transformer; stays the caller's.</param>
    /// <param name="run">Sizes and guidance.</param>
    /// <param name="prompts">Text features [1, n, text_dim] of each prompt of the run; they stay the caller's.</param>
    /// <param name="negative">Text features of the negative prompt, with guidance.</param>
    /// <exception cref="ArgumentException">There are not as many prompts as the run has, or guidance lacks its negative prompt.</exception>
    public ClipNetwork(Compute compute, WanTransformer transformer, ClipRunInfo run, IReadOnlyList<Tensor> prompts, Tensor? negative = null)
    {
        if (prompts.Count != run.PromptStarts.Count)
        {
            throw new ArgumentException($"The run has {run.PromptStarts.Count} prompts; there are features of {prompts.Count}.", nameof(prompts));
        }
        Compute = compute;
        Transformer = transformer;
        _run = run;
        _prompts = prompts;
        _negative = negative;
        _texts = new TextContext?[prompts.Count];
        _used = new long[prompts.Count];
        _network = new GuidedNetwork(compute, transformer, AttentionFor(run.ClipFrames), run.Sampler.Guidance);
    }

    /// <summary>What computes.</summary>
    public Compute Compute { get; }

    /// <summary>The transformer.</summary>
    public WanTransformer Transformer { get; }

    /// <inheritdoc/>
    public long Calls => _network.Calls;

    /// <summary>Latent frames in all calls so far.</summary>
    public long Frames => _network.Frames;

    /// <summary>
    /// Whether the head is modulated by the timestep of a call's first frame alone (<see cref="WanTransformer.HeadSeesFirstTimestep"/>). Default false.
    /// </summary>
    public bool HeadSeesFirstTimestep { get; set; }

    /// <inheritdoc/>
    public void Predict(ClipCall call)
    {
        Transformer.HeadSeesFirstTimestep = HeadSeesFirstTimestep;
        try
        {
            _network.Velocity(call.Latents, call.Timesteps, TextOf(call), call.Attention ?? AttentionFor(call.Frames), call.Velocity);
        }
        finally
        {
            Transformer.HeadSeesFirstTimestep = false;
        }
    }

    /// <summary>The network's own self-attention for calls of so many frames.</summary>
    public FullAttention AttentionFor(int frames)
    {
        if (!_attentions.TryGetValue(frames, out FullAttention? attention))
        {
            attention = new FullAttention(Transformer.Rotary, Transformer.Config.GridOf(frames, _run.Height, _run.Width));
            _attentions.Add(frames, attention);
        }
        return attention;
    }

    /// <summary>Frees what was made for the prompts.</summary>
    public void Dispose()
    {
        _network.Dispose();
        foreach (TextContext? text in _texts)
        {
            text?.Dispose();
        }
        foreach (FullAttention attention in _attentions.Values)
        {
            attention.Dispose();
        }
    }

    private TextInput TextOf(ClipCall call)
    {
        TextInput frames = FrameTextOf(call.Prompts);
        if (call.FirstLayers == 0 || call.Prompts.IndexOfAnyExcept(call.FirstPrompt) < 0)
        {
            return frames;
        }
        _layeredTexts.Set(Text(call.FirstPrompt), call.FirstLayers, frames);
        return _layeredTexts;
    }

    private TextInput FrameTextOf(ReadOnlySpan<int> prompts)
    {
        if (prompts.IndexOfAnyExcept(prompts[0]) < 0)
        {
            return Text(prompts[0]);
        }
        _frameTexts.Clear();
        for (int start = 0; start < prompts.Length;)
        {
            int next = prompts[start..].IndexOfAnyExcept(prompts[start]);
            int frames = next < 0 ? prompts.Length - start : next;
            _frameTexts.Add(Text(prompts[start]), frames);
            start += frames;
        }
        return _frameTexts;
    }

    private TextContext Text(int prompt)
    {
        _used[prompt] = _network.Calls + 1;
        if (_texts[prompt] is TextContext there)
        {
            return there;
        }
        DropOldest();
        return _texts[prompt] = _network.Prepare(_prompts[prompt], _negative, keepsKeys: _held++ < HeldPrompts);
    }

    /// <summary>Makes room for a prompt; those of the call in preparation stay.</summary>
    private void DropOldest()
    {
        while (_held >= HeldPrompts)
        {
            int oldest = -1;
            for (int i = 0; i < _texts.Length; i++)
            {
                if (_texts[i] is not null && _used[i] <= _network.Calls && (oldest < 0 || _used[i] < _used[oldest]))
                {
                    oldest = i;
                }
            }
            if (oldest < 0)
            {
                return;
            }
            _texts[oldest]!.Dispose();
            _texts[oldest] = null;
            _held--;
        }
    }
}
