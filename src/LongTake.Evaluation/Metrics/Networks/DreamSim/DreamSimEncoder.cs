using System.Numerics.Tensors;
using LongTake.Models.Checkpoints;
using LongTake.Models.Vision;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;

namespace LongTake.Evaluation.Metrics.Networks.DreamSim;

/// <summary>
/// The DreamSim ensemble: the features of DINO, CLIP and OpenCLIP ViT-B/16, each with its adapter, one behind the other, minus their mean.
/// Its cosine says how alike two pictures are to people. Source: ssundaram21/dreamsim (arXiv 2306.09344); spec metric-models, section 8.
/// </summary>
public sealed class DreamSimEncoder : CachedFrameEncoder
{
    private readonly VisionNetwork[] _networks;
    private readonly DreamSimPart[] _parts;

    /// <summary>Puts an ensemble together.</summary>
    /// <param name="backend">What to compute on; stays the caller's.</param>
    /// <param name="parts">The networks, in the order of their features.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="whyNot">Why it cannot be had; null when it can.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public DreamSimEncoder(Backend backend, IReadOnlyList<DreamSimPart> parts, DreamSimOptions? options = null, string? whyNot = null)
        : base(parts.Sum(p => p.Config.OutputDim), whyNot ?? Missing(parts))
    {
        options ??= new DreamSimOptions();
        options.Validate();
        _parts = [.. parts];
        _networks = [.. parts.Select(p => new VisionNetwork(backend, p.Path, Of(p.Config, options), p.Transform, Of(p.Adapter, options)))];
    }

    /// <inheritdoc/>
    protected override void LoadNetworks()
    {
        // Without its adapters it would be another ensemble under the same name.
        if (_parts.FirstOrDefault(p => p.Adapter is null) is DreamSimPart part)
        {
            throw new CheckpointException($"The DreamSim adapter of {part.Config.Name} is missing: {WhyNot}.");
        }
        foreach (VisionNetwork network in _networks)
        {
            network.Load();
        }
    }

    /// <inheritdoc/>
    protected override void Run(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature)
    {
        int start = 0;
        foreach (VisionNetwork network in _networks)
        {
            network.Encode(frame, height, width, feature.Slice(start, network.Dim));
            start += network.Dim;
        }
        TensorPrimitives.Subtract(feature, TensorPrimitives.Sum<float>(feature) / feature.Length, feature);
    }

    /// <inheritdoc/>
    protected override void FreeNetworks()
    {
        foreach (VisionNetwork network in _networks)
        {
            network.Dispose();
        }
    }

    private static VisionTransformerConfig Of(VisionTransformerConfig config, DreamSimOptions options) =>
        config.IsClip ? config : config with { SkipsLastNorm = options.Token == DreamSimToken.BeforeNorm };

    private static VisionAdapter? Of(string? folder, DreamSimOptions options) => folder is null ? null : new VisionAdapter(folder, options.Alpha);

    private static string? Missing(IReadOnlyList<DreamSimPart> parts) =>
        parts.FirstOrDefault(p => p.Path is null || p.Adapter is null) is DreamSimPart part
            ? $"it needs the weights of {part.Config.Name} and its DreamSim adapter"
            : null;
}
