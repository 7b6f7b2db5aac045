using LongTake.Generation.Streaming;

namespace LongTake.Generation.Clips;

/// <summary>Options of a <see cref="ClipGenerator"/>.</summary>
public sealed record ClipOptions : VideoOptions
{
    /// <summary>The method (see <see cref="Methods.ClipPresets"/>).</summary>
    public required ClipMethod Method { get; init; }

    /// <summary>Latent frames of the clips that the model was trained on (f0). Default 21.</summary>
    public int ClipFrames { get; init; } = 21;

    /// <inheritdoc/>
    public override string MethodName => Method.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> MethodSettings => Method.Settings;

    /// <inheritdoc/>
    public override string DescribeSampling() => SamplerInForce.Describe();

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (ClipFrames is < 2 or > 10000)
        {
            throw new ArgumentException(
                $"The clips that the model was trained on have {ClipFrames} latent frames; clip methods need 2 to 10000 (num_frames in the model's config.json).");
        }
    }

    /// <summary>The sampler with the method's own steps.</summary>
    internal Samplers.SamplerOptions SamplerInForce => Method.Steps is null ? Sampler : Sampler with { Steps = Method.Steps(ClipFrames) };
}
