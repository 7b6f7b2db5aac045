using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan;

/// <summary>
/// The diffusion transformer of Wan 2.1, bidirectional and causal: which of the two is up to the
/// <see cref="ISelfAttention"/> of a call. Takes noisy latents, a timestep a sample or a latent frame, and a prompt;
/// predicts the velocity (noise minus clean latents). Differentiable with respect to parameters, latents and text.
/// Source: spec wan-model, section 3; spec autoregressive-streaming, section 3.
/// </summary>
public sealed partial class WanTransformer : IDisposable
{
    private readonly WeightReader _weights;
    private readonly LinearLayer _patch;
    private readonly LinearLayer _textFirst;
    private readonly LinearLayer _textSecond;
    private readonly TimestepEmbedding _time;
    private readonly WanBlock[] _blocks;
    private readonly Dictionary<string, LinearLayer> _adaptable = [];
    private readonly Tensor _headModulation;
    private readonly LinearLayer _head;

    /// <summary>Makes the network from its parameters, which stay the caller's. F32 ones may be trained or overwritten in place.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="parameters">Exactly the parameters of <see cref="Specs"/>, stored as F32, BF16, F16 or float8 (F64 for the reference backend).</param>
    /// <exception cref="ArgumentException">A parameter is missing, unknown or has another shape; the message names it.</exception>
    public WanTransformer(WanTransformerConfig config, ParameterStore parameters)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(parameters);
        Check(config, parameters);
        Config = config;
        Parameters = parameters;
        Rotary = new RotaryEmbedding(config.HeadDim, config.RotaryBase);
        _weights = new WeightReader(parameters);
        _patch = _weights.Linear("patch_embedding");
        _textFirst = _weights.Linear("text_embedding.0");
        _textSecond = _weights.Linear("text_embedding.2");
        _time = new TimestepEmbedding(config, _weights);
        _blocks = new WanBlock[config.LayerCount];
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = new WanBlock(config, i, _weights);
        }
        foreach ((string name, LinearLayer layer) in _weights.Linears)
        {
            if (name.StartsWith("blocks.", StringComparison.Ordinal))
            {
                _adaptable.Add(name, layer);
            }
        }
        LinearLayers = [.. _adaptable.Keys];
        _headModulation = _weights.Vector("head.modulation");
        _head = _weights.Linear("head.head");
    }

    /// <summary>The sizes.</summary>
    public WanTransformerConfig Config { get; }

    /// <summary>The parameters.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>Rotary embedding for this network's heads.</summary>
    public RotaryEmbedding Rotary { get; }

    /// <summary>
    /// Whether the backward pass recomputes each block instead of keeping its intermediates: memory for time (about a
    /// third more). Needs an attention that gives the same result when called again. Default false.
    /// </summary>
    public bool RecomputeBlocks { get; set; }

    /// <summary>
    /// Whether the output head is modulated by the timestep of the call's first frame alone, where frames have timesteps of their own: an oversight in
    /// the authors' code of MIGA, for comparing with it. Default false: by each frame's own. Source: spec miga, section 2.1.
    /// </summary>
    public bool HeadSeesFirstTimestep { get; set; }

    /// <summary>
    /// Told of each block's number and output [B, N, d]: while a tape records, a part of what is recorded; else valid during the call
    /// alone.
    /// </summary>
    public Action<int, Tensor>? BlockOutput { get; set; }

    /// <summary>Told of named intermediates, for tests.</summary>
    internal Action<string, Tensor>? Inspect { get; set; }

    /// <summary>Projects text features to what the blocks attend to. Padding is attended to like text, as in the original.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="embeddings">[B, n, text_dim] with n at most text_len; padded with zeros to text_len.</param>
    /// <param name="keepsKeys">Whether keys and values of the blocks are kept (<see cref="TextContext.KeepsKeys"/>).</param>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public TextContext PrepareText(Compute compute, Tensor embeddings, bool keepsKeys = true)
    {
        if (embeddings.Rank != 3 || embeddings.Shape[2] != Config.TextDim || embeddings.Shape[1] > Config.TextLength)
        {
            throw new ArgumentException(
                $"Text features have shape {embeddings.Shape}; [batch, at most {Config.TextLength}, {Config.TextDim}] is expected.", nameof(embeddings));
        }
        using OperationScope scope = compute.Scope();
        Tensor padded = PadTokens(compute, embeddings, Config.TextLength);
        Tensor hidden = compute.Linear(padded, _textFirst.Weight, _textFirst.Bias, Activation.GeluTanh);
        Tensor tokens = compute.Linear(hidden, _textSecond.Weight, _textSecond.Bias);
        Inspect?.Invoke("text_tokens", tokens);
        return new TextContext(scope.Keep(tokens), _blocks.Length, ownsTokens: !compute.IsRecording) { KeepsKeys = keepsKeys };
    }

    /// <summary>The keys of a block's cross-attention to prompts, as the block sees them; made when first asked for and kept with the prompts.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="text">The prompts.</param>
    /// <param name="layer">Index of the block, from 0.</param>
    /// <returns>[B, text_len, H, D], normed; belongs to <paramref name="text"/>, or to the open scope where that does not keep them.</returns>
    public Tensor TextKeys(Compute compute, TextContext text, int layer) => text.KeysAndValues(compute, layer, _blocks[layer]).Keys;

    /// <summary>Predicts the velocity.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="latents">Noisy latents [B, C, F, H, W]; height and width are multiples of the patch size.</param>
    /// <param name="timesteps">0 ... 1000, not rounded: [B], or [B, F] with one a latent frame. F32, F64 or integer.</param>
    /// <param name="text">
    /// As many prompts as samples; they may differ from frame to frame (<see cref="FrameTexts"/>) or from block to block (<see cref="LayeredTexts"/>).
    /// </param>
    /// <param name="attention">What self-attention sees.</param>
    /// <returns>[B, C_out, F, H, W].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public Tensor Forward(Compute compute, Tensor latents, Tensor timesteps, TextInput text, ISelfAttention attention)
    {
        TokenGrid grid = CheckInputs(latents, timesteps, text);
        using OperationScope scope = compute.Scope();
        Tensor x = Patchify(compute, latents, grid);
        x = Tokens(compute, x, timesteps, text, attention);
        return scope.Keep(Unpatchify(compute, x, grid));
    }

    /// <summary>
    /// Predicts the velocity of noisy latents that see the clean latents of earlier blocks: training with teacher forcing
    /// on the sequence [clean | noisy]. Source: spec autoregressive-streaming, section 3.1.
    /// </summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="noisy">[B, C, F, H, W].</param>
    /// <param name="timesteps">Of the noisy frames, [B, F].</param>
    /// <param name="clean">[B, C, F, H, W].</param>
    /// <param name="cleanTimesteps">Of the clean frames, [B, F] (0, or the noise they were given).</param>
    /// <param name="text">As many prompts as samples.</param>
    /// <param name="attention"><see cref="FullAttention.TeacherForcing"/>, over both halves.</param>
    /// <returns>Velocity of the noisy half [B, C_out, F, H, W].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public Tensor ForwardTeacherForcing(
        Compute compute, Tensor noisy, Tensor timesteps, Tensor clean, Tensor cleanTimesteps, TextContext text, ISelfAttention attention)
    {
        if (noisy.Shape != clean.Shape || timesteps.Rank != 2 || timesteps.Shape != cleanTimesteps.Shape)
        {
            throw new ArgumentException(
                $"Teacher forcing takes clean latents of the noisy ones' shape ({clean.Shape}, {noisy.Shape}) and a timestep for every frame " +
                $"of either half ({cleanTimesteps.Shape}, {timesteps.Shape}; [B, F] is expected).");
        }
        using OperationScope scope = compute.Scope();
        Tensor both = compute.Concat([clean, noisy], 2);
        Tensor bothTimesteps = TimestepEmbedding.Join(cleanTimesteps, timesteps);
        Tensor velocity = Forward(compute, both, bothTimesteps, text, attention);
        int frames = noisy.Shape[2];
        return scope.Keep(compute.Slice(velocity, 2, frames, frames));
    }

    /// <summary>Frees what the network made beside its parameters.</summary>
    public void Dispose()
    {
        Rotary.Dispose();
        _weights.Dispose();
    }

    /// <summary>The network between patches: [B, N, d] tokens, which it frees when they are used up, to [B, N, patch size x C_out].</summary>
    private Tensor Tokens(Compute compute, Tensor x, Tensor timesteps, TextInput text, ISelfAttention attention)
    {
        Inspect?.Invoke("patch_tokens", x);
        (Tensor e, Tensor e0) = _time.Forward(compute, timesteps, x.DType);
        Inspect?.Invoke("time_e", e);
        Inspect?.Invoke("time_e0", e0);
        for (int i = 0; i < _blocks.Length; i++)
        {
            Tensor y = RecomputeBlocks && compute.IsRecording
                ? Recompute(compute, _blocks[i], x, e0, text, attention)
                : _blocks[i].Forward(compute, x, e0, text, attention);
            Inspect?.Invoke($"block{i}", y);
            BlockOutput?.Invoke(i, y);
            if (!compute.IsRecording)
            {
                x.Dispose();
            }
            x = y;
        }
        return Head(compute, x, e);
    }

    private Tensor Recompute(Compute compute, WanBlock block, Tensor x, Tensor e0, TextInput prompts, ISelfAttention attention)
    {
        if (prompts is not TextContext text)
        {
            throw new ArgumentException(
                "Blocks cannot be recomputed under prompts that change from frame to frame or block to block; set RecomputeBlocks to false.", nameof(prompts));
        }
        int layers = _blocks.Length;
        return compute.Checkpoint([x, e0, text.Tokens], inputs =>
        {
            using TextContext replayed = new(inputs[2], layers, ownsTokens: false);
            return block.Forward(compute, inputs[0], inputs[1], replayed, attention);
        });
    }

    /// <summary>Final norm, modulated by e (not e0), and projection to patches.</summary>
    private Tensor Head(Compute compute, Tensor x, Tensor e)
    {
        using OperationScope scope = compute.Scope();
        if (HeadSeesFirstTimestep && e.Shape[1] > 1)
        {
            e = compute.Slice(e, 1, 0, 1);
        }
        Tensor modulation = compute.Add(compute.Concat([e, e], 2), compute.Reshape(_headModulation, _headModulation.Shape.Sub(1, 3)));
        Tensor y = compute.LayerNormModulate(x, modulation, 0, 1, Config.Eps);
        y = compute.Linear(y, _head.Weight, _head.Bias);
        Inspect?.Invoke("head", y);
        return scope.Keep(y);
    }

    private TokenGrid CheckInputs(Tensor latents, Tensor timesteps, TextInput text)
    {
        Shape s = latents.Shape;
        if (s.Rank != 5 || s[1] != Config.InChannels)
        {
            throw new ArgumentException($"Latents have shape {s}; [batch, {Config.InChannels}, frames, height, width] is expected.", nameof(latents));
        }
        CheckTimesteps(timesteps, s[0], s[2]);
        text.Check(s[0], s[2]);
        return Config.GridOf(s[2], s[3], s[4]);
    }

    private static void CheckTimesteps(Tensor timesteps, int batch, int frames)
    {
        bool fits = timesteps.Rank is 1 or 2 && timesteps.Shape[0] == batch && (timesteps.Rank == 1 || timesteps.Shape[1] == frames);
        if (!fits)
        {
            throw new ArgumentException(
                $"Timesteps have shape {timesteps.Shape}; [{batch}] or [{batch}, {frames}] is expected (one a sample or one a latent frame).",
                nameof(timesteps));
        }
    }
}
