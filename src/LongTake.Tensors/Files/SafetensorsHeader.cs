using System.Buffers.Binary;
using System.Text.Json;

namespace LongTake.Tensors.Files;

/// <summary>One tensor of a safetensors file: what it is and where its bytes start in the file.</summary>
internal readonly record struct SafetensorsEntry(TensorInfo Info, long Start);

/// <summary>
/// The header of a safetensors file: eight bytes of length, then JSON that maps names to element type, shape and byte
/// range. Nothing in it is trusted: sizes are checked against the file before a single tensor is touched.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Largest header accepted, as in the reference implementation.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    public const string MetadataKey = "__metadata__";

    private const int LengthBytes = 8;

    private readonly string _path;
    private readonly HashSet<string> _names = [];

    private SafetensorsHeader(string path) => _path = path;

    /// <summary>All tensors, in the order of their bytes.</summary>
    public List<SafetensorsEntry> Entries { get; } = [];

    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="CheckpointException">The file breaks the format.</exception>
    public static SafetensorsHeader Read(MappedFile file)
    {
        SafetensorsHeader header = new(file.Path);
        if (file.Length < LengthBytes + 2)
        {
            throw header.Bad($"it has only {file.Length} bytes");
        }
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(file.Bytes(0, LengthBytes));
        if (length > MaxHeaderBytes)
        {
            throw header.Bad($"its header claims {length:N0} bytes (at most {MaxHeaderBytes:N0} are allowed)");
        }
        long dataStart = LengthBytes + (long)length;
        if (dataStart > file.Length)
        {
            throw header.Bad($"its header claims {length:N0} bytes but the file has {file.Length:N0}; it seems cut off");
        }
        try
        {
            header.Parse(file.Bytes(LengthBytes, (int)length), dataStart, file.Length - dataStart);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw header.Bad($"its header is not the JSON it should be ({e.Message})", e);
        }
        header.CheckLayout(dataStart, file.Length);
        return header;
    }

    private void Parse(ReadOnlySpan<byte> json, long dataStart, long dataLength)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw Bad("its header does not start with '{'");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!_names.Add(name))
            {
                throw Bad($"it names '{name}' twice");
            }
            reader.Read();
            if (name == MetadataKey)
            {
                ParseMetadata(ref reader);
            }
            else
            {
                ParseTensor(ref reader, name, dataStart, dataLength);
            }
        }
        // Only white space may follow (writers pad with it); anything else makes the reader throw.
        reader.Read();
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        Require(reader.TokenType == JsonTokenType.StartObject, MetadataKey, "is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Require(reader.TokenType == JsonTokenType.String, MetadataKey, $"has a value for '{key}' that is not a string");
            Metadata[key] = reader.GetString()!;
        }
    }

    private void ParseTensor(ref Utf8JsonReader reader, string name, long dataStart, long dataLength)
    {
        Require(reader.TokenType == JsonTokenType.StartObject, name, "is not an object");
        string? type = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype":
                    Require(type is null && reader.TokenType == JsonTokenType.String, name, "has a 'dtype' that is not one string");
                    type = reader.GetString();
                    break;
                case "shape":
                    Require(shape is null, name, "has two shapes");
                    shape = ReadIntegers(ref reader, name, key);
                    break;
                case "data_offsets":
                    Require(offsets is null, name, "has two byte ranges");
                    offsets = ReadIntegers(ref reader, name, key);
                    break;
                default:
                    throw Bad($"tensor '{name}' has an unknown field '{key}'");
            }
        }
        Require(type is not null && shape is not null && offsets is { Count: 2 }, name, "lacks its dtype, shape or data_offsets");
        DType dtype = SafetensorsTypes.TryParse(type!, out DType known)
            ? known
            : throw Bad($"tensor '{name}' has the element type '{type}', which is not supported (supported: {SafetensorsTypes.Supported})");
        Shape sizes = ShapeOf(name, shape!);
        (long begin, long end) = (offsets![0], offsets[1]);
        Require(begin <= end && end <= dataLength, name, $"has the byte range {begin}..{end} in {dataLength:N0} bytes of data; is the file cut off?");
        Require(end - begin == sizes.Count * dtype.Size(), name, $"takes {end - begin} bytes, which is not what {dtype} {sizes} needs");
        Entries.Add(new SafetensorsEntry(new TensorInfo(name, dtype, sizes), dataStart + begin));
    }

    private List<long> ReadIntegers(ref Utf8JsonReader reader, string name, string field)
    {
        Require(reader.TokenType == JsonTokenType.StartArray, name, $"has a '{field}' that is not an array");
        List<long> values = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            long value = 0;
            Require(
                reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value) && value >= 0,
                name,
                $"has a '{field}' with something other than non-negative 64-bit integers");
            values.Add(value);
            Require(values.Count <= 64, name, $"has an endless '{field}'");
        }
        return values;
    }

    private Shape ShapeOf(string name, List<long> sizes)
    {
        string? problem = ShapeCheck.TryCreate(sizes, out Shape shape);
        return problem is null ? shape : throw Bad($"tensor '{name}' {problem}");
    }

    /// <summary>The byte ranges must tile the data: no overlap, no hole, nothing left over.</summary>
    private void CheckLayout(long dataStart, long fileLength)
    {
        // Sorting must keep empty tensors in file order; List.Sort is not stable, so ties go by size and then by index.
        List<SafetensorsEntry> ordered = [.. Entries.OrderBy(e => e.Start).ThenBy(e => e.Info.Bytes)];
        long position = dataStart;
        foreach (SafetensorsEntry entry in ordered)
        {
            if (entry.Start != position)
            {
                string what = entry.Start < position ? "shares bytes with the tensor before it" : "is preceded by bytes that belong to no tensor";
                throw Bad($"tensor '{entry.Info.Name}' {what}");
            }
            position += entry.Info.Bytes;
        }
        if (position != fileLength)
        {
            throw Bad($"{fileLength - position:N0} bytes at its end belong to no tensor");
        }
        Entries.Clear();
        Entries.AddRange(ordered);
    }

    private void Require(bool condition, string name, string problem)
    {
        if (!condition)
        {
            throw Bad($"'{name}' {problem}");
        }
    }

    private CheckpointException Bad(string problem, Exception? inner = null) =>
        new($"'{_path}' is not a valid safetensors file: {problem}.", inner);
}
