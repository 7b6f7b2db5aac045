using System.Buffers.Binary;
using System.Numerics;

namespace LongTake.Tensors.Files.Torch;

/// <summary>What a PyTorch file holds: the unpickled object, with every storage found in the file.</summary>
internal sealed record TorchContents(object? Root, bool IsBigEndian, ZipDirectory? Zip);

/// <summary>Reads the two containers that <c>torch.save</c> writes: zip (since version 1.6) and a plain stream of pickles (before).</summary>
internal sealed class TorchLayout
{
    /// <summary>Largest pickle accepted. Those of the largest published checkpoints take a few megabytes.</summary>
    private const long MaxPickleBytes = 256L << 20;

    /// <summary>Largest compressed storage accepted; PyTorch never compresses.</summary>
    public const long MaxInflatedBytes = 256L << 20;

    private static readonly BigInteger s_legacyMagic = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);

    private readonly Dictionary<string, TorchStorage> _storages = [];
    private readonly MappedFile _file;

    private TorchLayout(MappedFile file) => _file = file;

    public static TorchContents Read(MappedFile file)
    {
        TorchLayout layout = new(file);
        if (ZipDirectory.IsZip(file))
        {
            return layout.ReadZip();
        }
        return file.Bytes(0, 1)[0] == 0x80 && FileSniffer.Explain(file) is null
            ? layout.ReadLegacy()
            : throw layout.Bad(FileSniffer.Explain(file) ?? "it is neither a zip file nor a stream of pickles");
    }

    private TorchContents ReadZip()
    {
        ZipDirectory zip = ZipDirectory.Read(_file);
        ZipEntry[] pickles = [.. zip.Entries.Where(
            e => e.Name.EndsWith("/data.pkl", StringComparison.Ordinal) && e.Name.IndexOf('/', StringComparison.Ordinal) == e.Name.Length - "/data.pkl".Length)];
        if (pickles.Length != 1)
        {
            throw Bad($"the zip file has {pickles.Length} entries 'data.pkl' instead of one");
        }
        string prefix = pickles[0].Name[..^"data.pkl".Length];
        PickleReader reader;
        if (pickles[0].IsCompressed)
        {
            reader = new PickleReader(_file, zip.ReadAll(pickles[0], MaxPickleBytes), LoadStorage);
        }
        else
        {
            long start = zip.DataStart(pickles[0]);
            reader = new PickleReader(_file, start, start + pickles[0].Size, LoadStorage);
        }
        object? root = reader.Read();
        foreach (TorchStorage storage in _storages.Values)
        {
            ZipEntry entry = zip.Find($"{prefix}data/{storage.Key}") ?? throw Bad($"the storage '{storage.Key}' is missing");
            if (entry.Size < storage.Bytes)
            {
                throw Bad($"the storage '{storage.Key}' has {entry.Size:N0} bytes, but its tensors need {storage.Bytes:N0}");
            }
            if (entry.IsCompressed)
            {
                storage.Packed = entry.Size <= MaxInflatedBytes
                    ? entry
                    : throw Bad($"the storage '{storage.Key}' is compressed from {entry.Size:N0} bytes; PyTorch never compresses, so this is not accepted");
                _ = zip.DataStart(entry);
            }
            else
            {
                storage.Start = zip.DataStart(entry);
            }
        }
        return new TorchContents(root, IsBigEndian(zip, prefix), zip);
    }

    /// <summary>Since version 2.1 an entry names the byte order; files without it are little-endian.</summary>
    private bool IsBigEndian(ZipDirectory zip, string prefix)
    {
        if (zip.Find(prefix + "byteorder") is not ZipEntry marker)
        {
            return false;
        }
        string order = System.Text.Encoding.UTF8.GetString(zip.ReadAll(marker, 64)).Trim();
        return order switch
        {
            "little" => false,
            "big" => true,
            _ => throw Bad($"its byte order is '{order}', not 'little' or 'big'"),
        };
    }

    /// <summary>
    /// Magic number, protocol version, system facts, the object, the storage keys; then every storage with its element
    /// count. PyTorch writes these storages little-endian on every machine, whatever the system facts say.
    /// </summary>
    private TorchContents ReadLegacy()
    {
        PickleReader reader = new(_file, 0, _file.Length, LoadStorage);
        if (reader.Read() is not BigInteger magic || magic != s_legacyMagic)
        {
            throw Bad("it is a pickle, but not one that torch.save wrote");
        }
        if (reader.Read() is not 1001L)
        {
            throw Bad("its protocol version is not 1001");
        }
        _ = reader.Read();
        object? root = reader.Read();
        if (reader.Read() is not PickleList keys)
        {
            throw Bad("its list of storages is missing");
        }
        long position = reader.Position;
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !_storages.TryGetValue(key, out TorchStorage? storage))
            {
                throw Bad("it lists a storage that no tensor uses");
            }
            if (storage.Start >= 0)
            {
                throw Bad($"it lists the storage '{key}' twice");
            }
            if (_file.Length - position < 8 || BinaryPrimitives.ReadInt64LittleEndian(_file.Bytes(position, 8)) != storage.Count)
            {
                throw Bad($"the storage '{key}' does not have the {storage.Count:N0} elements that its tensors need");
            }
            position += 8;
            if (storage.Bytes > _file.Length - position)
            {
                throw Bad($"the storage '{key}' is cut off");
            }
            storage.Start = position;
            position += storage.Bytes;
        }
        if (_storages.Values.FirstOrDefault(s => s.Start < 0) is TorchStorage lost)
        {
            throw Bad($"the storage '{lost.Key}' is missing");
        }
        return new TorchContents(root, IsBigEndian: false, Zip: null);
    }

    /// <summary>
    /// Resolves a reference ('storage', type, key, location, element count[, view]); the same key must mean the same
    /// storage everywhere.
    /// </summary>
    private TorchStorageView LoadStorage(PickleTuple reference)
    {
        object?[] items = reference.Items;
        if (items.Length is < 5 or > 6
            || items[0] is not "storage"
            || items[1] is not PickleGlobal { Kind: TorchGlobalKind.Storage or TorchGlobalKind.UntypedStorage } type
            || items[2] is not string key
            || items[4] is not long count
            || count < 0
            || count > _file.Length + MaxInflatedBytes)
        {
            throw Bad("a reference to a storage is malformed");
        }
        bool isUntyped = type.Kind == TorchGlobalKind.UntypedStorage;
        if (!_storages.TryGetValue(key, out TorchStorage? storage))
        {
            _storages[key] = storage = new TorchStorage(key, type.DType, isUntyped, count);
        }
        else if (storage.DType != type.DType || storage.IsUntyped != isUntyped || storage.Count != count)
        {
            throw Bad($"the storage '{key}' is described in two different ways");
        }
        if (items.Length == 5 || items[5] is null)
        {
            return new TorchStorageView(storage, 0, count);
        }
        return items[5] is PickleTuple { Items: [_, long offset, long length] } && offset >= 0 && length >= 0 && offset <= count && length <= count - offset
            ? new TorchStorageView(storage, offset, length)
            : throw Bad($"a view of the storage '{key}' leaves it");
    }

    private CheckpointException Bad(string problem) => new($"'{_file.Path}' is not a readable PyTorch checkpoint: {problem}.");
}
