using System.Security.Cryptography;
using System.Text;
using LongTake.Models.Checkpoints;

namespace LongTake.Cli.Generate;

/// <summary>Finds the model that comes with the program, and tells models apart.</summary>
internal static class ModelLocation
{
    private const int SampleBytes = 1 << 16;
    private const int Samples = 16;

    /// <summary>
    /// The folder the user named, or the model that comes with the program.
    /// </summary>
    /// <exception cref="CliException">There is none.</exception>
    public static string Find(string? given) => given ?? EmbeddedModel.Find() ?? throw new CliException(
        $"The Shapes model is not beside the program ({AppContext.BaseDirectory}models/shapes); name a model folder with --model.");

    /// <summary>
    /// A fingerprint of the files of a model: names, lengths, all bytes of small files and evenly spread samples of large ones, so
    /// that it is quick for any size and sees every other training or conversion. What a model card (.md) says makes no other model.
    /// </summary>
    public static string Fingerprint(string folder, params IEnumerable<string?> otherFiles)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[SampleBytes];
        IEnumerable<string> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".md", StringComparison.OrdinalIgnoreCase))
            .OrderBy(f => Path.GetRelativePath(folder, f), StringComparer.Ordinal);
        using ModelFolder model = ModelFolder.Open(folder);
        if (model.Base is string origin)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Fingerprint(origin)));
        }
        foreach (string file in files.Concat(otherFiles.OfType<string>()))
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)} {stream.Length}\n"));
            bool whole = stream.Length <= (long)SampleBytes * Samples;
            long parts = whole ? (stream.Length + SampleBytes - 1) / SampleBytes : Samples;
            for (long i = 0; i < parts; i++)
            {
                stream.Position = whole ? i * SampleBytes : i * (stream.Length - SampleBytes) / (Samples - 1);
                int read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
                hash.AppendData(buffer, 0, read);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
