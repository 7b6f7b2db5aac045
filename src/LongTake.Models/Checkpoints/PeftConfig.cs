using System.Text.Json;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// What <c>adapter_config.json</c> of PEFT says of a low-rank adapter. Kinds of adapters that are not a plain pair of matrices are refused.
/// </summary>
/// <param name="Rank">Rank of the pairs (<c>r</c>).</param>
/// <param name="Alpha">What the product of a pair is multiplied by, divided by the rank (<c>lora_alpha</c>).</param>
/// <param name="Targets">Ends of the names of the adapted layers (<c>target_modules</c>); empty where the file leaves it to the library.</param>
/// <param name="Base">Name or path of the network that it is for (<c>base_model_name_or_path</c>), if the file says.</param>
public sealed record PeftConfig(int Rank, float Alpha, IReadOnlyList<string> Targets, string? Base = null)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "adapter_config.json";

    // Each makes another layer of what has the same names.
    private static readonly string[] s_unsupported = ["fan_in_fan_out", "use_rslora", "use_dora", "enable_lora"];

    /// <summary>Reads the file.</summary>
    /// <exception cref="CheckpointException">It is missing, damaged, or describes an adapter of another kind.</exception>
    public static PeftConfig Load(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("r", out JsonElement rank) || !rank.TryGetInt32(out int r) || r < 1
                || !root.TryGetProperty("lora_alpha", out JsonElement scale) || !scale.TryGetSingle(out float alpha) || !float.IsFinite(alpha))
            {
                throw new CheckpointException($"'{path}' is no configuration of an adapter (LoRA): it has no rank 'r' and no 'lora_alpha'.");
            }
            foreach (string kind in s_unsupported)
            {
                if (root.TryGetProperty(kind, out JsonElement set) && set.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
                {
                    throw new CheckpointException($"'{path}' sets '{kind}', and only plain adapters (LoRA) can be merged; take one without it.");
                }
            }
            string? origin = root.TryGetProperty("base_model_name_or_path", out JsonElement name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            return new PeftConfig(r, alpha, TargetsOf(root), origin);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or UnauthorizedAccessException || (e is IOException and not CheckpointException))
        {
            throw new CheckpointException($"The configuration of the adapter, '{path}', cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Refuses weights that the configuration is not for.</summary>
    /// <param name="adapter">The weights beside it.</param>
    /// <param name="folder">Where both lie, for messages.</param>
    /// <exception cref="CheckpointException">Rank or layers are others.</exception>
    internal void Check(LoraAdapter adapter, string folder)
    {
        if (adapter.Rank != Rank)
        {
            throw new CheckpointException(
                $"The adapter in '{folder}' has the rank {adapter.Rank}, and its {FileName} says {Rank}; the two are of different adapters.");
        }
        string[] without = [.. Targets.Where(t => !adapter.Modules.Any(m => m == t || m.EndsWith("." + t, StringComparison.Ordinal)))];
        if (without.Length > 0)
        {
            throw new CheckpointException(
                $"The {FileName} in '{folder}' says that the layers '{string.Join("', '", without)}' are adapted, " +
                "and the weights beside it have none of these.");
        }
    }

    private static string[] TargetsOf(JsonElement root)
    {
        if (!root.TryGetProperty("target_modules", out JsonElement targets))
        {
            return [];
        }
        return targets.ValueKind switch
        {
            JsonValueKind.Array => [.. targets.EnumerateArray().Select(t => t.GetString() ?? "")],
            // A string is a regular expression of the library's; the names in the file of the weights tell the same.
            _ => [],
        };
    }
}
