using LongTake.Tensors.Files.Torch;

namespace LongTake.Tensors.Files;

/// <summary>Opens a checkpoint of whatever format it has.</summary>
public static class CheckpointFile
{
    /// <summary>
    /// Opens a safetensors file, an index of shards, a folder with one of them, or a PyTorch file. The content
    /// decides, not the ending of the name.
    /// </summary>
    /// <exception cref="CheckpointException">There is no such file, it is damaged, or it is of no known format.</exception>
    public static ITensorSource Open(string path)
    {
        if (Directory.Exists(path) || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return SafetensorsFile.Open(path);
        }
        using MappedFile file = MappedFile.Open(path);
        if (ZipDirectory.IsZip(file) || file.Bytes(0, 1)[0] == 0x80)
        {
            return TorchCheckpoint.Open(path);
        }
        if (file.Length > 8 && file.Bytes(8, 1)[0] == (byte)'{')
        {
            return SafetensorsFile.Open(path);
        }
        throw new CheckpointException(
            $"'{path}' is no checkpoint: {FileSniffer.Explain(file) ?? "it is neither a safetensors nor a PyTorch file, or it is damaged"}.");
    }
}
