using LongTake.Models.Checkpoints.Adapted;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Opens the weights of a transformer from any of the files they come in: original or diffusers safetensors, and the
/// <c>.pt</c> files of the few-step models, which hold several networks under <c>generator</c>, <c>generator_ema</c> and <c>critic</c>.
/// Scales of float8 weights become properties of the weights (<see cref="Float8.ScaledFloat8Source"/>), 4-bit weights bfloat16 ones
/// (<see cref="FourBit.FourBitSource"/>); a transformer that is stored as an adapter of another comes with it merged in
/// (<see cref="AdaptedTransformer"/>).
/// Source: spec autoregressive-streaming, section 11.
/// </summary>
public static class TransformerCheckpoint
{
    /// <summary>Entries of a few-step checkpoint that hold a generator, best first.</summary>
    public static IReadOnlyList<string> GeneratorEntries { get; } = ["generator_ema", "generator", "model", "state_dict"];

    /// <summary>Opens a transformer checkpoint under original names.</summary>
    /// <param name="path">File, index of shards, or folder.</param>
    /// <param name="entry">Which network of the file to take; null takes the first of <see cref="GeneratorEntries"/> that is there.</param>
    /// <exception cref="CheckpointException">The file is unreadable, lacks the entry, or holds an adapter (LoRA) only.</exception>
    public static ITensorSource Open(string path, string? entry = null)
    {
        if (entry is null && AdaptedTransformer.IsIn(path))
        {
            return AdaptedTransformer.Open(path);
        }
        ITensorSource file = CheckpointFile.Open(path);
        try
        {
            return Normalize(file, path, entry);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The networks in a checkpoint, e.g. <c>generator</c> and <c>critic</c>; empty if its tensors lie at the top.</summary>
    public static IReadOnlyList<string> Entries(ITensorSource source) =>
        [.. source.Tensors.Select(t => t.Name.IndexOf('/', StringComparison.Ordinal) is > 0 and int end ? t.Name[..end] : "").Where(e => e.Length > 0).Distinct()];

    private static ITensorSource Normalize(ITensorSource file, string path, string? entry)
    {
        IReadOnlyList<string> entries = Entries(file);
        string prefix = "";
        if (entries.Count > 0 || entry is not null)
        {
            string? chosen = entry is null ? GeneratorEntries.FirstOrDefault(entries.Contains) : entries.FirstOrDefault(e => e == entry);
            if (chosen is null)
            {
                string there = entries.Count == 0 ? "its tensors lie at the top level" : $"it holds {string.Join(", ", entries)}";
                throw new CheckpointException(entry is not null
                    ? $"'{path}' has no entry '{entry}'; {there}."
                    : entries.Any(e => e.EndsWith("_lora", StringComparison.Ordinal))
                        ? $"'{path}' holds an adapter (LoRA) only ({string.Join(", ", entries)}). Load the base weights and give this file as their adapter."
                        : $"'{path}' holds no generator; {there}. Name the entry to load.");
            }
            prefix = chosen + "/";
        }
        else if (file.Tensors.Count > 0 && file.Tensors.All(t => LoraAdapter.IsAdapterKey(t.Name)))
        {
            throw new CheckpointException($"'{path}' holds an adapter (LoRA) only. Load the base weights and give this file as their adapter.");
        }
        ITensorSource bare = new RenamedSource(
            file, name => name.StartsWith(prefix, StringComparison.Ordinal) ? WrapperPrefixes.Strip(name[prefix.Length..]) : null);
        return WanKeyMap.Normalize(PartSources.StoredWeights(bare, path));
    }
}
