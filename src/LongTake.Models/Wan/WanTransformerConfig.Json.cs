using System.Text.Json;
using LongTake.Tensors.Files;

namespace LongTake.Models.Wan;

public sealed partial record WanTransformerConfig
{
    /// <summary>Reads a <c>config.json</c> of the original layout or a <c>transformer/config.json</c> of the diffusers layout.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is no transformer configuration, or one that this network cannot run.</exception>
    public static WanTransformerConfig Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The transformer configuration {path} cannot be read: {e.Message}", e);
        }
        return Parse(text, path);
    }

    /// <summary>Reads a configuration in JSON, in the names of the original code (<c>dim</c>, ...) or of diffusers (<c>num_attention_heads</c>, ...).</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="CheckpointException">It is no transformer configuration, or one that this network cannot run.</exception>
    public static WanTransformerConfig Parse(string json, string source = "the configuration")
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Parse(document.RootElement, source);
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"{source} is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Reads a configuration from a JSON object.</summary>
    /// <inheritdoc cref="Parse(string, string)"/>
    public static WanTransformerConfig Parse(JsonElement json, string source = "the configuration")
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new CheckpointException($"{source} is not a JSON object; a transformer's config.json is expected.");
        }
        Reader reader = new(json, source);
        reader.RequireTextToVideo();
        WanTransformerConfig config = json.TryGetProperty("num_attention_heads", out _) ? reader.Diffusers() : reader.Original();
        try
        {
            config.Validate();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"{source}: {e.Message}", e);
        }
        return config;
    }

    private readonly struct Reader(JsonElement json, string source)
    {
        public WanTransformerConfig Original()
        {
            (int height, int width) = PatchSize();
            return new WanTransformerConfig
            {
                Dim = Int("dim"),
                FfnDim = Int("ffn_dim"),
                HeadCount = Int("num_heads"),
                LayerCount = Int("num_layers"),
                FreqDim = Int("freq_dim", 256),
                TextDim = Int("text_dim", 4096),
                TextLength = Int("text_len", 512),
                InChannels = Int("in_dim", 16),
                OutChannels = Int("out_dim", 16),
                PatchHeight = height,
                PatchWidth = width,
                Eps = Float("eps", 1e-6f),
            };
        }

        public WanTransformerConfig Diffusers()
        {
            (int height, int width) = PatchSize();
            int heads = Int("num_attention_heads");
            return new WanTransformerConfig
            {
                Dim = checked(heads * Int("attention_head_dim")),
                FfnDim = Int("ffn_dim"),
                HeadCount = heads,
                LayerCount = Int("num_layers"),
                FreqDim = Int("freq_dim", 256),
                TextDim = Int("text_dim", 4096),
                TextLength = Int("text_len", 512),
                InChannels = Int("in_channels", 16),
                OutChannels = Int("out_channels", 16),
                PatchHeight = height,
                PatchWidth = width,
                Eps = Float("eps", 1e-6f),
            };
        }

        /// <summary>Refuses what would load but compute something else.</summary>
        public void RequireTextToVideo()
        {
            if (json.TryGetProperty("model_type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.GetString() != "t2v")
            {
                throw new CheckpointException($"{source} describes a '{type.GetString()}' model; only text-to-video ('t2v') transformers are supported.");
            }
            if (json.TryGetProperty("image_dim", out JsonElement image) && image.ValueKind == JsonValueKind.Number)
            {
                throw new CheckpointException($"{source} describes an image-conditioned model (image_dim {image}); only text-to-video transformers are supported.");
            }
            foreach (string name in (ReadOnlySpan<string>)["qk_norm", "cross_attn_norm"])
            {
                if (json.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.False or JsonValueKind.Null)
                {
                    throw new CheckpointException($"{source} has {name} switched off; Wan 2.1 transformers have it on.");
                }
            }
        }

        private (int Height, int Width) PatchSize()
        {
            if (!json.TryGetProperty("patch_size", out JsonElement value))
            {
                return (2, 2);
            }
            if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 3 ||
                !value[0].TryGetInt32(out int frames) || !value[1].TryGetInt32(out int height) || !value[2].TryGetInt32(out int width) || frames != 1)
            {
                throw new CheckpointException($"{source}: patch_size is {value}; [1, height, width] is expected (patches span one frame).");
            }
            return (height, width);
        }

        private int Int(string name, int? otherwise = null)
        {
            if (!json.TryGetProperty(name, out JsonElement value))
            {
                return otherwise ?? throw new CheckpointException($"{source} lacks '{name}'; is it the transformer's config.json?");
            }
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
                ? number
                : throw new CheckpointException($"{source}: '{name}' is {value}; a whole number is expected.");
        }

        private float Float(string name, float otherwise)
        {
            if (!json.TryGetProperty(name, out JsonElement value))
            {
                return otherwise;
            }
            return value.ValueKind == JsonValueKind.Number
                ? value.GetSingle()
                : throw new CheckpointException($"{source}: '{name}' is {value}; a number is expected.");
        }
    }
}
