using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Metrics;

/// <summary>
/// Means of two by two pixels, in whole numbers until the end: quarters of an 8-bit level are exact in single precision, so that it does not matter
/// in which order or how wide they are added. Keeps its buffers.
/// </summary>
/// <param name="height">Height of a picture, even.</param>
/// <param name="width">Its width, even.</param>
internal sealed class PictureHalving(int height, int width)
{
    private const int Channels = 3;

    // Behind each row, room for vectors and for a fourth value beside the last pixel's three.
    private readonly ushort[] _columns = new ushort[(Channels * width) + (2 * Vector512<ushort>.Count)];
    private readonly ushort[] _pixels = new ushort[(Channels * width / 2) + Vector512<ushort>.Count];

    /// <summary>Halves a picture.</summary>
    /// <param name="frame">[H, W, 3] bytes.</param>
    /// <param name="small">Receives [H / 2, W / 2, 3] values in 0..255.</param>
    public void Halve(ReadOnlySpan<byte> frame, Span<float> small)
    {
        int row = Channels * width, lanes = Vector512<ushort>.Count;
        for (int y = 0; y < height / 2; y++)
        {
            AddRows(frame.Slice(2 * y * row, row), frame.Slice(((2 * y) + 1) * row, row));
            AddColumns();
            Span<float> line = small.Slice(y * row / 2, row / 2);
            int i = 0;
            for (; i <= line.Length - lanes; i += lanes)
            {
                (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(Vector512.Create(_pixels.AsSpan(i)));
                (Vector512.ConvertToSingle(low.AsInt32()) * 0.25f).CopyTo(line[i..]);
                (Vector512.ConvertToSingle(high.AsInt32()) * 0.25f).CopyTo(line[(i + (lanes / 2))..]);
            }
            for (; i < line.Length; i++)
            {
                line[i] = _pixels[i] * 0.25f;
            }
        }
    }

    /// <summary>The same, value by value.</summary>
    internal void HalveOneByOne(ReadOnlySpan<byte> frame, Span<float> small)
    {
        for (int i = 0; i < small.Length; i++)
        {
            int row = Channels * width, y = i / (row / 2), x = i % (row / 2) / Channels, at = (2 * y * row) + (2 * Channels * x) + (i % Channels);
            small[i] = (frame[at] + frame[at + Channels] + frame[at + row] + frame[at + row + Channels]) * 0.25f;
        }
    }

    private void AddRows(ReadOnlySpan<byte> above, ReadOnlySpan<byte> below)
    {
        int i = 0, half = Vector512<ushort>.Count;
        for (; i <= above.Length - Vector512<byte>.Count; i += Vector512<byte>.Count)
        {
            (Vector512<ushort> a0, Vector512<ushort> a1) = Vector512.Widen(Vector512.Create(above[i..]));
            (Vector512<ushort> b0, Vector512<ushort> b1) = Vector512.Widen(Vector512.Create(below[i..]));
            (a0 + b0).CopyTo(_columns, i);
            (a1 + b1).CopyTo(_columns, i + half);
        }
        for (; i < above.Length; i++)
        {
            _columns[i] = (ushort)(above[i] + below[i]);
        }
    }

    /// <summary>Adds the neighbour to the right to every pixel, and moves every second pixel to its place.</summary>
    private void AddColumns()
    {
        for (int i = 0; i < Channels * width; i += Vector512<ushort>.Count)
        {
            (Vector512.Create(_columns.AsSpan(i)) + Vector512.Create(_columns.AsSpan(i + Channels))).CopyTo(_columns, i);
        }
        ref byte from = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(_columns.AsSpan()));
        ref byte to = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(_pixels.AsSpan()));
        for (int x = 0; x < width / 2; x++)
        {
            // Four values in one go: the fourth is overwritten by the next pixel's first.
            Vector64.LoadUnsafe(ref from, (nuint)(2 * Channels * sizeof(ushort) * x)).StoreUnsafe(ref to, (nuint)(Channels * sizeof(ushort) * x));
        }
    }
}
