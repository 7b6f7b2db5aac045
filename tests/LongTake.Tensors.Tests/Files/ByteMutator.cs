using LongTake.Tensors.Random;

namespace LongTake.Tensors.Tests.Files;

/// <summary>Damages files in the ways that break parsers; the same seed does the same damage.</summary>
internal sealed class ByteMutator(int seed)
{
    private static readonly byte[] s_telling = [0, 1, 0x7F, 0x80, 0xFF, .. "09-\"{[](.RcQ"u8];
    private static readonly long[] s_numbers = [0, 1, -1, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, 1L << 40];

    private readonly CounterRandom _random = new((ulong)seed, 99);

    public byte[] Mutate(byte[] original)
    {
        List<byte> bytes = [.. original];
        for (int changes = 1 + _random.NextInt(4); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = _random.NextInt(bytes.Count);
            switch (_random.NextInt(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.NextInt(8));
                    break;
                case 1:
                    bytes[at] = s_telling[_random.NextInt(s_telling.Length)];
                    break;
                case 2:
                    bytes[at] = (byte)_random.NextInt(256);
                    break;
                case 3:
                    bytes.Insert(at, s_telling[_random.NextInt(s_telling.Length)]);
                    break;
                case 4:
                    bytes.RemoveRange(at, Math.Min(1 + _random.NextInt(8), bytes.Count - at));
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 6:
                    byte[] number = BitConverter.GetBytes(s_numbers[_random.NextInt(s_numbers.Length)]);
                    for (int i = 0; i < (_random.NextInt(2) == 0 ? 4 : 8) && at + i < bytes.Count; i++)
                    {
                        bytes[at + i] = number[i];
                    }
                    break;
                default:
                    int from = _random.NextInt(bytes.Count);
                    int length = Math.Min(1 + _random.NextInt(24), bytes.Count - from);
                    bytes.InsertRange(at, bytes.GetRange(from, length));
                    break;
            }
        }
        return [.. bytes];
    }
}
