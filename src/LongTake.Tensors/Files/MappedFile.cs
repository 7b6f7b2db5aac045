using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace LongTake.Tensors.Files;

/// <summary>
/// A file (or, for tests, an array) seen as memory. Counted: it stays mapped until its owner and every tensor that
/// looks into it are gone. Mapped copy-on-write where the system grants that, so that writing into a loaded tensor
/// changes neither the file nor another reader.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private GCHandle _pin;
    private byte* _address;
    private int _references = 1;

    private MappedFile(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        Path = path;
        Length = length;
        _file = file;
        _view = view;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _address);
        _address += view.PointerOffset;
    }

    private MappedFile(string path, byte[] bytes)
    {
        Path = path;
        Length = bytes.Length;
        _pin = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        _address = (byte*)_pin.AddrOfPinnedObject();
    }

    /// <summary>Path, or the name given to the array; for messages.</summary>
    public string Path { get; }

    public long Length { get; }

    public byte* Address => _address;

    /// <summary>Maps a file.</summary>
    /// <exception cref="CheckpointException">It is missing, empty, or cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            long length = stream.Length;
            if (length == 0)
            {
                throw new CheckpointException($"The file '{path}' is empty. Was its download or copy interrupted?");
            }
            return Map(path, stream, length, MemoryMappedFileAccess.CopyOnWrite)
                ?? Map(path, stream, length, MemoryMappedFileAccess.Read)
                ?? throw new CheckpointException($"The file '{path}' ({length:N0} bytes) cannot be mapped into memory.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException($"There is no file '{path}'.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CheckpointException($"The file '{path}' may not be read (is it a folder, or owned by another user?).", e);
        }
        catch (IOException e) when (e is not CheckpointException)
        {
            throw new CheckpointException($"The file '{path}' cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Sees an array as a file of that name.</summary>
    public static MappedFile FromBytes(string name, byte[] bytes) => new(name, bytes);

    /// <summary>The bytes of a range that the caller has checked.</summary>
    public ReadOnlySpan<byte> Bytes(long start, int length) => new(_address + start, length);

    /// <summary>
    /// A tensor of the elements at <paramref name="start"/>: a view of the mapping, or a copy where a view would be
    /// misaligned or would let a kernel that reads one vector too far leave the mapping.
    /// </summary>
    public Tensor View(long start, Shape shape, DType type)
    {
        ObjectDisposedException.ThrowIf(_address is null, this);
        long bytes = shape.Count * type.Size();
        byte* address = _address + start;
        bool isAligned = (nuint)address % (nuint)type.Size() == 0;
        if (bytes > 0 && isAligned && _pin == default && start + bytes + Slack <= RoundUp(Length))
        {
            Interlocked.Increment(ref _references);
            return Tensor.Wrap(address, shape, type, new Lease(this));
        }
        Tensor copy = Tensor.Empty(shape, type);
        NativeMemory.Copy(address, copy.Pointer, (nuint)bytes);
        return copy;
    }

    public void Dispose() => Release();

    private const int Slack = 64;

    private static long RoundUp(long length)
    {
        long page = Environment.SystemPageSize;
        return (length + page - 1) / page * page;
    }

    private static MappedFile? Map(string path, FileStream stream, long length, MemoryMappedFileAccess access)
    {
        MemoryMappedFile? file = null;
        try
        {
            file = MemoryMappedFile.CreateFromFile(stream, null, 0, access, HandleInheritability.None, leaveOpen: true);
            return new MappedFile(path, file, file.CreateViewAccessor(0, length, access), length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            file?.Dispose();
            return null;
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
        {
            return;
        }
        _address = null;
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file!.Dispose();
        }
        else
        {
            _pin.Free();
        }
    }

    private sealed class Lease(MappedFile file) : IDisposable
    {
        private MappedFile? _file = file;

        public void Dispose() => Interlocked.Exchange(ref _file, null)?.Release();
    }
}
