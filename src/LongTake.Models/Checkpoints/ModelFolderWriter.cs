using System.Text.Json;
using System.Text.Json.Nodes;
using LongTake.Models.Checkpoints.Adapted;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Writes a model folder part by part: a folder for each part as diffusers has it, with the original names of parameters and
/// configuration. Weights are stored in bfloat16. Every file is replaced only when its successor is complete.
/// </summary>
public static class ModelFolderWriter
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Writes a transformer to <c>transformer/</c>, <c>causal_transformer/</c> or <c>causal_teacher/</c>.</summary>
    /// <param name="folder">The model's folder, made if need be.</param>
    /// <param name="kind">Which one.</param>
    /// <param name="config">Its sizes.</param>
    /// <param name="settings">How it wants to be run.</param>
    /// <param name="weights">Its parameters.</param>
    /// <param name="storage">Element type of the file. Default bfloat16.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static void WriteTransformer(
        string folder,
        TransformerKind kind,
        WanTransformerConfig config,
        TransformerSettings settings,
        ParameterStore weights,
        DType storage = DType.BF16)
    {
        settings.Validate();
        JsonObject json = new()
        {
            ["_class_name"] = "WanModel",
            ["model_type"] = "t2v",
            ["dim"] = config.Dim,
            ["ffn_dim"] = config.FfnDim,
            ["freq_dim"] = config.FreqDim,
            ["text_dim"] = config.TextDim,
            ["text_len"] = config.TextLength,
            ["in_dim"] = config.InChannels,
            ["out_dim"] = config.OutChannels,
            ["num_heads"] = config.HeadCount,
            ["num_layers"] = config.LayerCount,
            ["patch_size"] = new JsonArray(1, config.PatchHeight, config.PatchWidth),
            ["eps"] = Shortest(config.Eps),
        };
        settings.AddTo(json);
        Write(folder, ModelPaths.FolderOf(kind), json, "diffusion_pytorch_model.safetensors", weights, storage);
    }

    /// <summary>
    /// Makes room for a distilled transformer: a multi-step causal transformer moves from <c>causal_transformer/</c> to
    /// <c>causal_teacher/</c>, in place of an older one. Does nothing where the causal transformer is a few-step one, or missing.
    /// </summary>
    /// <param name="folder">The model's folder; may be missing.</param>
    /// <exception cref="CheckpointException">The configuration of the causal transformer is unusable.</exception>
    public static void KeepTeacher(string folder)
    {
        string causal = Path.Combine(folder, ModelPaths.FolderOf(TransformerKind.Causal));
        if (!Directory.Exists(causal))
        {
            return;
        }
        using (ModelFolder model = ModelFolder.Open(folder))
        {
            if (model.Settings(TransformerKind.Causal).Sampler == "few-step")
            {
                return;
            }
        }
        string teacher = Path.Combine(folder, ModelPaths.FolderOf(TransformerKind.CausalTeacher));
        if (Directory.Exists(teacher))
        {
            Directory.Delete(teacher, recursive: true);
        }
        Directory.Move(causal, teacher);
    }

    /// <summary>Writes the autoencoder to <c>vae/</c>.</summary>
    /// <param name="folder">The model's folder, made if need be.</param>
    /// <param name="config">Its sizes and latent statistics.</param>
    /// <param name="weights">Its parameters.</param>
    /// <param name="storage">Element type of the file. Default bfloat16.</param>
    public static void WriteVae(string folder, WanVaeConfig config, ParameterStore weights, DType storage = DType.BF16)
    {
        JsonObject json = new()
        {
            ["_class_name"] = "AutoencoderKLWan",
            ["base_dim"] = config.Dim,
            ["z_dim"] = config.ZDim,
            ["dim_mult"] = new JsonArray([.. config.DimMult.Select(m => (JsonNode)m)]),
            ["num_res_blocks"] = config.ResBlockCount,
            ["attn_scales"] = new JsonArray(),
            ["temperal_downsample"] = new JsonArray([.. config.TemporalDownsample.Select(t => (JsonNode)t)]),
            ["latents_mean"] = new JsonArray([.. Enumerable.Range(0, config.ZDim).Select(c => (JsonNode)Shortest(config.MeanOf(c)))]),
            ["latents_std"] = new JsonArray([.. Enumerable.Range(0, config.ZDim).Select(c => (JsonNode)Shortest(config.DeviationOf(c)))]),
        };
        Write(folder, "vae", json, "diffusion_pytorch_model.safetensors", weights, storage);
    }

    /// <summary>Writes the text encoder to <c>text_encoder/</c>.</summary>
    /// <param name="folder">The model's folder, made if need be.</param>
    /// <param name="config">Its sizes.</param>
    /// <param name="weights">Its parameters.</param>
    /// <param name="storage">Element type of the file. Default bfloat16.</param>
    public static void WriteTextEncoder(string folder, Umt5Config config, ParameterStore weights, DType storage = DType.BF16) =>
        Write(folder, "text_encoder", JsonNode.Parse(config.ToJson())!.AsObject(), "model.safetensors", weights, storage);

    /// <summary>Writes the tokenizer to <c>tokenizer/spiece.model</c>.</summary>
    /// <param name="folder">The model's folder, made if need be.</param>
    /// <param name="model">The SentencePiece model file.</param>
    public static void WriteTokenizer(string folder, byte[] model)
    {
        WriteIndex(folder);
        WriteFile(Path.Combine(folder, "tokenizer", "spiece.model"), model);
    }

    /// <summary>
    /// Names the model whose parts stand in for those that a folder lacks, as a path from the folder to it where there is one. Parts of some
    /// gigabytes need not be copied then to try what a training has made.
    /// </summary>
    /// <param name="folder">The model's folder, made if need be.</param>
    /// <param name="origin">The other model's folder; the folder itself takes the entry away.</param>
    /// <exception cref="CheckpointException">The folder's index cannot be read.</exception>
    public static void NameBase(string folder, string origin)
    {
        string path = Path.Combine(folder, ModelPaths.IndexName);
        JsonObject index;
        try
        {
            index = File.Exists(path) && JsonNode.Parse(File.ReadAllBytes(path)) is JsonObject there ? there : NewIndex();
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"'{path}' cannot be read: {e.Message}", e);
        }
        string relative = Path.GetRelativePath(folder, origin);
        if (relative == ".")
        {
            index.Remove(ModelPaths.BaseKey);
        }
        else
        {
            index[ModelPaths.BaseKey] = relative.Replace('\\', '/');
        }
        WriteFile(path, Text(index));
    }

    /// <summary>
    /// Names the model that parts of a folder were made from (<see cref="NameBase"/>), unless the folder is that model or has an autoencoder, a text
    /// encoder and a tokenizer of its own.
    /// </summary>
    /// <param name="folder">The folder that the parts were written to.</param>
    /// <param name="origin">The model.</param>
    /// <exception cref="CheckpointException">The folder holds no part of a model, or its index cannot be read.</exception>
    public static void NameBaseIfNeeded(string folder, string origin)
    {
        ModelPaths own = ModelPaths.Own(folder);
        bool isWhole = own.Vae is not null && own.TextEncoder is not null && own.Tokenizer is not null;
        if (!isWhole && Path.GetRelativePath(folder, origin) != ".")
        {
            NameBase(folder, origin);
        }
    }

    private static void Write(string folder, string part, JsonObject config, string file, ParameterStore weights, DType storage)
    {
        if (storage.IsFloat8())
        {
            throw new ArgumentException(
                $"{storage} needs scales and is not for all tensors of a part. Write {DType.BF16} and convert the folder (CheckpointConverter).",
                nameof(storage));
        }
        WriteIndex(folder);
        string path = Path.Combine(folder, part);
        AdaptedTransformer.Remove(path);
        SafetensorsWriter.Write(Path.Combine(path, file), weights, new Dictionary<string, string> { ["format"] = "pt" }, storage);
        WriteFile(Path.Combine(path, "config.json"), Text(config));
    }

    /// <summary>The file by which others recognise the folder; parts may come later.</summary>
    private static void WriteIndex(string folder)
    {
        string path = Path.Combine(folder, ModelPaths.IndexName);
        if (!File.Exists(path))
        {
            WriteFile(path, Text(NewIndex()));
        }
    }

    private static JsonObject NewIndex() => new() { ["_class_name"] = "WanPipeline" };

    private static byte[] Text(JsonObject json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString(s_json) + "\n");

    private static void WriteFile(string path, byte[] bytes)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = $"{full}.{Guid.NewGuid():N}.partial";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, full, overwrite: true);
    }

    /// <summary>The shortest decimal of a single-precision number, as a person would write it (1e-6, not 9.99999997e-7).</summary>
    private static double Shortest(float value) =>
        double.Parse(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
