using System.Globalization;
using LongTake.Models.Wan.Vae;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Key names of the Wan autoencoder in its two layouts: the original (<c>Wan2.1_VAE.pth</c>) and diffusers
/// (<c>vae/diffusion_pytorch_model.safetensors</c>). Shapes are the same in both. Source: spec wan-model, section 5.5.
/// </summary>
public static class VaeKeyMap
{
    private static readonly (string Original, string Diffusers)[] s_top = [("conv1.", "quant_conv."), ("conv2.", "post_quant_conv.")];

    private static readonly (string Original, string Diffusers)[] s_network = [("conv1.", "conv_in."), ("head.0.", "norm_out."), ("head.2.", "conv_out.")];

    private static readonly (string Original, string Diffusers)[] s_block =
    [
        ("residual.0.", "norm1."), ("residual.2.", "conv1."), ("residual.3.", "norm2."), ("residual.6.", "conv2."),
        ("shortcut.", "conv_shortcut."), ("resample.1.", "resample.1."), ("time_conv.", "time_conv."),
        ("norm.", "norm."), ("to_qkv.", "to_qkv."), ("proj.", "proj."),
    ];

    /// <summary>The original name of a key in the diffusers layout; null if that layout has no such key.</summary>
    /// <param name="diffusersKey">For example <c>decoder.up_blocks.1.resnets.0.conv1.weight</c>.</param>
    /// <param name="config">Sizes: the number of residual blocks decides where a decoder level begins.</param>
    public static string? ToOriginal(string diffusersKey, WanVaeConfig config)
    {
        if (Rename(diffusersKey, s_top, toOriginal: true) is string top)
        {
            return top;
        }
        if (!TryNetwork(diffusersKey, out string network, out string rest))
        {
            return null;
        }
        if (Rename(rest, s_network, toOriginal: true) is string edge)
        {
            return network + edge;
        }
        string[] parts = rest.Split('.', 5);
        if (parts[0] == "down_blocks" && network == "encoder." && TryIndex(parts, 1, out int index))
        {
            return Join($"{network}downsamples.{index}.", rest[(parts[0].Length + parts[1].Length + 2)..], toOriginal: true);
        }
        if (parts.Length != 5 && !(parts.Length == 4 && parts[0] == "mid_block"))
        {
            return null;
        }
        if (parts[0] == "mid_block" && TryIndex(parts, 2, out int middle))
        {
            string inner = rest[(parts[0].Length + parts[1].Length + parts[2].Length + 3)..];
            return parts[1] switch
            {
                "resnets" when middle <= 1 => Join($"{network}middle.{2 * middle}.", inner, toOriginal: true),
                "attentions" when middle == 0 => Join($"{network}middle.1.", inner, toOriginal: true),
                _ => null,
            };
        }
        if (parts[0] == "up_blocks" && network == "decoder." && TryIndex(parts, 1, out int level) && TryIndex(parts, 3, out int block))
        {
            int first = level * (config.ResBlockCount + 2);
            return parts[2] switch
            {
                "resnets" when block <= config.ResBlockCount => Join($"{network}upsamples.{first + block}.", parts[4], toOriginal: true),
                "upsamplers" when block == 0 => Join($"{network}upsamples.{first + config.ResBlockCount + 1}.", parts[4], toOriginal: true),
                _ => null,
            };
        }
        return null;
    }

    /// <summary>The diffusers name of a key in the original layout; null if that layout has no such key.</summary>
    /// <param name="originalKey">For example <c>decoder.upsamples.4.residual.2.weight</c>.</param>
    /// <param name="config">Sizes.</param>
    public static string? ToDiffusers(string originalKey, WanVaeConfig config)
    {
        if (Rename(originalKey, s_top, toOriginal: false) is string top)
        {
            return top;
        }
        if (!TryNetwork(originalKey, out string network, out string rest))
        {
            return null;
        }
        if (Rename(rest, s_network, toOriginal: false) is string edge)
        {
            return network + edge;
        }
        string[] parts = rest.Split('.', 3);
        if (parts.Length != 3 || !TryIndex(parts, 1, out int index))
        {
            return null;
        }
        int level = Math.DivRem(index, config.ResBlockCount + 2, out int block);
        return (parts[0], network) switch
        {
            ("middle", _) when index == 1 => Join($"{network}mid_block.attentions.0.", parts[2], toOriginal: false),
            ("middle", _) when index is 0 or 2 => Join($"{network}mid_block.resnets.{index / 2}.", parts[2], toOriginal: false),
            ("downsamples", "encoder.") => Join($"{network}down_blocks.{index}.", parts[2], toOriginal: false),
            ("upsamples", "decoder.") when block <= config.ResBlockCount =>
                Join($"{network}up_blocks.{level}.resnets.{block}.", parts[2], toOriginal: false),
            ("upsamples", "decoder.") => Join($"{network}up_blocks.{level}.upsamplers.0.", parts[2], toOriginal: false),
            _ => null,
        };
    }

    private static bool TryNetwork(string key, out string network, out string rest)
    {
        network = key.StartsWith("encoder.", StringComparison.Ordinal) ? "encoder." : "decoder.";
        rest = key.StartsWith(network, StringComparison.Ordinal) ? key[network.Length..] : "";
        return rest.Length > 0;
    }

    private static bool TryIndex(string[] parts, int at, out int index)
    {
        index = 0;
        return parts.Length > at && int.TryParse(parts[at], NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    private static string? Join(string prefix, string inner, bool toOriginal) =>
        Rename(inner, s_block, toOriginal) is string renamed ? prefix + renamed : null;

    private static string? Rename(string key, (string Original, string Diffusers)[] table, bool toOriginal)
    {
        foreach ((string original, string diffusers) in table)
        {
            string from = toOriginal ? diffusers : original;
            if (key.StartsWith(from, StringComparison.Ordinal))
            {
                return (toOriginal ? original : diffusers) + key[from.Length..];
            }
        }
        return null;
    }
}
