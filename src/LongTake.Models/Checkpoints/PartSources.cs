using LongTake.Models.Checkpoints.Float8;
using LongTake.Models.Checkpoints.FourBit;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>Opens the weights of the parts beside the transformer under original names.</summary>
internal static class PartSources
{
    public static ITensorSource OpenVae(string path, WanVaeConfig config) => Open(path, source => NormalizeVae(source, config));

    public static ITensorSource OpenTextEncoder(string path) => Open(path, Umt5KeyMap.Normalize);

    /// <summary>A file's tensors as weights: scales of float8 ones on them, 4-bit ones widened.</summary>
    public static ITensorSource StoredWeights(ITensorSource file, string path) => new ScaledFloat8Source(new FourBitSource(file, path), path);

    /// <summary>An autoencoder of either layout under original names; names of neither stay, so that a loader can report them.</summary>
    public static ITensorSource NormalizeVae(ITensorSource source, WanVaeConfig config)
    {
        bool isDiffusers = IsDiffusersVae(source.Tensors);
        return new RenamedSource(source, name => isDiffusers ? VaeKeyMap.ToOriginal(name, config) ?? name : name);
    }

    public static bool IsDiffusersVae(IEnumerable<TensorInfo> tensors) =>
        tensors.Any(t => t.Name.StartsWith("decoder.conv_in.", StringComparison.Ordinal) || t.Name.StartsWith("quant_conv.", StringComparison.Ordinal));

    private static ITensorSource Open(string path, Func<ITensorSource, ITensorSource> normalize)
    {
        ITensorSource file = CheckpointFile.Open(path);
        try
        {
            return normalize(StoredWeights(new RenamedSource(file, WrapperPrefixes.Strip), path));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
