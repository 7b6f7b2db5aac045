using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>Options of a <see cref="StreamingGenerator"/>.</summary>
public sealed record GenerationOptions : VideoOptions
{
    /// <summary>The method: what is remembered and how (see <see cref="Methods.MethodPresets"/>).</summary>
    public required StreamingMethod Method { get; init; }

    /// <summary>Storage of cached keys and values: F32, or BF16 for half the memory. Default F32.</summary>
    public DType CacheType { get; init; } = DType.F32;

    /// <inheritdoc/>
    public override string MethodName => Method.Name;

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> MethodSettings => Method.Settings;

    /// <inheritdoc/>
    public override IReadOnlyList<string> MethodNotes => Method.Notes;

    /// <summary>How chunks are denoised, in words: by the sampler, or by the method where that does it itself.</summary>
    public override string DescribeSampling() => Method.Rolling?.Describe() ?? Sampler.Describe();

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (CacheType is not (DType.F32 or DType.BF16))
        {
            throw new ArgumentException($"Keys and values are cached as F32 or BF16, not {CacheType}.");
        }
    }
}
