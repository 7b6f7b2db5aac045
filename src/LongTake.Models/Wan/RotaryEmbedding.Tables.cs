using System.Numerics;
using LongTake.Tensors;

namespace LongTake.Models.Wan;

// Computing the tables, and remembering the latest ones.
public sealed partial class RotaryEmbedding
{
    // Chunks of one size at a few recurring positions are the common case; streams that move on evict the oldest.
    private const int Capacity = 32;

    private readonly RotaryFrequencies[] _standard;
    private readonly List<Entry> _entries = [];
    private readonly Lock _gate = new();
    private long _clock;

    /// <summary>
    /// Tables for the given positions, computed once and remembered. The tensors returned are views that belong to the
    /// innermost open <see cref="TensorScope"/> or tape (or to the caller if there is none); they stay valid for as long,
    /// even if the remembered tables are dropped.
    /// </summary>
    /// <param name="positions">Temporal position of each frame.</param>
    /// <param name="height">Rows of tokens.</param>
    /// <param name="width">Columns of tokens.</param>
    /// <param name="frequencies">One, or one a head (then the tables are [H, N, D/2]); empty for <see cref="Frequencies"/>. Compared by reference.</param>
    /// <param name="type">F32, or F64 for reference computations.</param>
    public RotaryTables Tables(
        ReadOnlySpan<double> positions, int height, int width, ReadOnlySpan<RotaryFrequencies> frequencies = default, DType type = DType.F32)
    {
        lock (_gate)
        {
            Entry? entry = Find(positions, height, width, frequencies, type);
            if (entry is null)
            {
                RotaryTables made = Create(positions, height, width, frequencies, type);
                made = new RotaryTables(TensorScope.Detach(made.Cos), TensorScope.Detach(made.Sin));
                entry = new Entry(positions.ToArray(), height, width, frequencies.ToArray(), made);
                MakeRoom();
                _entries.Add(entry);
            }
            entry.Used = ++_clock;
            RotaryTables tables = entry.Tables;
            return new RotaryTables(tables.Cos.View(tables.Cos.Shape), tables.Sin.View(tables.Sin.Shape));
        }
    }

    /// <summary>Drops the remembered tables.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Entry entry in _entries)
            {
                entry.Release();
            }
            _entries.Clear();
        }
    }

    private Entry? Find(ReadOnlySpan<double> positions, int height, int width, ReadOnlySpan<RotaryFrequencies> frequencies, DType type)
    {
        foreach (Entry entry in _entries)
        {
            if (entry.Height == height && entry.Width == width && entry.Tables.Cos.DType == type &&
                positions.SequenceEqual(entry.Positions) && SameObjects(frequencies, entry.Frequencies))
            {
                return entry;
            }
        }
        return null;
    }

    private static bool SameObjects(ReadOnlySpan<RotaryFrequencies> a, RotaryFrequencies[] b)
    {
        if (a.Length != b.Length)
        {
            return false;
        }
        for (int i = 0; i < a.Length; i++)
        {
            if (!ReferenceEquals(a[i], b[i]))
            {
                return false;
            }
        }
        return true;
    }

    private void MakeRoom()
    {
        if (_entries.Count < Capacity)
        {
            return;
        }
        int oldest = 0;
        for (int i = 1; i < _entries.Count; i++)
        {
            if (_entries[i].Used < _entries[oldest].Used)
            {
                oldest = i;
            }
        }
        _entries[oldest].Release();
        _entries.RemoveAt(oldest);
    }

    /// <summary>
    /// A token's row is [temporal pairs | height pairs | width pairs]. Sines and cosines are taken once a frame, a row and a
    /// column and copied to the tokens.
    /// </summary>
    private static void FillRows<T>(
        Span<T> cos, Span<T> sin, ReadOnlySpan<double> angles, int frames, int height, int width, ReadOnlySpan<RotaryFrequencies> frequencies)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int temporal = frequencies[0].Temporal.Length;
        int pairs = frequencies[0].Pairs;
        int headSize = frames * height * width * pairs;
        for (int head = 0; head < frequencies.Length; head++)
        {
            RotaryFrequencies f = frequencies[head];
            Span<T> c = cos.Slice(head * headSize, headSize);
            Span<T> s = sin.Slice(head * headSize, headSize);
            int spaceStart = temporal;
            int columnStart = temporal + f.Height.Length;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    int row = ((y * width) + x) * pairs;
                    Rotate(c.Slice(row + spaceStart, f.Height.Length), s.Slice(row + spaceStart, f.Height.Length), f.Height, y);
                    Rotate(c.Slice(row + columnStart, f.Width.Length), s.Slice(row + columnStart, f.Width.Length), f.Width, x);
                }
            }
            int frameSize = height * width * pairs;
            for (int t = 0; t < frames; t++)
            {
                Span<T> frameCos = c.Slice(t * frameSize, frameSize);
                Span<T> frameSin = s.Slice(t * frameSize, frameSize);
                if (t > 0)
                {
                    c[..frameSize].CopyTo(frameCos);
                    s[..frameSize].CopyTo(frameSin);
                }
            }
            for (int t = 0; t < frames; t++)
            {
                ReadOnlySpan<double> a = angles.Slice(((head * frames) + t) * temporal, temporal);
                for (int k = 0; k < temporal; k++)
                {
                    (double sine, double cosine) = Math.SinCos(a[k]);
                    T tc = T.CreateTruncating(cosine);
                    T ts = T.CreateTruncating(sine);
                    for (int i = (t * frameSize) + k; i < (t + 1) * frameSize; i += pairs)
                    {
                        c[i] = tc;
                        s[i] = ts;
                    }
                }
            }
        }
    }

    private static void Rotate<T>(Span<T> cos, Span<T> sin, double[] frequencies, int position)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int k = 0; k < frequencies.Length; k++)
        {
            (double sine, double cosine) = Math.SinCos(position * frequencies[k]);
            cos[k] = T.CreateTruncating(cosine);
            sin[k] = T.CreateTruncating(sine);
        }
    }

    private sealed class Entry(double[] positions, int height, int width, RotaryFrequencies[] frequencies, RotaryTables tables)
    {
        public double[] Positions { get; } = positions;

        public int Height { get; } = height;

        public int Width { get; } = width;

        public RotaryFrequencies[] Frequencies { get; } = frequencies;

        public RotaryTables Tables { get; } = tables;

        public long Used { get; set; }

        public void Release()
        {
            Tables.Cos.Dispose();
            Tables.Sin.Dispose();
        }
    }
}
