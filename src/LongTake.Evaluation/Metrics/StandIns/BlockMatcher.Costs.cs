using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <content>What a displacement costs at every pixel.</content>
public sealed partial class BlockMatcher
{
    /// <summary>Sums over the channels of the absolute differences at one displacement: at most 765.</summary>
    private void Difference(int dx, int dy, bool[] isNeeded)
    {
        int padHeight = _height + (2 * _reach), lanes = Vector512<byte>.Count;
        ref byte from = ref MemoryMarshal.GetArrayDataReference(_from), to = ref MemoryMarshal.GetArrayDataReference(_to);
        ref ushort differences = ref MemoryMarshal.GetArrayDataReference(_differences);
        nuint plane = (nuint)(_height * _stride), padPlane = (nuint)(padHeight * _padStride);
        for (int y = 0; y < _height; y++)
        {
            if (!isNeeded[y])
            {
                continue;
            }
            nuint a = (nuint)(y * _stride), b = (nuint)(((y + dy + _reach) * _padStride) + dx + _reach);
            for (int x = 0; x < _stride; x += lanes, a += (nuint)lanes, b += (nuint)lanes)
            {
                (Vector512<ushort> low0, Vector512<ushort> high0) = Distance(ref from, a, ref to, b);
                (Vector512<ushort> low1, Vector512<ushort> high1) = Distance(ref from, a + plane, ref to, b + padPlane);
                (Vector512<ushort> low2, Vector512<ushort> high2) = Distance(ref from, a + (2 * plane), ref to, b + (2 * padPlane));
                (low0 + low1 + low2).StoreUnsafe(ref differences, a);
                (high0 + high1 + high2).StoreUnsafe(ref differences, a + (nuint)Vector512<ushort>.Count);
            }
        }

        static (Vector512<ushort> Low, Vector512<ushort> High) Distance(ref byte from, nuint a, ref byte to, nuint b)
        {
            Vector512<byte> u = Vector512.LoadUnsafe(ref from, a), v = Vector512.LoadUnsafe(ref to, b);
            return Vector512.Widen(Vector512.Max(u, v) - Vector512.Min(u, v));
        }
    }

    /// <summary>Sums over windows of 7x7: at most 37,485, which fits 16 bits.</summary>
    private void BoxSums(Span<ushort> sums, bool[] isActive)
    {
        int lanes = Vector512<ushort>.Count;
        ref ushort differences = ref MemoryMarshal.GetArrayDataReference(_differences);
        ref ushort columns = ref MemoryMarshal.GetArrayDataReference(_columnSums);
        ref ushort target = ref MemoryMarshal.GetReference(sums);
        for (nuint x = 0; x < (nuint)_stride; x += (nuint)lanes)
        {
            Vector512<ushort> column = Vector512<ushort>.Zero;
            for (int y = 0; y < _height; y++)
            {
                if (!isActive[y])
                {
                    continue;
                }
                if (y == 0 || !isActive[y - 1])
                {
                    column = Vector512<ushort>.Zero;
                    for (int k = 0; k < 2 * Radius; k++)
                    {
                        column += Vector512.LoadUnsafe(ref differences, (nuint)(_rows[y + k] * _stride) + x);
                    }
                }
                column += Vector512.LoadUnsafe(ref differences, (nuint)(_rows[y + (2 * Radius)] * _stride) + x);
                column.StoreUnsafe(ref columns, (nuint)((y * _sumStride) + Radius) + x);
                column -= Vector512.LoadUnsafe(ref differences, (nuint)(_rows[y] * _stride) + x);
            }
        }

        // Beside the column sums, those of what lies behind the borders; all of them first, as a load right after stores of other widths waits.
        for (int y = 0; y < _height; y++)
        {
            if (isActive[y])
            {
                Span<ushort> line = _columnSums.AsSpan(y * _sumStride, _sumStride);
                for (int k = 0; k < Radius; k++)
                {
                    line[k] = line[Radius + _behindLeft[k]];
                    line[Radius + _width + k] = line[Radius + _behindRight[k]];
                }
            }
        }
        for (int y = 0; y < _height; y++)
        {
            if (!isActive[y])
            {
                continue;
            }
            nuint from = (nuint)(y * _sumStride), to = (nuint)(y * _stride);
            for (nuint x = 0; x < (nuint)_stride; x += (nuint)lanes)
            {
                Vector512<ushort> sum = Vector512.LoadUnsafe(ref columns, from + x);
                for (nuint k = 1; k <= 2 * Radius; k++)
                {
                    sum += Vector512.LoadUnsafe(ref columns, from + x + k);
                }
                sum.StoreUnsafe(ref target, to + x);
            }
        }
    }

    /// <summary>
    /// Keeps a displacement where cost and penalty are lower than any before. Whole parts are compared first: only where that of the sum is not
    /// above that of the least can the sum be lower, which is seldom.
    /// </summary>
    private void KeepBetter(int displacement, bool[] isActive)
    {
        float penalty = _penalties[displacement];
        Vector512<ushort> whole = Vector512.Create((ushort)penalty);
        ref ushort costs = ref MemoryMarshal.GetReference(CostsOf(displacement)), known = ref MemoryMarshal.GetArrayDataReference(_leastWhole);
        for (int y = 0; y < _height; y++)
        {
            for (int i = y * _stride; isActive[y] && i < (y + 1) * _stride; i += Vector512<ushort>.Count)
            {
                Vector512<ushort> cost = Vector512.LoadUnsafe(ref costs, (nuint)i), least = Vector512.LoadUnsafe(ref known, (nuint)i);
                if (Vector512.LessThanOrEqualAny(cost + whole, least))
                {
                    (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(cost);
                    Vector512<uint> first = Keep(low, i), second = Keep(high, i + Vector512<float>.Count);
                    Vector512.Narrow(first, second).StoreUnsafe(ref known, (nuint)i);
                }
            }
        }

        // The new whole parts.
        Vector512<uint> Keep(Vector512<uint> cost, int at)
        {
            ref float leastOf = ref _least[at];
            ref int bestOf = ref _best[at];
            Vector512<float> sum = Vector512.ConvertToSingle(cost.AsInt32()) + Vector512.Create(penalty), least = Vector512.LoadUnsafe(ref leastOf);
            Vector512<int> isBetter = Vector512.LessThan(sum, least).AsInt32();
            least = Vector512.ConditionalSelect(isBetter.AsSingle(), sum, least);
            least.StoreUnsafe(ref leastOf);
            Vector512.ConditionalSelect(isBetter, Vector512.Create(displacement), Vector512.LoadUnsafe(ref bestOf)).StoreUnsafe(ref bestOf);
            return Vector512.ConvertToInt32Native(least).AsUInt32();
        }
    }
}
