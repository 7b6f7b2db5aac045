using System.IO.Compression;

namespace LongTake.Generation.Video;

/// <summary>
/// Filters and compresses pictures of one size. Each row takes the filter with the smallest sum of absolute differences, the
/// heuristic that the PNG specification recommends (section 12.7).
/// </summary>
internal sealed class PngEncoder
{
    private readonly int _stride;
    private readonly int _height;
    private readonly byte[] _zeroRow;
    private readonly byte[] _filtered;
    private readonly byte[] _best;
    private readonly MemoryStream _compressed = new();

    public PngEncoder(int width, int height)
    {
        _stride = width * 3;
        _height = height;
        _zeroRow = new byte[_stride];
        _filtered = new byte[_stride + 1];
        _best = new byte[_stride + 1];
    }

    /// <summary>Compresses a picture; the result is valid until the next call.</summary>
    public ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> rgb)
    {
        _compressed.SetLength(0);
        using (ZLibStream zlib = new(_compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            ReadOnlySpan<byte> above = _zeroRow;
            for (int y = 0; y < _height; y++)
            {
                ReadOnlySpan<byte> row = rgb.Slice(y * _stride, _stride);
                FilterBest(row, above);
                zlib.Write(_best);
                above = row;
            }
        }
        return _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length);
    }

    /// <summary>The prediction of filter types 2 (up: above) to 4 (Paeth).</summary>
    internal static byte Paeth(byte left, byte above, byte corner)
    {
        int p = left + above - corner;
        int a = Math.Abs(p - left);
        int b = Math.Abs(p - above);
        int c = Math.Abs(p - corner);
        return a <= b && a <= c ? left : b <= c ? above : corner;
    }

    private void FilterBest(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above)
    {
        int bestSum = int.MaxValue;
        for (byte type = 0; type < 5; type++)
        {
            int sum = Filter(type, row, above, bestSum);
            if (sum < bestSum)
            {
                bestSum = sum;
                _filtered.CopyTo(_best, 0);
            }
        }
    }

    private int Filter(byte type, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int limit)
    {
        Span<byte> output = _filtered;
        output[0] = type;
        int sum = 0;
        for (int i = 0; i < row.Length && sum < limit; i++)
        {
            byte left = i >= 3 ? row[i - 3] : (byte)0;
            byte corner = i >= 3 ? above[i - 3] : (byte)0;
            byte predicted = type switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (byte)((left + above[i]) / 2),
                _ => Paeth(left, above[i], corner),
            };
            byte difference = (byte)(row[i] - predicted);
            output[i + 1] = difference;
            sum += difference < 128 ? difference : 256 - difference;
        }
        return sum;
    }
}
