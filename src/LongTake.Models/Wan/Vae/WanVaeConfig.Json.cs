using System.Text.Json;
using LongTake.Tensors.Files;

namespace LongTake.Models.Wan.Vae;

public sealed partial record WanVaeConfig
{
    /// <summary>Reads a <c>vae/config.json</c> of the diffusers layout, or the same in the names of the original code.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is no autoencoder configuration, or one that this network cannot run.</exception>
    public static WanVaeConfig Load(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            return Parse(document.RootElement, path);
        }
        catch (Exception e) when (e is (IOException and not CheckpointException) or UnauthorizedAccessException or JsonException)
        {
            throw new CheckpointException($"The autoencoder configuration {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a configuration from a JSON object, in the names of the original code (<c>dim</c>, ...) or of diffusers (<c>base_dim</c>, ...).</summary>
    /// <param name="json">The object.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <exception cref="CheckpointException">It is no autoencoder configuration, or one that this network cannot run.</exception>
    public static WanVaeConfig Parse(JsonElement json, string source = "the configuration")
    {
        try
        {
            if (json.TryGetProperty("attn_scales", out JsonElement scales) && scales.GetArrayLength() > 0)
            {
                throw new CheckpointException($"{source} wants attention inside the levels (attn_scales {scales}); Wan autoencoders have it in the middle only.");
            }
            WanVaeConfig config = new()
            {
                Dim = (json.TryGetProperty("dim", out JsonElement dim) ? dim : json.GetProperty("base_dim")).GetInt32(),
                ZDim = json.GetProperty("z_dim").GetInt32(),
                DimMult = [.. json.GetProperty("dim_mult").EnumerateArray().Select(m => m.GetInt32())],
                ResBlockCount = json.GetProperty("num_res_blocks").GetInt32(),
                // The misspelt name is the published one.
                TemporalDownsample =
                [
                    .. (json.TryGetProperty("temperal_downsample", out JsonElement time) ? time : json.GetProperty("temporal_downsample"))
                        .EnumerateArray().Select(t => t.GetBoolean()),
                ],
                LatentsMean = Numbers(json, "latents_mean"),
                LatentsStd = Numbers(json, "latents_std"),
            };
            config.Validate();
            return config;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new CheckpointException(
                $"{source} is not the configuration of a Wan autoencoder (dim or base_dim, z_dim, dim_mult, num_res_blocks, temperal_downsample): {e.Message}", e);
        }
    }

    private static float[]? Numbers(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? [.. value.EnumerateArray().Select(v => v.GetSingle())]
            : null;
}
