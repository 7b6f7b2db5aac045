using LongTake.Models.Checkpoints.Float8;
using LongTake.Models.Checkpoints.FourBit;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>
/// A network's tensors as they will lie in a file of another type: matrices converted, everything else (biases, norms, modulation
/// tables) as it was. In float8 each matrix has one scale, its largest magnitude / 448, in an entry of its own
/// (<see cref="Float8Layout"/>): the layout knows no scale a row. Kernels of more than two dimensions stay as they were there, since other
/// programs look for scales at linear layers only. In NF4 the matrices of the blocks are packed (<see cref="FourBitLayout"/>) and the others
/// become float8. One tensor is held at a time.
/// </summary>
internal sealed class ConvertedSource : ITensorSource
{
    // A learnt table of a few numbers that every score is shifted by; nothing to save, much to lose.
    private const string RelativePositions = "pos_embedding.";

    private const float SmallestNormal = 1.17549435e-38f;

    private readonly ITensorSource _inner;
    private readonly DType _type;
    private readonly bool _isFourBit;
    private readonly Action<long> _loaded;
    private readonly Dictionary<string, TensorInfo> _stored;
    private readonly Dictionary<string, string> _weightOfScale = [];
    private readonly Dictionary<string, float> _scales = [];
    private readonly HashSet<string> _converted = [];
    private readonly Dictionary<string, string> _weightOfPart = [];
    private readonly List<TensorInfo> _tensors = [];
    private readonly HashSet<string> _counted = [];
    private (string Name, FourBitWeight Packed)? _packed;
    private double _signal;
    private double _noise;

    /// <summary>Wraps a network's tensors, which are closed together with this one.</summary>
    /// <param name="inner">The tensors, float8 ones with their scales.</param>
    /// <param name="format">What matrices become.</param>
    /// <param name="loaded">Told the bytes of each tensor that is read for the file; may throw to end the work.</param>
    public ConvertedSource(ITensorSource inner, WeightFormat format, Action<long> loaded)
    {
        _inner = inner;
        _type = format.ElementType();
        _isFourBit = format == WeightFormat.NormalFloat4;
        _loaded = loaded;
        _stored = inner.Tensors.ToDictionary(t => t.Name);
        foreach (TensorInfo info in inner.Tensors)
        {
            Add(info);
        }
        if (_weightOfScale.Count > 0)
        {
            _tensors.Add(Float8Layout.MarkerInfo);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <summary>Tensors that get another type.</summary>
    public int ConvertedCount => _converted.Count + _weightOfPart.Values.Distinct().Count();

    /// <summary>Of the converted tensors that were loaded, in decibel.</summary>
    public double SignalToNoise => _noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(_signal / _noise);

    /// <inheritdoc/>
    public bool Contains(string name) => _stored.ContainsKey(name) || _weightOfScale.ContainsKey(name) || _weightOfPart.ContainsKey(name);

    /// <inheritdoc/>
    public Tensor Load(string name)
    {
        Tensor result = name == Float8Layout.Marker ? Tensor.Zeros(Float8Layout.MarkerInfo.Shape, Float8Layout.MarkerInfo.DType)
            : _weightOfScale.TryGetValue(name, out string? weight) ? Tensor.From([ScaleOf(weight)], [])
            : _weightOfPart.TryGetValue(name, out string? packed) ? Pack(packed).Entry(name[packed.Length..])
            : _converted.Contains(name) ? Convert(name)
            : Kept(name);
        _loaded(result.Bytes);
        return result;
    }

    /// <summary>Closes the tensors inside.</summary>
    public void Dispose() => _inner.Dispose();

    private void Add(TensorInfo info)
    {
        if (_isFourBit && IsInBlock(info))
        {
            foreach (TensorInfo part in FourBitLayout.Entries(info.Name, info.Shape))
            {
                _weightOfPart.Add(part.Name, info.Name);
                _tensors.Add(part);
            }
            return;
        }
        bool converts = Converts(info);
        // In a file of the layout every float8 matrix has its scale, even if it is 1.
        bool isScaled = converts ? _type.IsFloat8() : info.Scale != 1f || (info.DType.IsFloat8() && IsMatrix(info));
        if (converts)
        {
            _converted.Add(info.Name);
        }
        else
        {
            _scales.Add(info.Name, info.Scale);
        }
        _tensors.Add(info with { DType = converts ? _type : info.DType, Scale = 1f });
        if (isScaled)
        {
            string scale = Float8Layout.ScaleOf(info.Name);
            _weightOfScale.Add(scale, info.Name);
            _tensors.Add(new TensorInfo(scale, DType.F32, []));
        }
    }

    private bool Converts(TensorInfo info)
    {
        if (!info.DType.IsFloating() || info.DType == _type)
        {
            return false;
        }
        return _type.IsFloat8()
            ? IsMatrix(info) && !info.DType.IsFloat8() && !info.Name.Contains(RelativePositions, StringComparison.Ordinal)
            : IsWeight(info) || info.DType.IsFloat8();
    }

    /// <summary>Whether a matrix belongs to a block: most of the weights, and none of those that the others hang on.</summary>
    private static bool IsInBlock(TensorInfo info) =>
        info.Name.StartsWith("blocks.", StringComparison.Ordinal) && IsMatrix(info) && info.DType.IsFloating()
        && !info.Name.Contains(RelativePositions, StringComparison.Ordinal);

    private static bool IsWeight(TensorInfo info) => info.Shape.Rank >= 2 && info.Name.EndsWith(".weight", StringComparison.Ordinal);

    private static bool IsMatrix(TensorInfo info) => info.Shape.Rank == 2 && IsWeight(info);

    private Tensor Kept(string name)
    {
        Tensor stored = _inner.Load(name);
        // The scale lies in its own entry.
        stored.Scale = 1f;
        return stored;
    }

    private float ScaleOf(string weight)
    {
        if (!_scales.TryGetValue(weight, out float scale))
        {
            using Tensor wide = Wide(weight);
            float largest = LargestOf(wide, weight);
            // A matrix of zeros has any scale.
            scale = largest == 0f ? 1f : MathF.Max(largest / Float8E4M3.MaxValue, SmallestNormal);
            _scales.Add(weight, scale);
        }
        return scale;
    }

    private static float LargestOf(Tensor wide, string weight)
    {
        float largest = wide.Count == 0 ? 0f : MathF.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<float>(wide.Span));
        return float.IsFinite(largest)
            ? largest
            : throw new CheckpointException($"'{weight}' holds values that are not finite; such a model is of no use in any type.");
    }

    /// <summary>A weight in 4 bits; the latest is kept. Files hold wide elements before narrow ones, so that each is packed once for either.</summary>
    private FourBitWeight Pack(string weight)
    {
        if (_packed is not (string name, FourBitWeight packed) || name != weight)
        {
            using Tensor wide = Wide(weight);
            LargestOf(wide, weight);
            packed = new FourBitWeight(wide);
            _packed = (weight, packed);
            if (_counted.Add(weight))
            {
                _signal += packed.Signal;
                _noise += packed.Noise;
            }
        }
        return packed;
    }

    private Tensor Convert(string name)
    {
        using Tensor wide = Wide(name);
        Tensor result = Tensor.Empty(wide.Shape, _type);
        if (_type.IsFloat8())
        {
            result.Scale = ScaleOf(name);
        }
        TensorConversion.Convert(wide, result);
        using Tensor back = TensorScope.Detach(TensorConversion.To(result, DType.F32));
        result.Scale = 1f;
        ReadOnlySpan<float> before = wide.Span, after = back.Span;
        for (int i = 0; i < before.Length; i++)
        {
            double difference = (double)before[i] - after[i];
            _signal += (double)before[i] * before[i];
            _noise += difference * difference;
        }
        return result;
    }

    private Tensor Wide(string name)
    {
        using Tensor stored = TensorScope.Detach(_inner.Load(name));
        return TensorScope.Detach(TensorConversion.To(stored, DType.F32));
    }
}
