using LongTake.Models.Vision.Faces;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Loads a network of ArcFace from insightface's PyTorch files (<c>backbone.pth</c>). Which of the published sizes it is, the file tells.
/// Source: spec metric-models, section 9.
/// </summary>
public static class FaceCheckpoint
{
    /// <summary>Loads a network for the caller, who disposes it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">It is unreadable, no such network, or tensors are missing, unexpected or misshaped.</exception>
    public static FaceNetwork Load(string path)
    {
        using ITensorSource source = Open(path);
        FaceNetworkConfig config = ConfigOf(source.Tensors, path);
        using ParameterStore parameters = Load(source, config, path);
        return new FaceNetwork(config, parameters);
    }

    /// <summary>The parameters of a network of known sizes, for the caller, who disposes them.</summary>
    internal static ParameterStore Load(string path, FaceNetworkConfig config)
    {
        using ITensorSource source = Open(path);
        return Load(source, config, path);
    }

    // Large matrices keep their type: they are widened while the norms are folded into them.
    private static ParameterStore Load(ITensorSource source, FaceNetworkConfig config, string path) =>
        WeightLoader.Load(source, FaceNetwork.Specs(config), $"{config.Name} of ArcFace (from '{path}')");

    /// <summary>Opens a file under the names of the network. The counts of batches that running statistics were made from say nothing here.</summary>
    internal static ITensorSource Open(string path) => StateDictionary.Open(
        path, source => new RenamedSource(source, name => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal) ? null : name));

    /// <summary>Which of the published networks it is.</summary>
    /// <exception cref="CheckpointException">It is none.</exception>
    internal static FaceNetworkConfig ConfigOf(IReadOnlyList<TensorInfo> tensors, string path)
    {
        HashSet<string> names = [.. tensors.Select(t => t.Name)];
        int[] blocks =
        [
            .. Enumerable.Range(1, FaceNetworkConfig.StageCount)
                .Select(stage => Enumerable.Range(0, names.Count).TakeWhile(i => names.Contains($"layer{stage}.{i}.conv1.weight")).Count()),
        ];
        if (blocks.Any(b => b == 0) || !names.Contains("prelu.weight"))
        {
            throw new CheckpointException(
                $"'{path}' holds no network of ArcFace: it has no tensors 'prelu.weight' and 'layer1.0.conv1.weight' to 'layer4.0.conv1.weight'. " +
                "Take the PyTorch file of an IResNet (backbone.pth of insightface's arcface_torch); ONNX exports cannot be read.");
        }
        return FaceNetworkConfig.Published.FirstOrDefault(c => c.Blocks.SequenceEqual(blocks)) ?? throw new CheckpointException(
            $"'{path}' holds an IResNet of {string.Join(", ", blocks)} blocks; known are " +
            $"{string.Join("; ", FaceNetworkConfig.Published.Select(c => $"{c.Name} ({string.Join(", ", c.Blocks)})"))}.");
    }
}
