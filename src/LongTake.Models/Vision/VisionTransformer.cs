using LongTake.Models.Encoders;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Vision;

/// <summary>
/// A vision transformer: patches of an image and a class token through pre-norm blocks. Serves DINO, DINOv2 and the image towers of CLIP
/// and OpenCLIP.
/// Inference only; not thread-safe. Source: spec metric-models, sections 1, 2.2 and 8.
/// </summary>
public sealed partial class VisionTransformer : IDisposable
{
    private readonly ParameterReader _parameters;
    private readonly EncoderBlock[] _blocks;
    private readonly LinearWeights _patch;
    private readonly Tensor _class;
    private readonly PositionTable _positions;
    private readonly NormWeights? _before;
    private readonly NormWeights _after;
    private readonly Tensor? _projection;

    /// <summary>Builds the network over parameters, which it does not own.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="parameters">Exactly the tensors of <see cref="Specs"/>.</param>
    /// <exception cref="ArgumentException">A parameter is missing, unknown or of another shape.</exception>
    public VisionTransformer(VisionTransformerConfig config, ParameterStore parameters)
    {
        _parameters = new ParameterReader(parameters, Specs(config), config.Name);
        Config = config;
        int d = config.Width;
        int grid = config.GridSize;
        int patch = 3 * config.PatchSize * config.PatchSize;
        bool isClip = config.IsClip;
        _patch = isClip
            ? new LinearWeights(_parameters.Matrix("visual.conv1.weight", [d, patch]), null)
            : new LinearWeights(_parameters.Matrix("patch_embed.proj.weight", [d, patch]), _parameters.Vector("patch_embed.proj.bias"));
        _class = _parameters.Vector(isClip ? "visual.class_embedding" : "cls_token", [d]);
        _positions = new PositionTable(_parameters.Vector(isClip ? "visual.positional_embedding" : "pos_embed", [1 + (grid * grid), d]), grid);
        _before = isClip ? _parameters.Norm("visual.ln_pre", config.Eps) : null;
        _blocks = NamesOf(config).Build(
            _parameters,
            config.LayerCount,
            config.HeadCount,
            config.Eps,
            config.Activation,
            config.Family == VisionFamily.DinoV2);
        _after = _parameters.Norm(isClip ? "visual.ln_post" : "norm", config.Eps);
        _projection = isClip ? _parameters.Vector("visual.proj") : null;
    }

    /// <summary>The sizes.</summary>
    public VisionTransformerConfig Config { get; }

    /// <summary>Encodes images.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="images">
    /// [B, 3, H, W], normalised as the family wants it. CLIP takes <see cref="VisionTransformerConfig.ImageSize"/> squared only; the others
    /// take any size of at least one patch, of which what is left over after whole patches is not looked at.
    /// </param>
    /// <returns>[B, <see cref="VisionTransformerConfig.OutputDim"/>], not normalised.</returns>
    /// <exception cref="ArgumentException">The images are of another shape.</exception>
    public Tensor Encode(Compute compute, Tensor images) => Run(compute, images, null, null);

    /// <summary>
    /// As <see cref="Encode"/>. <paramref name="block"/> sees the tokens [B, N, d] that go into the first block as block -1 and those that
    /// come out of each block; <paramref name="tokens"/> sees them after the last norm.
    /// </summary>
    internal Tensor Run(Compute compute, Tensor images, Action<int, Tensor>? block, Action<Tensor>? tokens)
    {
        CheckImages(images);
        using OperationScope scope = compute.Scope();
        Tensor x = Embed(compute, images);
        x = _before?.Apply(compute, x) ?? x;
        block?.Invoke(-1, x);
        for (int i = 0; i < _blocks.Length; i++)
        {
            x = _blocks[i].Forward(compute, x);
            block?.Invoke(i, x);
        }
        tokens?.Invoke(_after.Apply(compute, x));
        // A layer norm treats tokens one by one, so only the one that is used has to go through it.
        Tensor first = compute.Reshape(compute.Slice(x, 1, 0, 1), [x.Shape[0], Config.Width]);
        Tensor y = Config.SkipsLastNorm ? first : _after.Apply(compute, first);
        return scope.Keep(_projection is null ? y : compute.MatMul(y, _projection));
    }

    /// <summary>Frees views and resized tables; the parameters belong to their store.</summary>
    public void Dispose()
    {
        _positions.Dispose();
        _parameters.Dispose();
    }

    /// <summary>
    /// Class token and patches with their positions, [B, 1 + rows * columns, d]. The convolution's stride is its kernel, so it is a linear
    /// layer on patches in the kernel's order (channel slowest, then row, then column).
    /// </summary>
    private Tensor Embed(Compute compute, Tensor images)
    {
        using OperationScope scope = compute.Scope();
        int p = Config.PatchSize;
        int d = Config.Width;
        int batch = images.Shape[0];
        int height = images.Shape[2];
        int width = images.Shape[3];
        int rows = height / p;
        int columns = width / p;
        Tensor whole = height % p == 0 ? images : compute.Slice(images, 2, 0, rows * p);
        whole = width % p == 0 ? whole : compute.Slice(whole, 3, 0, columns * p);
        // Batch and channel stay in front, each as one dimension: six are the most that a shape has.
        Tensor split = compute.Reshape(whole, [batch, 3, rows, p, columns, p]);
        Tensor patches = compute.Reshape(compute.Permute(split, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, 3 * p * p]);
        Tensor embedded = _patch.Apply(compute, patches);
        Tensor classes = Tensor.Empty([batch, 1, d]);
        for (int b = 0; b < batch; b++)
        {
            _class.Span.CopyTo(classes.Span.Slice(b * d, d));
        }
        return scope.Keep(compute.Add(compute.Concat([classes, embedded], 1), _positions.For(rows, columns, height == width)));
    }

    private void CheckImages(Tensor images)
    {
        Shape s = images.Shape;
        if (s.Rank != 4 || s[1] != 3 || s[0] == 0 || s[2] < Config.PatchSize || s[3] < Config.PatchSize)
        {
            throw new ArgumentException($"{Config.Name} takes images [B, 3, H, W] of at least {Config.PatchSize} pixels a side, not {s}.", nameof(images));
        }
        if (Config.IsClip && (s[2] != Config.ImageSize || s[3] != Config.ImageSize))
        {
            throw new ArgumentException($"{Config.Name} takes images of {Config.ImageSize}x{Config.ImageSize} pixels, not {s[3]}x{s[2]}.", nameof(images));
        }
    }
}
