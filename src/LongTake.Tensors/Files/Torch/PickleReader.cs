using System.Globalization;

namespace LongTake.Tensors.Files.Torch;

/// <summary>
/// A reader of Python pickles that knows data only: plain containers, numbers, texts and PyTorch tensors. Nothing is
/// imported and nothing is run; an instruction or a name outside that set ends the reading with a message that says
/// which. Source: the format as Python's <c>pickletools</c> documents it, protocols 0 to 5.
/// </summary>
internal sealed partial class PickleReader
{
    private const int MaxNumberBytes = 255;

    private readonly MappedFile _file;
    private readonly byte[]? _inflated;
    private readonly long _end;
    private readonly Func<PickleTuple, TorchStorageView> _loadStorage;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private long _position;

    /// <summary>Reads from a range of the file.</summary>
    public PickleReader(MappedFile file, long start, long end, Func<PickleTuple, TorchStorageView> loadStorage)
    {
        _file = file;
        _position = start;
        _end = end;
        _loadStorage = loadStorage;
    }

    /// <summary>Reads bytes that were inflated from the file.</summary>
    public PickleReader(MappedFile file, byte[] inflated, Func<PickleTuple, TorchStorageView> loadStorage)
        : this(file, 0, inflated.Length, loadStorage) => _inflated = inflated;

    /// <summary>Where the next byte would be read: after <see cref="Read"/>, the end of the pickle.</summary>
    public long Position => _position;

    /// <summary>Reads one pickle.</summary>
    /// <exception cref="CheckpointException">It is damaged, or uses what is not permitted.</exception>
    public object? Read()
    {
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        while (true)
        {
            byte code = NextByte();
            if (code == (byte)'.')
            {
                return Pop();
            }
            Execute(code);
        }
    }

    /// <summary>An error about the file.</summary>
    public CheckpointException Bad(string problem) => new($"'{_file.Path}' is not a readable PyTorch checkpoint: {problem}.");

    private ReadOnlySpan<byte> Next(long count)
    {
        if (count < 0 || count > _end - _position || count > int.MaxValue)
        {
            throw Bad("its pickle is cut off");
        }
        ReadOnlySpan<byte> bytes = _inflated is null ? _file.Bytes(_position, (int)count) : _inflated.AsSpan((int)_position, (int)count);
        _position += count;
        return bytes;
    }

    private byte NextByte() => Next(1)[0];

    private string NextLine()
    {
        ReadOnlySpan<byte> rest = _inflated is null
            ? _file.Bytes(_position, (int)Math.Min(_end - _position, 1 << 16))
            : _inflated.AsSpan((int)_position, (int)Math.Min(_end - _position, 1 << 16));
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Bad("its pickle has a line without end");
        }
        string line = Text(rest[..length]);
        _position += length + 1;
        return line;
    }

    private string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private void Push(object? value) => _stack.Add(value);

    private object? Pop()
    {
        object? value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object? Peek() => _stack.Count > (_marks.Count == 0 ? 0 : _marks[^1]) ? _stack[^1] : throw Bad("its pickle takes more than it put");

    private T Pop<T>()
        where T : class => Pop() as T ?? throw Unexpected(typeof(T));

    private T Peek<T>()
        where T : class => Peek() as T ?? throw Unexpected(typeof(T));

    /// <summary>Everything above the last mark, which goes.</summary>
    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw Bad("its pickle lacks a mark");
        }
        int start = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        object?[] items = [.. _stack[start..]];
        _stack.RemoveRange(start, items.Length);
        return items;
    }

    private long Integer(object? value, string what) => value is long n ? n : throw Bad($"{what} is not an integer");

    private CheckpointException Unexpected(Type wanted) => Bad(
        $"its pickle needs a {wanted.Name.Replace("Pickle", "", StringComparison.Ordinal)} where there is none");

    private double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double d) ? d : throw Bad($"its pickle has a number '{Shorten(text)}'");

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
