using System.Text.Json;

namespace LongTake.Tensors.Files;

/// <summary>
/// A safetensors checkpoint, in one file or in shards with an index. Files are mapped into memory and nothing is read
/// until a tensor is asked for; a loaded tensor is a view of the mapping and keeps it alive. Writing into a loaded
/// tensor never changes the file. Source: the format description of the safetensors project.
/// </summary>
public sealed class SafetensorsFile : ITensorSource
{
    private const string IndexSuffix = ".safetensors.index.json";
    private static readonly string[] s_usualNames = ["diffusion_pytorch_model.safetensors", "model.safetensors"];

    private readonly Dictionary<string, (MappedFile File, SafetensorsEntry Entry)> _entries = [];
    private readonly Dictionary<string, string> _metadata = [];
    private readonly List<TensorInfo> _tensors = [];
    private readonly List<MappedFile> _files = [];

    private SafetensorsFile(string path) => Path = path;

    /// <summary>The file, index or folder that was opened.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <summary>The texts of the header's <c>__metadata__</c> (of all shards together).</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>
    /// Opens a <c>.safetensors</c> file, a <c>.safetensors.index.json</c> with its shards beside it, or a folder that
    /// holds exactly one of them.
    /// </summary>
    /// <exception cref="CheckpointException">There is no such file, it breaks the format, or a shard or tensor that the index names is missing.</exception>
    public static SafetensorsFile Open(string path)
    {
        string file = Directory.Exists(path) ? FindIn(path) : path;
        SafetensorsFile result = new(path);
        try
        {
            if (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            {
                result.AddShards(file);
            }
            else
            {
                result.AddFile(MappedFile.Open(file), null);
            }
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Reads a checkpoint that lies in memory.</summary>
    internal static SafetensorsFile Parse(string name, byte[] bytes)
    {
        SafetensorsFile result = new(name);
        try
        {
            result.AddFile(MappedFile.FromBytes(name, bytes), null);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <inheritdoc/>
    public Tensor Load(string name)
    {
        if (!_entries.TryGetValue(name, out (MappedFile File, SafetensorsEntry Entry) found))
        {
            throw new KeyNotFoundException($"'{Path}' has no tensor '{name}'.");
        }
        return found.File.View(found.Entry.Start, found.Entry.Info.Shape, found.Entry.Info.DType);
    }

    /// <summary>Closes the files; tensors already loaded stay valid.</summary>
    public void Dispose()
    {
        foreach (MappedFile file in _files)
        {
            file.Dispose();
        }
        _files.Clear();
        _entries.Clear();
    }

    private static string FindIn(string folder)
    {
        string[] indexes = Directory.GetFiles(folder, "*" + IndexSuffix);
        string[] files = indexes.Length > 0 ? indexes : Directory.GetFiles(folder, "*.safetensors");
        if (files.Length == 1)
        {
            return files[0];
        }
        if (files.Length == 0)
        {
            throw new CheckpointException($"The folder '{folder}' holds no .safetensors file.");
        }
        string? usual = files.FirstOrDefault(f => s_usualNames.Any(n => System.IO.Path.GetFileName(f) is string name && (name == n || name == n + ".index.json")));
        return usual ?? throw new CheckpointException(
            $"The folder '{folder}' holds {files.Length} safetensors checkpoints " +
            $"({string.Join(", ", files.Select(System.IO.Path.GetFileName).Order().Take(5))}). Name the one to open.");
    }

    private void AddFile(MappedFile file, Func<string, bool>? wanted)
    {
        _files.Add(file);
        SafetensorsHeader header = SafetensorsHeader.Read(file);
        foreach ((string key, string value) in header.Metadata)
        {
            _metadata[key] = value;
        }
        foreach (SafetensorsEntry entry in header.Entries)
        {
            if (wanted is null || wanted(entry.Info.Name))
            {
                _entries.Add(entry.Info.Name, (file, entry));
                _tensors.Add(entry.Info);
            }
        }
    }

    private void AddShards(string indexPath)
    {
        Dictionary<string, string> map = ReadIndex(indexPath);
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(indexPath))!;
        foreach (string shard in map.Values.Distinct().Order(StringComparer.Ordinal))
        {
            if (shard.Length == 0 || shard != System.IO.Path.GetFileName(shard) || shard is "." or ".." || shard.Contains('\\'))
            {
                throw new CheckpointException($"'{indexPath}' names the shard '{shard}'; shards must be plain file names in the index's own folder.");
            }
            string shardPath = System.IO.Path.Combine(folder, shard);
            if (!File.Exists(shardPath))
            {
                throw new CheckpointException($"'{indexPath}' names the shard '{shard}', which is not in its folder. Download all shards.");
            }
            AddFile(MappedFile.Open(shardPath), name => map.TryGetValue(name, out string? home) && home == shard);
        }
        string[] missing = [.. map.Keys.Where(name => !_entries.ContainsKey(name)).Order(StringComparer.Ordinal)];
        if (missing.Length > 0)
        {
            throw new CheckpointException(
                $"'{indexPath}' promises {missing.Length} tensors that its shards do not hold: " +
                $"{string.Join(", ", missing.Take(5))}{(missing.Length > 5 ? ", ..." : "")}.");
        }
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 16 });
            Dictionary<string, string> map = [];
            foreach (JsonProperty entry in document.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                if (!map.TryAdd(entry.Name, entry.Value.GetString() ?? ""))
                {
                    throw new CheckpointException($"'{path}' names the tensor '{entry.Name}' twice.");
                }
            }
            return map;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException($"There is no file '{path}'.", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CheckpointException($"'{path}' is not an index of safetensors shards: it needs an object 'weight_map' from tensor to file name.", e);
        }
    }
}
