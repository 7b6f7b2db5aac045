namespace LongTake.Models.Wan.Vae;

/// <summary>
/// Sizes of a Wan causal video autoencoder. Defaults are those of the published Wan 2.1 model.
/// Source: spec wan-model, section 5.
/// </summary>
public sealed partial record WanVaeConfig
{
    private static readonly float[] s_wanMean =
    [
        -0.7571f, -0.7089f, -0.9113f, 0.1075f, -0.1745f, 0.9653f, -0.1517f, 1.5508f,
        0.4134f, -0.0715f, 0.5517f, -0.3632f, -0.1922f, -0.9497f, 0.2503f, -0.2921f,
    ];

    private static readonly float[] s_wanDeviation =
    [
        2.8184f, 1.4541f, 2.3275f, 2.6558f, 1.2196f, 1.7708f, 2.6052f, 2.0743f,
        3.2687f, 2.1526f, 2.8652f, 1.5579f, 1.6382f, 1.1253f, 2.8251f, 1.9160f,
    ];

    /// <summary>Base width (<c>dim</c>, in diffusers <c>base_dim</c>). Default 96.</summary>
    public int Dim { get; init; } = 96;

    /// <summary>Latent channels (<c>z_dim</c>). Default 16.</summary>
    public int ZDim { get; init; } = 16;

    /// <summary>Width of each level as a multiple of <see cref="Dim"/> (<c>dim_mult</c>); each level but the last halves height and width. Default 1, 2, 4, 4.</summary>
    public IReadOnlyList<int> DimMult { get; init; } = [1, 2, 4, 4];

    /// <summary>Residual blocks of an encoder level; a decoder level has one more (<c>num_res_blocks</c>). Default 2.</summary>
    public int ResBlockCount { get; init; } = 2;

    /// <summary>Whether each halving of the frame also halves time (<c>temperal_downsample</c>). Default no, yes, yes.</summary>
    public IReadOnlyList<bool> TemporalDownsample { get; init; } = [false, true, true];

    /// <summary>
    /// Mean of each latent channel (<c>latents_mean</c>): normalised latents are (z - mean) / deviation. Null for the published values
    /// if there are 16 channels, otherwise for zeros.
    /// </summary>
    public IReadOnlyList<float>? LatentsMean { get; init; }

    /// <summary>Standard deviation of each latent channel (<c>latents_std</c>). Null as for the mean; otherwise ones.</summary>
    public IReadOnlyList<float>? LatentsStd { get; init; }

    /// <summary>The autoencoder of Wan 2.1.</summary>
    public static WanVaeConfig Wan21 { get; } = new();

    /// <summary>Pixels that a latent spans in height and width.</summary>
    public int SpatialFactor => 1 << (DimMult.Count - 1);

    /// <summary>Frames that a latent other than the first spans.</summary>
    public int TemporalFactor
    {
        get
        {
            // A plain loop: streams ask at every step, and a query would allocate.
            int factor = 1;
            for (int i = 0; i < TemporalDownsample.Count; i++)
            {
                factor <<= TemporalDownsample[i] ? 1 : 0;
            }
            return factor;
        }
    }

    /// <summary>Mean of a latent channel.</summary>
    public float MeanOf(int channel) => LatentsMean?[channel] ?? (ZDim == s_wanMean.Length ? s_wanMean[channel] : 0f);

    /// <summary>Standard deviation of a latent channel.</summary>
    public float DeviationOf(int channel) => LatentsStd?[channel] ?? (ZDim == s_wanDeviation.Length ? s_wanDeviation[channel] : 1f);

    /// <summary>Latent frames that a video of <paramref name="frames"/> frames gives: 1 + (frames - 1) / factor, the rest of the last group dropped.</summary>
    public int LatentFrames(int frames) => 1 + ((frames - 1) / TemporalFactor);

    /// <summary>Frames that a clip of <paramref name="latents"/> latent frames decodes to: 1 + (latents - 1) * factor.</summary>
    public int PixelFrames(int latents) => 1 + ((latents - 1) * TemporalFactor);

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public void Validate()
    {
        Require(Dim >= 2 && Dim % 2 == 0, $"the base width {Dim} is not a positive even number");
        Require(ZDim >= 1, $"there are {ZDim} latent channels");
        Require(ResBlockCount >= 1, $"there are {ResBlockCount} residual blocks a level");
        Require(DimMult.Count is >= 1 and <= 8 && DimMult.All(m => m >= 1), $"dim_mult [{string.Join(", ", DimMult)}] is not one to eight positive numbers");
        Require(
            TemporalDownsample.Count == DimMult.Count - 1,
            $"{DimMult.Count} levels have {DimMult.Count - 1} transitions, but temperal_downsample has {TemporalDownsample.Count} entries");
        Require(LatentsMean is null || LatentsMean.Count == ZDim, $"latents_mean has {LatentsMean?.Count} entries for {ZDim} channels");
        Require(LatentsStd is null || LatentsStd.Count == ZDim, $"latents_std has {LatentsStd?.Count} entries for {ZDim} channels");
        Require(LatentsStd is null || LatentsStd.All(s => s > 0 && float.IsFinite(s)), "an entry of latents_std is not a positive number");
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new ArgumentException($"The autoencoder's configuration does not fit together: {what}.");
        }
    }
}
