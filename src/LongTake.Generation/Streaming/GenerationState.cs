using System.Globalization;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Streaming;

/// <summary>
/// Everything a run needs to go on after a chunk as if it had never stopped: place, cache, decoder, noise, prompt. A safetensors file
/// with the small parts in its header.
/// </summary>
public sealed class GenerationState : IDisposable
{
    private const string FormatKey = "format";
    private const string Format = "longtake-generation-state-1";

    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Dictionary<string, string> _texts = new() { [FormatKey] = Format };

    internal GenerationState()
    {
    }

    /// <summary>Chunks done.</summary>
    public long Chunk => Int64("chunk");

    /// <summary>Bytes of the tensors.</summary>
    public long Bytes => _tensors.Values.Sum(t => t.Bytes);

    internal IReadOnlyDictionary<string, string> Texts => _texts;

    /// <summary>Reads a state from a file.</summary>
    /// <exception cref="CheckpointException">The file is no saved state.</exception>
    public static GenerationState Load(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(FormatKey, out string? format) || format != Format)
        {
            throw new CheckpointException($"{path} is no saved state of a generation ('{Format}').");
        }
        GenerationState state = new();
        foreach ((string name, string text) in file.Metadata)
        {
            state._texts[name] = text;
        }
        foreach (TensorInfo info in file.Tensors)
        {
            using Tensor mapped = TensorScope.Detach(file.Load(info.Name));
            state.Put(info.Name, mapped);
        }
        return state;
    }

    /// <summary>Writes the state to a file, which appears only when it is complete.</summary>
    public void Save(string path) => SafetensorsWriter.Write(path, _tensors.OrderBy(t => t.Key, StringComparer.Ordinal), _texts);

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (Tensor t in _tensors.Values)
        {
            t.Dispose();
        }
    }

    internal void Put(string name, Tensor tensor) => _tensors.Add(name, TensorScope.Detach(tensor.Clone()));

    internal void Put(string name, string text) => _texts[name] = text;

    internal void Put(string name, long number) => _texts[name] = number.ToString(CultureInfo.InvariantCulture);

    internal Tensor Tensor(string name) => _tensors.TryGetValue(name, out Tensor? t) ? t : throw Lacks(name);

    internal string Text(string name) => _texts.TryGetValue(name, out string? text) ? text : throw Lacks(name);

    internal long Int64(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n) ? n : throw Lacks(name);

    /// <summary>Takes numbered tensors over.</summary>
    internal void PutList(string prefix, IReadOnlyList<Tensor> tensors)
    {
        Put(prefix + "count", tensors.Count);
        for (int i = 0; i < tensors.Count; i++)
        {
            _tensors.Add(prefix + i.ToString(CultureInfo.InvariantCulture), tensors[i]);
        }
    }

    /// <summary>Numbered tensors in order; they stay the state's.</summary>
    internal IReadOnlyList<Tensor> List(string prefix)
    {
        Tensor[] list = new Tensor[Int64(prefix + "count")];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = Tensor(prefix + i.ToString(CultureInfo.InvariantCulture));
        }
        return list;
    }

    private static CheckpointException Lacks(string name) =>
        new($"The saved state lacks '{name}'; it is damaged, or was made by another version.");
}
