using System.Buffers.Binary;
using System.Text.Json;
using LongTake.Tensors.Parameters;

namespace LongTake.Tensors.Files;

/// <summary>
/// Writes safetensors files, one tensor at a time, and atomically: the file appears under its name only when it is
/// complete, so that an interrupted run never leaves half a checkpoint (or none, in place of an older one).
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Writes tensors that are at hand.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="tensors">Names and tensors; names must differ.</param>
    /// <param name="metadata">Texts for the header.</param>
    /// <param name="floatType">Type in which floating-point tensors are stored; null keeps each tensor's own.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved.</exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        DType? floatType = null)
    {
        List<KeyValuePair<string, Tensor>> list = [.. tensors];
        Dictionary<string, Tensor> byName = [];
        foreach ((string name, Tensor tensor) in list)
        {
            if (!byName.TryAdd(name, tensor))
            {
                throw new ArgumentException($"The tensor '{name}' is there twice.", nameof(tensors));
            }
        }
        Write(
            path,
            [.. list.Select(t => new TensorInfo(t.Key, Stored(t.Value.DType, floatType), t.Value.Shape))],
            (name, writeTo) => writeTo(byName[name]),
            metadata);
    }

    /// <summary>Writes all parameters of a network, in their order.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="metadata">Texts for the header.</param>
    /// <param name="floatType">Type in which floating-point tensors are stored; null keeps each tensor's own.</param>
    public static void Write(
        string path,
        ParameterStore parameters,
        IReadOnlyDictionary<string, string>? metadata = null,
        DType? floatType = null) =>
        Write(path, parameters.Names.Select(n => KeyValuePair.Create(n, parameters[n])), metadata, floatType);

    /// <summary>Copies a checkpoint, holding one tensor at a time.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="source">What to write.</param>
    /// <param name="metadata">Texts for the header.</param>
    /// <param name="floatType">Type in which floating-point tensors are stored; null keeps each tensor's own.</param>
    public static void Write(
        string path,
        ITensorSource source,
        IReadOnlyDictionary<string, string>? metadata = null,
        DType? floatType = null) =>
        Write(
            path,
            [.. source.Tensors.Select(t => t with { DType = Stored(t.DType, floatType) })],
            (name, writeTo) =>
            {
                using Tensor t = TensorScope.Detach(source.Load(name));
                writeTo(t);
            },
            metadata);

    private static DType Stored(DType type, DType? floatType) => type.IsFloating() && floatType is DType wanted ? wanted : type;

    private static void Write(
        string path,
        List<TensorInfo> infos,
        Action<string, Action<Tensor>> visit,
        IReadOnlyDictionary<string, string>? metadata)
    {
        // Wide elements first: every tensor then starts at a multiple of its element size without padding, which the
        // format does not allow. OrderBy is stable.
        infos = [.. infos.OrderByDescending(i => i.DType.Size())];
        byte[] header = Header(infos, metadata);
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = $"{full}.{Guid.NewGuid():N}.partial";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                stream.Write(length);
                stream.Write(header);
                foreach (TensorInfo info in infos)
                {
                    visit(info.Name, t => WriteTensor(stream, t, info));
                }
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static byte[] Header(List<TensorInfo> infos, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(key, value);
                }
                writer.WriteEndObject();
            }
            long offset = 0;
            foreach (TensorInfo info in infos)
            {
                if (info.Name == SafetensorsHeader.MetadataKey)
                {
                    throw new ArgumentException($"'{SafetensorsHeader.MetadataKey}' is reserved and cannot name a tensor.");
                }
                writer.WriteStartObject(info.Name);
                writer.WriteString("dtype", SafetensorsTypes.NameOf(info.DType));
                writer.WriteStartArray("shape");
                foreach (int size in info.Shape)
                {
                    writer.WriteNumberValue(size);
                }
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset += info.Bytes);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        // White space up to a multiple of 64, so that the data starts aligned when the file is mapped.
        while ((json.Length + 8) % 64 != 0)
        {
            json.WriteByte((byte)' ');
        }
        return json.ToArray();
    }

    private static unsafe void WriteTensor(FileStream stream, Tensor tensor, TensorInfo info)
    {
        if (tensor.Scale != 1f && info.DType.IsFloat8())
        {
            throw new ArgumentException(
                $"'{info.Name}' is float8 with a scale, which a plain entry of a file cannot hold. " +
                "Store another type, or the scale in an entry of its own.",
                nameof(tensor));
        }
        Tensor stored = tensor.DType == info.DType ? tensor : TensorScope.Detach(TensorConversion.To(tensor, info.DType));
        try
        {
            byte* address = (byte*)stored.Pointer;
            for (long done = 0; done < stored.Bytes;)
            {
                int part = (int)Math.Min(1 << 24, stored.Bytes - done);
                stream.Write(new ReadOnlySpan<byte>(address + done, part));
                done += part;
            }
        }
        finally
        {
            if (stored != tensor)
            {
                stored.Dispose();
            }
        }
    }
}
