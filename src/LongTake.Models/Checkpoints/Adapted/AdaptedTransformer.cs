using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Adapted;

/// <summary>
/// A transformer that is stored by what it differs from another one of the same model: a folder with <c>adapter_config.json</c> and
/// <c>adapter_model.safetensors</c> as PEFT writes them, <c>base_model_name_or_path</c> naming the other one's folder, and beside them in
/// <c>diffusion_pytorch_model.safetensors</c> the tensors that it has of its own (biases, norms, tables). Read like any other transformer.
/// </summary>
internal static class AdaptedTransformer
{
    public const string Adapter = "adapter_model.safetensors";
    public const string Own = "diffusion_pytorch_model.safetensors";

    /// <summary>Whether a path is the folder of such a transformer; only names are looked at.</summary>
    public static bool IsIn(string path) => File.Exists(Path.Combine(path, PeftConfig.FileName));

    /// <summary>Folder of the transformer that it differs from, as its configuration names it; null where the path is that of no adapter.</summary>
    /// <exception cref="CheckpointException">The configuration is unusable.</exception>
    public static string? BaseOf(string path) => IsIn(path) ? PeftConfig.Load(Path.Combine(path, PeftConfig.FileName)).Base : null;

    /// <summary>Bytes of its own files of weights.</summary>
    public static long StoredBytes(string folder) =>
        ((string[])[Adapter, Own]).Select(f => new FileInfo(Path.Combine(folder, f))).Where(f => f.Exists).Sum(f => f.Length);

    /// <summary>Makes of a folder with such a transformer one that whole weights can be written to.</summary>
    public static void Remove(string folder)
    {
        if (IsIn(folder))
        {
            // The configuration first: without it, what is left is no transformer, rather than a wrong one.
            File.Delete(Path.Combine(folder, PeftConfig.FileName));
            File.Delete(Path.Combine(folder, Adapter));
        }
    }

    /// <summary>Opens it with the adapter merged in, under original names.</summary>
    /// <exception cref="CheckpointException">A file is missing or damaged, or the transformer that it differs from is another one.</exception>
    public static ITensorSource Open(string folder)
    {
        PeftConfig peft = PeftConfig.Load(Path.Combine(folder, PeftConfig.FileName));
        string other = peft.Base ?? throw new CheckpointException(
            $"'{Path.Combine(folder, PeftConfig.FileName)}' does not say which transformer the adapter is for (base_model_name_or_path, a folder of the model).");
        string at = Path.GetFullPath(Path.Combine(folder, other));
        if (!Directory.Exists(at) || IsIn(at))
        {
            throw new CheckpointException(
                $"The transformer in '{folder}' is an adapter of '{other}', which is {(Directory.Exists(at) ? "an adapter itself" : "missing")}. " +
                "Put the whole weights of that transformer there.");
        }
        ITensorSource source = TransformerCheckpoint.Open(at);
        LoraAdapter? adapter = null;
        try
        {
            string own = Path.Combine(folder, Own);
            source = File.Exists(own) ? new OverlaidSource(source, TransformerCheckpoint.Open(own), own) : source;
            adapter = LoraAdapter.Open(Path.Combine(folder, Adapter));
            LoraSource merged = new(source, adapter, alpha: peft.Alpha);
            peft.Check(adapter, folder);
            return merged;
        }
        catch
        {
            adapter?.Dispose();
            source.Dispose();
            throw;
        }
    }
}
