using LongTake.Alignment.Grpo;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Alignment.Kvpo;

/// <summary>The networks of a model that is aligned; all stay the caller's.</summary>
public sealed record KvpoParts
{
    /// <summary>The few-step causal transformer, whose weights stay as they are.</summary>
    public required WanTransformer Transformer { get; init; }

    /// <summary>How it wants to be run.</summary>
    public required TransformerSettings Settings { get; init; }

    /// <summary>Decodes what is scored.</summary>
    public required WanVae Vae { get; init; }

    /// <summary>Reads prompts.</summary>
    public required Umt5Encoder TextEncoder { get; init; }

    /// <summary>Cuts prompts into tokens.</summary>
    public required WanTokenizer Tokenizer { get; init; }

    /// <summary>Rows of a latent frame.</summary>
    public int LatentHeight => Settings.Height / Vae.Config.SpatialFactor;

    /// <summary>Columns of a latent frame.</summary>
    public int LatentWidth => Settings.Width / Vae.Config.SpatialFactor;

    /// <summary>Features [1, n, text_dim] of each scene's prompt.</summary>
    internal Tensor[] Encode(Compute compute, VideoScript script) =>
        [.. script.Scenes.Select(s => TextEncoder.Encode(compute, Tokenizer.Encode([s.Prompt])))];

    /// <summary>Decodes chunks [1, n, C, h, w], which continue the decoder's stream.</summary>
    /// <returns>[F, H, W, 3] bytes.</returns>
    internal static byte[] Decode(Compute compute, WanVaeStreamingDecoder decoder, IEnumerable<Tensor> chunks)
    {
        List<byte[]> parts = [];
        foreach (Tensor chunk in chunks)
        {
            using TensorScope scope = TensorScope.Open();
            Shape s = chunk.Shape;
            Tensor latents = Tensor.Empty([s[0], s[2], s[1], s[3], s[4]]);
            Generation.Samplers.LatentLayout.Swap(chunk, latents);
            parts.Add(PixelConversion.ToBytes(decoder.Decode(compute, latents)).AsSpan<byte>().ToArray());
        }
        byte[] all = new byte[parts.Sum(p => p.Length)];
        int at = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }
        return all;
    }
}
