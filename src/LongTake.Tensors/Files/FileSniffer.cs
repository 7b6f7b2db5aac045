namespace LongTake.Tensors.Files;

/// <summary>Recognises what is often found in place of a checkpoint, so that the message can name the remedy.</summary>
internal static class FileSniffer
{
    /// <summary>What the file is instead, with the remedy; null if it is nothing known.</summary>
    public static string? Explain(MappedFile file)
    {
        ReadOnlySpan<byte> head = file.Bytes(0, (int)Math.Min(512, file.Length));
        if (head.StartsWith("version https://git-lfs"u8))
        {
            return "it is a Git LFS pointer, not the file itself; fetch the file with 'git lfs pull'";
        }
        if (head.StartsWith("<!DOCTYPE"u8) || head.StartsWith("<!doctype"u8) || head.StartsWith("<html"u8))
        {
            return "it is a web page, not a checkpoint; the download answered with an error or a login page";
        }
        if (head.StartsWith("PK\u0003\u0004"u8))
        {
            return "it is a zip file, as PyTorch writes them; name it .pt or .pth";
        }
        if (head.Length > 265 && head[257..].StartsWith("ustar"u8))
        {
            return "it is a tar file; unpack it first (PyTorch files from before version 0.1.10 are not supported)";
        }
        if (head.Length > 9 && head[8] == (byte)'{' && BitConverter.ToUInt64(head) is > 1 and < SafetensorsHeader.MaxHeaderBytes)
        {
            return "it looks like a safetensors file; name it .safetensors";
        }
        return head.StartsWith("GGUF"u8) ? "it is a GGUF file, which is not supported; use the safetensors or .pt weights" : null;
    }
}
