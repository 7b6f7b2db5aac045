using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LongTake.Tensors.Files.Torch;

/// <summary>One entry of a zip file, as its central directory describes it.</summary>
internal sealed record ZipEntry(string Name, bool IsCompressed, long CompressedSize, long Size, long HeaderStart);

/// <summary>
/// The table of contents of a mapped zip file. Of our own (and not System.IO.Compression's) because stored entries are to be
/// seen in place, and because nothing may be inflated that was not asked for.
/// </summary>
internal sealed class ZipDirectory
{
    private const int EndBytes = 22;
    private const int End64Bytes = 56;
    private const int Locator64Bytes = 20;
    private const int CentralBytes = 46;
    private const int LocalBytes = 30;
    private const int MaxComment = ushort.MaxValue;

    private readonly Dictionary<string, ZipEntry> _entries = [];
    private readonly MappedFile _file;

    private ZipDirectory(MappedFile file) => _file = file;

    public IReadOnlyCollection<ZipEntry> Entries => _entries.Values;

    /// <summary>Whether a file starts like a zip file.</summary>
    public static bool IsZip(MappedFile file) => file.Length >= 4 && file.Bytes(0, 4).SequenceEqual("PK\u0003\u0004"u8);

    public static ZipDirectory Read(MappedFile file)
    {
        ZipDirectory directory = new(file);
        (long start, long size, long count) = directory.FindCentral();
        directory.ReadCentral(start, size, count);
        return directory;
    }

    public ZipEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Where the bytes of an entry start in the file.</summary>
    public long DataStart(ZipEntry entry)
    {
        Require(entry.HeaderStart <= _file.Length - LocalBytes, $"the entry '{entry.Name}' starts beyond the end of the file");
        ReadOnlySpan<byte> local = _file.Bytes(entry.HeaderStart, LocalBytes);
        Require(BinaryPrimitives.ReadUInt32LittleEndian(local) == 0x04034b50, $"the entry '{entry.Name}' has no header");
        long start = entry.HeaderStart + LocalBytes + BinaryPrimitives.ReadUInt16LittleEndian(local[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        Require(start <= _file.Length && entry.CompressedSize <= _file.Length - start, $"the entry '{entry.Name}' is cut off");
        return start;
    }

    /// <summary>The bytes of an entry, inflated if need be, but never more than <paramref name="limit"/> of them.</summary>
    public unsafe byte[] ReadAll(ZipEntry entry, long limit)
    {
        Require(entry.Size <= limit, $"the entry '{entry.Name}' claims {entry.Size:N0} bytes (at most {limit:N0} are accepted here)");
        long start = DataStart(entry);
        byte[] bytes = new byte[entry.Size];
        if (!entry.IsCompressed)
        {
            _file.Bytes(start, bytes.Length).CopyTo(bytes);
            return bytes;
        }
        try
        {
            using UnmanagedMemoryStream packed = new(_file.Address + start, entry.CompressedSize);
            using DeflateStream inflated = new(packed, CompressionMode.Decompress);
            int read = inflated.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            Require(read == bytes.Length && inflated.ReadByte() < 0, $"the entry '{entry.Name}' does not inflate to the {entry.Size:N0} bytes it claims");
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointException($"'{_file.Path}' is damaged: the entry '{entry.Name}' cannot be inflated ({e.Message}).", e);
        }
        return bytes;
    }

    private (long Start, long Size, long Count) FindCentral()
    {
        int tail = (int)Math.Min(_file.Length, EndBytes + MaxComment);
        ReadOnlySpan<byte> bytes = _file.Bytes(_file.Length - tail, tail);
        int at = tail >= EndBytes ? bytes[..(tail - EndBytes + 4)].LastIndexOf("PK\u0005\u0006"u8) : -1;
        Require(at >= 0, "it has no table of contents at its end; the file seems cut off (was its download or copy interrupted?)");
        ReadOnlySpan<byte> end = bytes[at..];
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        long endStart = _file.Length - tail + at;
        if (count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue)
        {
            (start, size, count) = ReadEnd64(endStart);
        }
        Require(start >= 0 && size >= 0 && start <= endStart && size <= endStart - start, "its table of contents lies outside the file");
        Require(count <= size / CentralBytes, "its table of contents is too small for its entries");
        return (start, size, count);
    }

    private (long Start, long Size, long Count) ReadEnd64(long endStart)
    {
        Require(endStart >= Locator64Bytes, "its 64-bit table of contents is missing");
        ReadOnlySpan<byte> locator = _file.Bytes(endStart - Locator64Bytes, Locator64Bytes);
        long at = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        Require(
            BinaryPrimitives.ReadUInt32LittleEndian(locator) == 0x07064b50 && at >= 0 && at <= _file.Length - End64Bytes,
            "its 64-bit table of contents is missing");
        ReadOnlySpan<byte> end = _file.Bytes(at, End64Bytes);
        Require(BinaryPrimitives.ReadUInt32LittleEndian(end) == 0x06064b50, "its 64-bit table of contents is missing");
        return (
            BinaryPrimitives.ReadInt64LittleEndian(end[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(end[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(end[32..]));
    }

    private void ReadCentral(long start, long size, long count)
    {
        long end = start + size;
        for (long i = 0; i < count; i++)
        {
            Require(end - start >= CentralBytes, "its table of contents ends too early");
            ReadOnlySpan<byte> head = _file.Bytes(start, CentralBytes);
            Require(BinaryPrimitives.ReadUInt32LittleEndian(head) == 0x02014b50, "its table of contents is damaged");
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(head[28..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(head[30..]);
            long total = CentralBytes + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(head[32..]);
            Require(total <= end - start, "its table of contents ends too early");
            string name = Encoding.UTF8.GetString(_file.Bytes(start + CentralBytes, nameLength));
            ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(head[8..]);
            ushort method = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]);
            Require((flags & 1) == 0, $"the entry '{name}' is encrypted");
            Require(method is 0 or 8, $"the entry '{name}' is packed with method {method} (stored and deflated entries are supported)");
            long packed = BinaryPrimitives.ReadUInt32LittleEndian(head[20..]);
            long plain = BinaryPrimitives.ReadUInt32LittleEndian(head[24..]);
            long header = BinaryPrimitives.ReadUInt32LittleEndian(head[42..]);
            ReadExtra64(_file.Bytes(start + CentralBytes + nameLength, extraLength), ref plain, ref packed, ref header);
            Require(plain >= 0 && packed >= 0 && header >= 0 && packed <= _file.Length, $"the entry '{name}' has impossible sizes");
            Require(method == 8 || plain == packed, $"the stored entry '{name}' has two different sizes");
            Require(_entries.TryAdd(name, new ZipEntry(name, method == 8, packed, plain, header)), $"the entry '{name}' is there twice");
            start += total;
        }
    }

    /// <summary>Takes those of the three values that do not fit 32 bits from the entry's zip64 field, in their fixed order.</summary>
    private static void ReadExtra64(ReadOnlySpan<byte> extra, ref long plain, ref long packed, ref long header)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            ReadOnlySpan<byte> field = extra.Slice(4, length);
            if (id == 1)
            {
                TakeIfLarge(ref field, ref plain);
                TakeIfLarge(ref field, ref packed);
                TakeIfLarge(ref field, ref header);
                return;
            }
            extra = extra[(4 + length)..];
        }

        static void TakeIfLarge(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value == uint.MaxValue && field.Length >= 8)
            {
                value = BinaryPrimitives.ReadInt64LittleEndian(field);
                field = field[8..];
            }
        }
    }

    private void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new CheckpointException($"'{_file.Path}' is not a readable PyTorch checkpoint: {problem}.");
        }
    }
}
