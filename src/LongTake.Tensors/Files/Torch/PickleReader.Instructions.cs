using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace LongTake.Tensors.Files.Torch;

internal sealed partial class PickleReader
{
    private void Execute(byte code)
    {
        switch (code)
        {
            case 0x80: // PROTO
                if (NextByte() > 5)
                {
                    throw Bad("its pickle is of a later protocol than 5");
                }
                break;
            case 0x95: // FRAME
                _ = Next(8);
                break;
            case (byte)'(':
                _marks.Add(_stack.Count);
                break;
            case (byte)'0': // POP: removes a mark if that is what lies on top
                if (_marks.Count > 0 && _marks[^1] == _stack.Count)
                {
                    _marks.RemoveAt(_marks.Count - 1);
                }
                else
                {
                    _ = Pop();
                }
                break;
            case (byte)'1': // POP_MARK
                _ = PopToMark();
                break;
            case (byte)'2': // DUP
                Push(Peek());
                break;
            default:
                if (!ExecuteScalar(code) && !ExecuteContainer(code) && !ExecuteReference(code))
                {
                    throw Refused($"instruction 0x{code:X2}");
                }
                break;
        }
    }

    private bool ExecuteScalar(byte code)
    {
        switch (code)
        {
            case (byte)'N':
                Push(null);
                return true;
            case 0x88:
                Push(true);
                return true;
            case 0x89:
                Push(false);
                return true;
            case (byte)'K':
                Push((long)NextByte());
                return true;
            case (byte)'M':
                Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Next(2)));
                return true;
            case (byte)'J':
                Push((long)BinaryPrimitives.ReadInt32LittleEndian(Next(4)));
                return true;
            case 0x8A: // LONG1
                Push(BigNumber(NextByte()));
                return true;
            case 0x8B: // LONG4
                Push(BigNumber(BinaryPrimitives.ReadInt32LittleEndian(Next(4))));
                return true;
            case (byte)'G':
                Push(BinaryPrimitives.ReadDoubleBigEndian(Next(8)));
                return true;
            case (byte)'I':
            case (byte)'L':
                PushIntegerLine(NextLine());
                return true;
            case (byte)'F':
                Push(Number(NextLine()));
                return true;
            case (byte)'X': // BINUNICODE
                Push(Text(Next(BinaryPrimitives.ReadUInt32LittleEndian(Next(4)))));
                return true;
            case (byte)'U': // SHORT_BINSTRING
            case 0x8C: // SHORT_BINUNICODE
                Push(Text(Next(NextByte())));
                return true;
            case (byte)'T': // BINSTRING
                Push(Text(Next(BinaryPrimitives.ReadInt32LittleEndian(Next(4)))));
                return true;
            case 0x8D: // BINUNICODE8
                Push(Text(Next(BinaryPrimitives.ReadInt64LittleEndian(Next(8)))));
                return true;
            case (byte)'V': // UNICODE
                Push(NextLine());
                return true;
            case (byte)'S': // STRING
                Push(NextLine().Trim('\'', '"'));
                return true;
            case (byte)'B': // BINBYTES
                Push(Next(BinaryPrimitives.ReadUInt32LittleEndian(Next(4))).ToArray());
                return true;
            case (byte)'C': // SHORT_BINBYTES
                Push(Next(NextByte()).ToArray());
                return true;
            case 0x8E: // BINBYTES8
            case 0x96: // BYTEARRAY8
                Push(Next(BinaryPrimitives.ReadInt64LittleEndian(Next(8))).ToArray());
                return true;
            default:
                return false;
        }
    }

    private bool ExecuteContainer(byte code)
    {
        switch (code)
        {
            case (byte)')':
                Push(new PickleTuple([]));
                return true;
            case 0x85:
            case 0x86:
            case 0x87: // TUPLE1 to TUPLE3
                object?[] items = new object?[code - 0x84];
                for (int i = items.Length - 1; i >= 0; i--)
                {
                    items[i] = Pop();
                }
                Push(new PickleTuple(items));
                return true;
            case (byte)'t':
                Push(new PickleTuple(PopToMark()));
                return true;
            case (byte)']':
            case 0x8F: // EMPTY_SET
                Push(new PickleList());
                return true;
            case (byte)'l':
            case 0x91: // FROZENSET
                PickleList list = new();
                list.Items.AddRange(PopToMark());
                Push(list);
                return true;
            case (byte)'a':
                object? last = Pop();
                Peek<PickleList>().Items.Add(last);
                return true;
            case (byte)'e':
            case 0x90: // ADDITEMS
                object?[] more = PopToMark();
                Peek<PickleList>().Items.AddRange(more);
                return true;
            case (byte)'}':
                Push(new PickleDictionary());
                return true;
            case (byte)'d':
                PickleDictionary filled = new();
                SetAll(filled, PopToMark());
                Push(filled);
                return true;
            case (byte)'s':
                object? value = Pop();
                object? key = Pop();
                SetAll(Peek<PickleDictionary>(), [key, value]);
                return true;
            case (byte)'u':
                object?[] pairs = PopToMark();
                SetAll(Peek<PickleDictionary>(), pairs);
                return true;
            default:
                return false;
        }
    }

    private bool ExecuteReference(byte code)
    {
        switch (code)
        {
            case (byte)'q':
                _memo[NextByte()] = Peek();
                return true;
            case (byte)'r':
                _memo[BinaryPrimitives.ReadUInt32LittleEndian(Next(4))] = Peek();
                return true;
            case (byte)'p':
                _memo[LineNumber()] = Peek();
                return true;
            case 0x94: // MEMOIZE
                _memo[_memo.Count] = Peek();
                return true;
            case (byte)'h':
                Recall(NextByte());
                return true;
            case (byte)'j':
                Recall(BinaryPrimitives.ReadUInt32LittleEndian(Next(4)));
                return true;
            case (byte)'g':
                Recall(LineNumber());
                return true;
            case (byte)'c':
                string module = NextLine();
                PushGlobal(module, NextLine());
                return true;
            case 0x93: // STACK_GLOBAL
                string name = Pop<string>();
                PushGlobal(Pop<string>(), name);
                return true;
            case (byte)'Q': // BINPERSID: how PyTorch refers to storages
                Push(_loadStorage(Pop<PickleTuple>()));
                return true;
            case (byte)'R':
                PickleTuple arguments = Pop<PickleTuple>();
                Push(Call(Pop<PickleGlobal>(), arguments.Items));
                return true;
            case 0x81: // NEWOBJ
                PickleTuple construction = Pop<PickleTuple>();
                Push(New(Pop<PickleGlobal>(), construction.Items));
                return true;
            case (byte)'b': // BUILD
                Build(Pop());
                return true;
            default:
                return false;
        }
    }

    private void PushGlobal(string module, string name)
    {
        Push(TorchGlobals.Find(module, name) ?? throw Refused($"name '{Shorten(module)}.{Shorten(name)}'"));
    }

    private void Recall(long index) =>
        Push(_memo.TryGetValue(index, out object? value) ? value : throw Bad($"its pickle recalls entry {index}, which it never stored"));

    private void SetAll(PickleDictionary dictionary, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
        {
            throw Bad("its pickle has a key without a value");
        }
        for (int i = 0; i < pairs.Length; i += 2)
        {
            object key = pairs[i] switch
            {
                string or long or bool or double => pairs[i]!,
                _ => throw Bad("its pickle has a dictionary key that is neither text nor a number"),
            };
            dictionary.Set(key, pairs[i + 1]);
        }
    }

    private long LineNumber()
    {
        string line = NextLine();
        return long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long n) ? n : throw Bad($"its pickle has an index '{Shorten(line)}'");
    }

    private void PushIntegerLine(string line)
    {
        string digits = line.TrimEnd('L');
        Push(line switch
        {
            "00" => false,
            "01" => true,
            _ when digits.Length <= MaxNumberBytes
                && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger n) => Narrow(n),
            _ => throw Bad($"its pickle has a number '{Shorten(line)}'"),
        });
    }

    private object BigNumber(int bytes) =>
        bytes is >= 0 and <= MaxNumberBytes ? Narrow(new BigInteger(Next(bytes))) : throw Bad($"its pickle has a number of {bytes} bytes");

    private static object Narrow(BigInteger n) => n >= long.MinValue && n <= long.MaxValue ? (object)(long)n : n;

    private CheckpointException Refused(string what) => new(
        $"'{_file.Path}' was refused: its pickle uses the {what}, which is not needed for tensors and plain containers. " +
        "Nothing of it was run. Save the weights alone (a state dict, or safetensors) where you trust the file.");
}
