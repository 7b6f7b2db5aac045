namespace LongTake.Models.Wan.Vae;

/// <summary>What a block of the autoencoder's levels does.</summary>
internal enum VaeBlockKind
{
    Residual,
    DownSpace,
    DownSpaceTime,
    UpSpace,
    UpSpaceTime,
}

/// <summary>One block in a level.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">Prefix of its keys, e.g. <c>encoder.downsamples.3</c>.</param>
/// <param name="In">Input channels.</param>
/// <param name="Out">Output channels.</param>
internal readonly record struct VaeBlock(VaeBlockKind Kind, string Name, int In, int Out);

/// <summary>
/// The order and widths of the autoencoder's blocks, from which the parameter list and the networks are made.
/// Source: spec wan-model, section 5.3.
/// </summary>
internal static class VaeLayout
{
    /// <summary>Width of the encoder's first level.</summary>
    public static int EncoderStart(WanVaeConfig config) => config.Dim;

    /// <summary>Width of both middle sections.</summary>
    public static int Middle(WanVaeConfig config) => config.Dim * config.DimMult[^1];

    /// <summary>Width of the decoder's last level.</summary>
    public static int DecoderEnd(WanVaeConfig config) => config.Dim * config.DimMult[0];

    /// <summary>Blocks of <c>encoder.downsamples</c>.</summary>
    public static IReadOnlyList<VaeBlock> Encoder(WanVaeConfig config)
    {
        List<VaeBlock> blocks = [];
        int width = config.Dim;
        for (int level = 0; level < config.DimMult.Count; level++)
        {
            int outWidth = config.Dim * config.DimMult[level];
            for (int i = 0; i < config.ResBlockCount; i++)
            {
                blocks.Add(new VaeBlock(VaeBlockKind.Residual, $"encoder.downsamples.{blocks.Count}", width, outWidth));
                width = outWidth;
            }
            if (level < config.DimMult.Count - 1)
            {
                VaeBlockKind kind = config.TemporalDownsample[level] ? VaeBlockKind.DownSpaceTime : VaeBlockKind.DownSpace;
                blocks.Add(new VaeBlock(kind, $"encoder.downsamples.{blocks.Count}", width, width));
            }
        }
        return blocks;
    }

    /// <summary>Blocks of <c>decoder.upsamples</c>: the encoder's levels in reverse; every upsampling halves the width.</summary>
    public static IReadOnlyList<VaeBlock> Decoder(WanVaeConfig config)
    {
        List<VaeBlock> blocks = [];
        int width = Middle(config);
        for (int level = config.DimMult.Count - 1; level >= 0; level--)
        {
            int outWidth = config.Dim * config.DimMult[level];
            for (int i = 0; i <= config.ResBlockCount; i++)
            {
                blocks.Add(new VaeBlock(VaeBlockKind.Residual, $"decoder.upsamples.{blocks.Count}", width, outWidth));
                width = outWidth;
            }
            if (level > 0)
            {
                VaeBlockKind kind = config.TemporalDownsample[level - 1] ? VaeBlockKind.UpSpaceTime : VaeBlockKind.UpSpace;
                blocks.Add(new VaeBlock(kind, $"decoder.upsamples.{blocks.Count}", width, width / 2));
                width /= 2;
            }
        }
        return blocks;
    }
}
