using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LongTake.Tensors.Tests.Files.Torch;

/// <summary>Writes pickles instruction by instruction, and the zip files around them, as PyTorch would or as an attacker might.</summary>
internal sealed class PickleBuilder
{
    private readonly MemoryStream _bytes = new();

    public PickleBuilder() => Raw(0x80, 2);

    public PickleBuilder Raw(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public PickleBuilder Op(char code) => Raw((byte)code);

    public PickleBuilder Text(string value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op('X').Raw(length).Raw(utf8);
    }

    public PickleBuilder Int(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8A, 8).Raw(bytes);
    }

    public PickleBuilder Ints(params long[] values)
    {
        Op('(');
        foreach (long value in values)
        {
            Int(value);
        }
        return Op('t');
    }

    public PickleBuilder Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleBuilder Storage(string type, string key, long count) =>
        Op('(').Text("storage").Global("torch", type).Text(key).Text("cpu").Int(count).Op('t').Op('Q');

    /// <summary>A tensor as torch.save writes it.</summary>
    public PickleBuilder Tensor(string storageType, string key, long count, long offset, long[] sizes, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2")
            .Op('(').Storage(storageType, key, count).Int(offset).Ints(sizes).Ints(strides).Raw(0x89)
            .Global("collections", "OrderedDict").Op(')').Op('R')
            .Op('t').Op('R');

    /// <summary>A dictionary with one entry for each action, which puts the value.</summary>
    public PickleBuilder Dictionary(params (string Key, Action<PickleBuilder> Value)[] entries)
    {
        Op('}').Op('(');
        foreach ((string key, Action<PickleBuilder> value) in entries)
        {
            Text(key);
            value(this);
        }
        return Op('u');
    }

    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>The finished pickle in a zip file with its storages.</summary>
    public byte[] Zip(params (string Name, byte[] Bytes)[] entries) => Zip(Op('.').ToArray(), CompressionLevel.NoCompression, entries);

    public static byte[] Zip(byte[] pickle, CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries.Prepend(("data.pkl", pickle)))
            {
                using Stream entry = archive.CreateEntry("archive/" + name, level).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    public static byte[] Floats(params float[] values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
