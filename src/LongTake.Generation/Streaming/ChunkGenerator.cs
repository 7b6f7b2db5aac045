using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Noise;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Samplers;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>
/// Generates latents chunk by chunk with a causal transformer: make room, place, draw noise, denoise, write the clean keys and values.
/// Knows no text, pixels or files; <see cref="StreamingGenerator"/> adds those. Any batch size; all samples move in step.
/// Source: autoregressive-streaming.md 4.2, 4.4 and 6.
/// </summary>
public sealed partial class ChunkGenerator : IDisposable
{
    private readonly IContextPolicy _context;
    private readonly IPositionPolicy _positions;
    private readonly IFrequencyPolicy _frequencies;
    private readonly INoisePolicy _noise;
    private readonly IPromptChangePolicy _promptChange;
    private readonly IChunkSampler _sampler;
    private readonly GuidedNetwork _network;
    private readonly LatentHistory _history;
    private readonly StreamingMethod _method;
    private readonly RunInfo _run;
    private readonly Shape _frame;
    private readonly int _batch;
    private bool _cutNext;

    /// <summary>Prepares a run and takes the memory of its cache.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="transformer">The causal network; stays the caller's.</param>
    /// <param name="method">The parts.</param>
    /// <param name="sampler">Sampler and guidance.</param>
    /// <param name="run">Seed, chunk length, length of the video.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="height">Rows of a latent frame.</param>
    /// <param name="width">Columns of a latent frame.</param>
    /// <param name="cacheType">Storage of keys and values: F32 or BF16.</param>
    /// <exception cref="ArgumentException">Options do not fit together; the message names them.</exception>
    public ChunkGenerator(
        Compute compute,
        WanTransformer transformer,
        StreamingMethod method,
        SamplerOptions sampler,
        RunInfo run,
        int batch,
        int height,
        int width,
        DType cacheType = DType.F32)
        : this(compute, transformer, method, CreateSampler(method, sampler), sampler.Guidance, run, batch, height, width, cacheType)
    {
    }

    /// <summary>Prepares a run with a sampler of one's own, for example one that keeps what it passes through.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="transformer">The causal network; stays the caller's.</param>
    /// <param name="method">The parts.</param>
    /// <param name="sampler">Denoises each chunk, unless the method does so itself (<see cref="StreamingMethod.Rolling"/>).</param>
    /// <param name="guidance">Classifier-free guidance; 1 is none.</param>
    /// <param name="run">Seed, chunk length, length of the video.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="height">Rows of a latent frame.</param>
    /// <param name="width">Columns of a latent frame.</param>
    /// <param name="cacheType">Storage of keys and values: F32 or BF16.</param>
    /// <exception cref="ArgumentException">Options do not fit together; the message names them.</exception>
    public ChunkGenerator(
        Compute compute,
        WanTransformer transformer,
        StreamingMethod method,
        IChunkSampler sampler,
        double guidance,
        RunInfo run,
        int batch,
        int height,
        int width,
        DType cacheType = DType.F32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (run.ChunkFrames < 1)
        {
            throw new ArgumentException($"A chunk of {run.ChunkFrames} latent frames is none; the released models use 3.", nameof(run));
        }
        _sampler = sampler;
        _method = method;
        _run = run;
        _context = method.Context(run);
        _positions = method.Positions(run);
        _frequencies = method.Frequencies(run);
        _noise = method.Noise(run);
        _promptChange = method.PromptChange(run);
        _batch = batch;
        _frame = [transformer.Config.InChannels, height, width];
        ChunkFrames = run.ChunkFrames;
        int copies = guidance == 1.0 ? 1 : 2;
        CacheLayout layout = CacheLayout.For(transformer.Config, batch * copies, height, width);
        _context.Check(transformer, layout);
        Cache = new KeyValueCache(compute, layout, transformer.Rotary, _context, _positions, _frequencies, cacheType, method.View(run))
        {
            Copies = copies,
        };
        _network = new GuidedNetwork(compute, transformer, Cache, guidance);
        Cache.TextKeys = _network.TextKeys;
        Cache.TextTokens = _network.TextTokens;
        _history = new LatentHistory(Cache.Capacity, batch, _frame);
        _rolling = RollingSamplerOf(method, guidance);
    }

    /// <summary>Latent frames of a chunk.</summary>
    public int ChunkFrames { get; }

    /// <summary>Latent frames so far: where the next chunk starts.</summary>
    public long NextFrame { get; private set; }

    /// <summary>Keys and values of the past.</summary>
    public KeyValueCache Cache { get; }

    /// <summary>Whether scenes can start with a cut.</summary>
    public bool CanCut => _rolling is null && _positions.CanCut;

    /// <summary>Network calls so far; one counts once, whatever its batch.</summary>
    public long NetworkCalls => _network.Calls;

    /// <summary>Latent frames that went through the network so far, in all its calls.</summary>
    public long ComputedFrames => _network.Frames;

    internal NetworkCallObserver? Observer
    {
        get => _network.Observer;
        set => _network.Observer = value;
    }

    /// <summary>Sets the prompt from here on; after the first chunk the method's prompt-change policy adapts the context.</summary>
    /// <param name="prompt">Text features [B, n, text_dim].</param>
    /// <param name="negative">Text features of the negative prompt, with guidance and only then.</param>
    /// <param name="cut">Whether the next chunk shall not continue the present scene.</param>
    /// <exception cref="ArgumentException">The features do not fit, or the method knows no scene cuts.</exception>
    public void SetPrompt(Tensor prompt, Tensor? negative = null, bool cut = false) =>
        SetPrompt(prompt, negative, cut ? SceneChangeKind.Cut : SceneChangeKind.Method);

    /// <summary>Sets the prompt from here on, and says what becomes of the context after the first chunk.</summary>
    /// <param name="prompt">Text features [B, n, text_dim].</param>
    /// <param name="negative">Text features of the negative prompt, with guidance and only then.</param>
    /// <param name="change">How the next chunk takes over; of a blend, whose steps are the caller's, that the context stays.</param>
    /// <exception cref="ArgumentException">The features do not fit, or the method cannot do that.</exception>
    public void SetPrompt(Tensor prompt, Tensor? negative, SceneChangeKind change)
    {
        bool cut = change == SceneChangeKind.Cut;
        if (cut && !CanCut)
        {
            throw new ArgumentException(
                $"The method '{_method.Name}' knows no scene cuts; use infinity-rope, or leave the cut out.", nameof(change));
        }
        SceneAnswer answer = SceneChangePolicies.For(change, _method, _run, _promptChange, _context);
        IPromptChangePolicy policy = answer.Policy ?? throw new ArgumentException(
            $"The method '{_method.Name}' cannot {change.ToString().ToLowerInvariant()} its context: {answer.Reason}; keep it.", nameof(change));
        _network.SetPrompt(prompt, negative);
        if (NextFrame > 0)
        {
            _context.OnPromptChange(Cache);
            policy.Apply(Cache, Recompute);
            _cutNext = cut;
        }
    }

    /// <summary>Continues from given clean latents: writes their keys and values chunk by chunk.</summary>
    /// <param name="latents">[B, n, C, H, W]; n is a multiple of the chunk length.</param>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public void Append(Tensor latents)
    {
        Shape s = latents.Shape;
        if (s.Rank != 5 || s[0] != _batch || s.Sub(2, 5) != _frame || s[1] % ChunkFrames != 0)
        {
            throw new ArgumentException(
                $"Given latents have shape {s}; " +
                $"[{_batch}, a multiple of {ChunkFrames}, {_frame[0]}, {_frame[1]}, {_frame[2]}] is expected.",
                nameof(latents));
        }
        CheckNothingInFlight();
        for (int start = 0; start < s[1]; start += ChunkFrames)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor chunk = Tensor.Empty(s.With(1, ChunkFrames));
            int size = checked((int)_frame.Count);
            for (int b = 0; b < _batch; b++)
            {
                latents.Span.Slice(((b * s[1]) + start) * size, ChunkFrames * size).CopyTo(chunk.Span[(b * ChunkFrames * size)..]);
            }
            Cache.BeginChunk(NextFrame, ChunkFrames, TakeCut());
            BeginCleanCall();
            Finish(chunk);
        }
    }

    /// <summary>Generates the next chunk.</summary>
    /// <returns>Clean latents [B, n, C, H, W], the caller's.</returns>
    /// <exception cref="InvalidOperationException">No prompt was set, or the context has no room.</exception>
    public Tensor Next()
    {
        using TensorScope scope = TensorScope.Open();
        Tensor x = Tensor.Empty([_batch, ChunkFrames, _frame[0], _frame[1], _frame[2]]);
        if (_rolling is null)
        {
            _noise.Initial(NextFrame, x);
            Cache.BeginChunk(NextFrame, ChunkFrames, TakeCut());
            _sampler.Denoise(_network, _noise, NextFrame, x);
        }
        else
        {
            DenoiseRolling(x);
            BeginCleanCall();
        }
        Finish(x);
        return scope.Keep(x);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Cache.Dispose();
        _network.Dispose();
        _history.Dispose();
        _rolling?.Dispose();
        (_noise as IDisposable)?.Dispose();
        (_context as IDisposable)?.Dispose();
    }

    /// <summary>The clean pass: what later chunks see of this one.</summary>
    private void Finish(Tensor clean)
    {
        _network.Write(clean);
        Cache.Commit();
        _history.Add(NextFrame, clean);
        NextFrame += ChunkFrames;
    }

    private void Recompute(int frames, int guarded)
    {
        using TensorScope scope = TensorScope.Open();
        Cache.BeginRewrite(frames, guarded);
        _network.Write(_history.Get(NextFrame - frames, frames));
        Cache.Commit();
    }

    private bool TakeCut()
    {
        bool cut = _cutNext;
        _cutNext = false;
        return cut;
    }
}
