using LongTake.Alignment.Grpo;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Branches;

/// <summary>The networks of a model that is aligned; all stay the caller's.</summary>
public sealed record GeneratorParts
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

    /// <summary>The networks of a model folder with a causal transformer.</summary>
    /// <exception cref="CheckpointException">A part is missing or cannot be read.</exception>
    public static GeneratorParts Load(ModelFolder model) => new()
    {
        Transformer = model.LoadTransformer(TransformerKind.Causal),
        Settings = model.Settings(TransformerKind.Causal),
        Vae = model.LoadVae(),
        TextEncoder = model.LoadTextEncoder(),
        Tokenizer = model.LoadTokenizer(),
    };

    /// <summary>Rows of a latent frame.</summary>
    public int LatentHeight => Settings.Height / Vae.Config.SpatialFactor;

    /// <summary>Columns of a latent frame.</summary>
    public int LatentWidth => Settings.Width / Vae.Config.SpatialFactor;

    /// <summary>Features [1, n, text_dim] of each scene's prompt.</summary>
    internal Tensor[] Encode(Compute compute, VideoScript script) =>
        [.. script.Scenes.Select(s => TextEncoder.Encode(compute, Tokenizer.Encode([s.Prompt])))];

    /// <summary>A copy of latents [1, n, C, h, w] as networks take them, [1, C, n, h, w].</summary>
    internal static Tensor ToNetwork(Tensor latents)
    {
        Shape s = latents.Shape;
        Tensor copy = Tensor.Empty([s[0], s[2], s[1], s[3], s[4]]);
        LatentLayout.Swap(latents, copy);
        return copy;
    }

    /// <summary>Decodes chunks [1, n, C, h, w], which continue the decoder's stream.</summary>
    /// <returns>[F, H, W, 3] bytes.</returns>
    internal static byte[] Decode(Compute compute, WanVaeStreamingDecoder decoder, IEnumerable<Tensor> chunks)
    {
        List<byte[]> parts = [];
        foreach (Tensor chunk in chunks)
        {
            using TensorScope scope = TensorScope.Open();
            parts.Add(PixelConversion.ToBytes(decoder.Decode(compute, ToNetwork(chunk))).AsSpan<byte>().ToArray());
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
