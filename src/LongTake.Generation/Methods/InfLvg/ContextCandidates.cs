using LongTake.Generation.Cache;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>
/// The tokens that can be chosen from at a change of scene: those of everything held between sink and recent frames, token by token, oldest
/// slot first. Valid during <see cref="IContextChoice.Choose"/>. Source: spec inflvg, section 3.1.
/// </summary>
public sealed class ContextCandidates
{
    private const int VideoBits = 8;

    private readonly int _firstSlot;
    private readonly int _slots;
    private readonly float[] _subject;

    internal ContextCandidates(KeyValueCache cache, int video, int transition, int firstSlot, int slots, float[] subject)
    {
        Cache = cache;
        Video = video;
        Transition = transition;
        _firstSlot = firstSlot;
        _slots = slots;
        _subject = subject;
    }

    /// <summary>Number of the change of scene, from 1.</summary>
    public int Transition { get; }

    /// <summary>Which of the videos that are generated side by side.</summary>
    public int Video { get; }

    /// <summary>Candidates N.</summary>
    public int Count => _slots * Cache.Layout.TokensPerFrame;

    /// <summary>What is held, under the new prompt.</summary>
    public KeyValueCache Cache { get; }

    /// <summary>Keys of the candidates after rotation, heads side by side.</summary>
    /// <param name="layer">Transformer block, from 0.</param>
    /// <returns>[N, d], the caller's.</returns>
    public Tensor Keys(int layer) => Cache.RotatedKeys(layer, Video, _firstSlot, _slots);

    /// <summary>Text tokens that a policy is told.</summary>
    /// <param name="kind">Which.</param>
    /// <returns>[L, d], the caller's.</returns>
    /// <exception cref="InvalidOperationException">The cache is not told of prompts.</exception>
    public Tensor Text(PolicyText kind)
    {
        int width = Cache.Layout.Heads * Cache.Layout.HeadDim;
        ReadOnlySpan<float> prompt = kind == PolicyText.Subject ? [] : TokensOf(Cache, Video).Span;
        ReadOnlySpan<float> subject = kind == PolicyText.Prompt ? [] : _subject;
        Tensor text = Tensor.Empty([(subject.Length + prompt.Length) / width, width]);
        subject.CopyTo(text.Span);
        prompt.CopyTo(text.Span[subject.Length..]);
        return text;
    }

    /// <summary>Numbers that depend on a seed, the change of scene and the video, and on nothing else.</summary>
    internal CounterRandom Random(ulong seed) => new(seed, ((ulong)Transition << VideoBits) | (uint)Video);

    /// <summary>Tokens of the prompt that holds.</summary>
    internal static Tensor TokensOf(KeyValueCache cache, int video) => (cache.TextTokens ?? throw new InvalidOperationException(
        "What is kept depends on the prompt, but the cache is not told of one; set TextTokens, or use a method that does not look at the prompt."))(video);
}
