using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Refuses configurations beyond any model, before parameter lists are made from them: a file with two billion layers must
/// end in a message, not in exhausted memory, and products of sizes must stay within 32 bits.
/// </summary>
internal static class SizeLimits
{
    private const int Width = 1 << 18;
    private const int Layers = 1024;
    private const int Channels = 4096;
    private const int Patch = 32;
    private const int Multiplier = 64;

    /// <exception cref="CheckpointException">A size is beyond the limits.</exception>
    public static WanTransformerConfig Check(WanTransformerConfig config, string source)
    {
        Require(config.LayerCount <= Layers, "layers", config.LayerCount, source);
        foreach (int width in (int[])[config.Dim, config.FfnDim, config.FreqDim, config.TextDim, config.TextLength])
        {
            Require(width <= Width, "a width", width, source);
        }
        Require(Math.Max(config.InChannels, config.OutChannels) <= Channels, "channels", Math.Max(config.InChannels, config.OutChannels), source);
        Require(Math.Max(config.PatchHeight, config.PatchWidth) <= Patch, "a patch size", Math.Max(config.PatchHeight, config.PatchWidth), source);
        return config;
    }

    /// <exception cref="CheckpointException">A size is beyond the limits.</exception>
    public static Umt5Config Check(Umt5Config config, string source)
    {
        Require(config.LayerCount <= Layers, "layers", config.LayerCount, source);
        foreach (int width in (int[])[config.Dim, config.AttentionDim, config.FfnDim, config.BucketCount])
        {
            Require(width <= Width, "a width", width, source);
        }
        return config;
    }

    /// <exception cref="CheckpointException">A size is beyond the limits.</exception>
    public static WanVaeConfig Check(WanVaeConfig config, string source)
    {
        Require(config.ResBlockCount <= Layers, "residual blocks", config.ResBlockCount, source);
        Require(Math.Max(config.Dim, config.ZDim) <= Channels, "channels", Math.Max(config.Dim, config.ZDim), source);
        Require(config.DimMult.Max() <= Multiplier, "a width multiplier", config.DimMult.Max(), source);
        return config;
    }

    private static void Require(bool condition, string what, int value, string source)
    {
        if (!condition)
        {
            throw new CheckpointException($"{source} asks for {what} of {value:N0}, which is beyond any model; the file is damaged.");
        }
    }
}
