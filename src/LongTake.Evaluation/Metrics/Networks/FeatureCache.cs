using System.Security.Cryptography;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>
/// The latest features, by what the frame looks like: several metrics look at the same frame through the same network, and clips overlap.
/// Its memory is made once.
/// </summary>
/// <param name="capacity">Features kept.</param>
/// <param name="dim">Values of a feature.</param>
internal sealed class FeatureCache(int capacity, int dim)
{
    private readonly Key?[] _keys = new Key?[capacity];
    private readonly float[] _features = new float[capacity * dim];
    private int _oldest;

    /// <summary>The key of a frame.</summary>
    public static Key KeyOf(ReadOnlySpan<byte> frame, int height, int width)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(frame, hash);
        return new Key(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]), height, width);
    }

    /// <summary>The feature of a frame that was seen lately; false if it was not.</summary>
    public bool TryGet(in Key key, out ReadOnlySpan<float> feature)
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] is Key there && there == key)
            {
                feature = Slot(i);
                return true;
            }
        }
        feature = default;
        return false;
    }

    /// <summary>Keeps a feature in place of the oldest.</summary>
    public void Add(in Key key, ReadOnlySpan<float> feature)
    {
        feature.CopyTo(Slot(_oldest));
        _keys[_oldest] = key;
        _oldest = (_oldest + 1) % _keys.Length;
    }

    private Span<float> Slot(int i) => _features.AsSpan(i * dim, dim);

    /// <summary>Half of a cryptographic hash, and the size.</summary>
    internal readonly record struct Key(ulong High, ulong Low, int Height, int Width);
}
