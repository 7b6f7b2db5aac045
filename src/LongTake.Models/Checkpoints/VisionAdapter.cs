using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// The low-rank adapter of a vision transformer as PEFT stores it: a folder with <c>adapter_config.json</c> and the pairs of matrices in
/// <c>adapter_model.bin</c> or <c>adapter_model.safetensors</c>, under the names of DINO (<c>blocks.0.attn.qkv</c>) whatever the network is.
/// Which matrices carry pairs is read from the files. Source: ssundaram21/dreamsim; spec metric-models, section 8.
/// </summary>
/// <param name="Folder">The folder.</param>
/// <param name="Alpha">What products are multiplied by, divided by the rank; null for what the configuration says.</param>
public sealed record VisionAdapter(string Folder, float? Alpha = null)
{
    private static readonly string[] s_weights = ["adapter_model.safetensors", "adapter_model.bin"];

    /// <summary>Whether a folder holds an adapter; only names are looked at.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, PeftConfig.FileName)) && s_weights.Any(w => File.Exists(Path.Combine(folder, w)));

    /// <summary>A checkpoint under the network's names with the adapter merged into it, which closes both. On failure the checkpoint stays open.</summary>
    /// <exception cref="CheckpointException">The folder holds no adapter, or one of another network.</exception>
    internal ITensorSource Merge(ITensorSource source, VisionTransformerConfig config)
    {
        string weights = s_weights.Select(w => Path.Combine(Folder, w)).FirstOrDefault(File.Exists) ?? throw new CheckpointException(
            $"'{Folder}' holds no adapter (LoRA): it has neither {string.Join(" nor ", s_weights)}.");
        PeftConfig peft = PeftConfig.Load(Path.Combine(Folder, PeftConfig.FileName));
        LoraAdapter adapter = LoraAdapter.Open(weights);
        try
        {
            peft.Check(adapter, Folder);
            float alpha = Alpha ?? peft.Alpha;
            if (!config.IsClip)
            {
                return new LoraSource(source, adapter, alpha: alpha);
            }
            ITensorSource named = new RenamedSource(source, name => ClipAsDinoKeyMap.ToDino(name) ?? name);
            return new RenamedSource(new LoraSource(named, adapter, alpha: alpha), name => ClipAsDinoKeyMap.ToClip(name) ?? name);
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }
}
