using System.Text.Json;
using System.Text.Json.Nodes;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Data;

/// <summary>
/// Writes trained networks into a model folder laid out like a diffusers pipeline (<c>vae/</c>, <c>transformer/</c>,
/// <c>causal_transformer/</c>, <c>text_encoder/</c>, <c>tokenizer/</c>, <c>model_index.json</c>), weights in bfloat16 under
/// the original Wan keys.
/// </summary>
public static class ModelExport
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>Writes the VAE.</summary>
    public static void Vae(string folder, WanVaeConfig config, ParameterStore weights)
    {
        JsonObject json = new()
        {
            ["_class_name"] = "AutoencoderKLWan",
            ["base_dim"] = config.Dim,
            ["z_dim"] = config.ZDim,
            ["dim_mult"] = Array([.. config.DimMult]),
            ["num_res_blocks"] = config.ResBlockCount,
            ["attn_scales"] = new JsonArray(),
            ["temperal_downsample"] = Array([.. config.TemporalDownsample]),
            ["dropout"] = 0.0,
            ["latents_mean"] = Array([.. Enumerable.Range(0, config.ZDim).Select(config.MeanOf)]),
            ["latents_std"] = Array([.. Enumerable.Range(0, config.ZDim).Select(config.DeviationOf)]),
        };
        Write(Path.Combine(folder, "vae"), "diffusion_pytorch_model.safetensors", json, weights);
        WriteIndex(folder);
    }

    /// <summary>Writes the bidirectional transformer, the text encoder and the tokenizer.</summary>
    public static void Base(
        string folder,
        WanTransformerConfig transformer,
        ParameterStore transformerWeights,
        Umt5Config textEncoder,
        ParameterStore textWeights,
        double timestepShift)
    {
        Write(
            Path.Combine(folder, "transformer"),
            "diffusion_pytorch_model.safetensors",
            Transformer(transformer, "WanTransformer3DModel", timestepShift),
            transformerWeights);
        Text(folder, textEncoder, textWeights);
        WriteIndex(folder);
    }

    /// <summary>Writes the causal transformer; it reads the text encoder that is there.</summary>
    public static void Causal(
        string folder,
        WanTransformerConfig transformer,
        ParameterStore transformerWeights,
        int chunkFrames,
        double timestepShift)
    {
        JsonObject json = Transformer(transformer, "CausalWanModel", timestepShift);
        json["num_frame_per_block"] = chunkFrames;
        Write(Path.Combine(folder, "causal_transformer"), "diffusion_pytorch_model.safetensors", json, transformerWeights);
        WriteIndex(folder);
    }

    private static JsonObject Transformer(WanTransformerConfig config, string name, double timestepShift) => new()
    {
        ["_class_name"] = name,
        ["patch_size"] = Array([1, config.PatchHeight, config.PatchWidth]),
        ["num_attention_heads"] = config.HeadCount,
        ["attention_head_dim"] = config.HeadDim,
        ["in_channels"] = config.InChannels,
        ["out_channels"] = config.OutChannels,
        ["text_dim"] = config.TextDim,
        ["text_len"] = config.TextLength,
        ["freq_dim"] = config.FreqDim,
        ["ffn_dim"] = config.FfnDim,
        ["num_layers"] = config.LayerCount,
        ["cross_attn_norm"] = true,
        ["qk_norm"] = "rms_norm_across_heads",
        ["eps"] = config.Eps,
        ["timestep_shift"] = timestepShift,
    };

    private static void Text(string folder, Umt5Config config, ParameterStore weights)
    {
        Write(Path.Combine(folder, "text_encoder"), "model.safetensors", JsonNode.Parse(config.ToJson())!.AsObject(), weights);
        string tokenizer = Path.Combine(folder, "tokenizer");
        Directory.CreateDirectory(tokenizer);
        File.WriteAllBytes(Path.Combine(tokenizer, "spiece.model"), ShapesTokenizer.ModelBytes());
    }

    private static void Write(string folder, string file, JsonObject config, ParameterStore weights)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString(s_indented) + "\n");
        SafetensorsWriter.Write(Path.Combine(folder, file), weights, null, DType.BF16);
    }

    /// <summary>Names the parts that are there.</summary>
    private static void WriteIndex(string folder)
    {
        JsonObject index = new() { ["_class_name"] = "WanPipeline" };
        foreach ((string part, string type) in new[]
        {
            ("vae", "AutoencoderKLWan"),
            ("transformer", "WanTransformer3DModel"),
            ("causal_transformer", "CausalWanModel"),
            ("text_encoder", "UMT5EncoderModel"),
            ("tokenizer", "T5Tokenizer"),
        })
        {
            if (Directory.Exists(Path.Combine(folder, part)))
            {
                index[part] = new JsonArray("longtake", type);
            }
        }
        File.WriteAllText(Path.Combine(folder, "model_index.json"), index.ToJsonString(s_indented) + "\n");
    }

    private static JsonArray Array<T>(T[] values) => [.. values.Select(v => (JsonNode?)JsonValue.Create(v))];
}
