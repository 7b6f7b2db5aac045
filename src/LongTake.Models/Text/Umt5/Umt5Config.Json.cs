using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LongTake.Tensors.Files;

namespace LongTake.Models.Text.Umt5;

public sealed partial record Umt5Config
{
    /// <summary>Reads a <c>config.json</c>, in the names of the original code or of transformers' <c>UMT5EncoderModel</c>.</summary>
    /// <exception cref="CheckpointException">The file is no configuration of a UMT5 encoder.</exception>
    public static Umt5Config Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is not CheckpointException && e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The text encoder configuration {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a configuration in JSON, in the names of the original code (<c>dim</c>, ...) or of transformers (<c>d_model</c>, ...).</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="CheckpointException">It is no configuration of a UMT5 encoder.</exception>
    public static Umt5Config Parse(string json, string source = "the configuration")
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new CheckpointException($"{source} is not a JSON object; a text encoder's config.json is expected.");
            }
            Reader reader = new(document.RootElement, source);
            Umt5Config config = document.RootElement.TryGetProperty("d_model", out _) ? reader.Transformers() : reader.Original();
            config.Validate();
            return config;
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"{source} is not valid JSON: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"{source}: {e.Message}", e);
        }
    }

    /// <summary>The configuration in JSON, in the names of the original code; <see cref="Parse"/> reads it back.</summary>
    public string ToJson() => new JsonObject
    {
        ["model_type"] = "umt5",
        ["vocab_size"] = VocabularySize,
        ["dim"] = Dim,
        ["dim_attn"] = AttentionDim,
        ["dim_ffn"] = FfnDim,
        ["num_heads"] = HeadCount,
        ["num_layers"] = LayerCount,
        ["num_buckets"] = BucketCount,
        ["max_dist"] = MaxDistance,
        ["eps"] = Eps,
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";

    private readonly struct Reader(JsonElement json, string source)
    {
        public Umt5Config Original() => new()
        {
            VocabularySize = Int("vocab_size"),
            Dim = Int("dim"),
            AttentionDim = Int("dim_attn"),
            FfnDim = Int("dim_ffn"),
            HeadCount = Int("num_heads"),
            LayerCount = Int(json.TryGetProperty("encoder_layers", out _) ? "encoder_layers" : "num_layers"),
            BucketCount = Int("num_buckets", 32),
            MaxDistance = Int("max_dist", 128),
            Eps = Float("eps", 1e-6f),
        };

        public Umt5Config Transformers()
        {
            if (json.TryGetProperty("model_type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.GetString() != "umt5")
            {
                throw new CheckpointException($"{source} describes a '{type.GetString()}' model; the text encoder of the Wan family is 'umt5'.");
            }
            return new Umt5Config
            {
                VocabularySize = Int("vocab_size"),
                Dim = Int("d_model"),
                AttentionDim = checked(Int("d_kv") * Int("num_heads")),
                FfnDim = Int("d_ff"),
                HeadCount = Int("num_heads"),
                LayerCount = Int("num_layers"),
                BucketCount = Int("relative_attention_num_buckets", 32),
                MaxDistance = Int("relative_attention_max_distance", 128),
                Eps = Float("layer_norm_epsilon", 1e-6f),
            };
        }

        private int Int(string name, int? otherwise = null)
        {
            if (!json.TryGetProperty(name, out JsonElement value))
            {
                return otherwise ?? throw new CheckpointException($"{source} has no '{name}'; a text encoder's config.json is expected.");
            }

            // A limit far above any model keeps later products within 32 bits.
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number <= 1 << 24
                ? number
                : throw new CheckpointException($"{source}: '{name}' is {value.GetRawText()}, not a size.");
        }

        private float Float(string name, float otherwise)
        {
            if (!json.TryGetProperty(name, out JsonElement value))
            {
                return otherwise;
            }
            return value.ValueKind == JsonValueKind.Number && float.TryParse(value.GetRawText(), CultureInfo.InvariantCulture, out float number)
                ? number
                : throw new CheckpointException($"{source}: '{name}' is {value.GetRawText()}, not a number.");
        }
    }
}
