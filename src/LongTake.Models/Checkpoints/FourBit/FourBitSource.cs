using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.FourBit;

/// <summary>
/// A checkpoint whose 4-bit weights (<see cref="FourBitLayout"/>) are given out as ordinary tensors of the type that they had before, and
/// which no longer lists the tensors that say how. Files without such weights are passed on as they are. A weight is widened when it is
/// loaded, so that in memory it takes what a bfloat16 one takes.
/// </summary>
public sealed class FourBitSource : ITensorSource
{
    private readonly ITensorSource _inner;
    private readonly string _path;
    private readonly Dictionary<string, FourBitState> _states = [];
    private readonly List<TensorInfo> _tensors = [];
    private readonly HashSet<string> _names = [];

    /// <summary>Wraps a checkpoint, which is closed together with this one. Only the descriptions of 4-bit weights are read.</summary>
    /// <param name="inner">The checkpoint, under the names of its file or of a network.</param>
    /// <param name="path">Where it lies, for messages.</param>
    /// <exception cref="CheckpointException">A weight's parts are missing or do not fit its description.</exception>
    public FourBitSource(ITensorSource inner, string path)
    {
        _inner = inner;
        _path = path;
        Dictionary<string, TensorInfo> there = inner.Tensors.ToDictionary(t => t.Name);
        HashSet<string> hidden = [];
        foreach (TensorInfo info in inner.Tensors)
        {
            if (FourBitLayout.WeightOfState(info.Name) is string weight && there.ContainsKey(weight))
            {
                _states.Add(weight, ReadState(info, weight, there));
                hidden.Add(info.Name);
                hidden.UnionWith(FourBitLayout.Beside.Select(suffix => weight + suffix));
            }
        }
        foreach (TensorInfo info in inner.Tensors.Where(t => !hidden.Contains(t.Name)))
        {
            _names.Add(info.Name);
            _tensors.Add(_states.TryGetValue(info.Name, out FourBitState? state)
                ? new TensorInfo(info.Name, state.Target, [.. state.Shape]) { PackedAs = state.Type, PackedBytes = info.Bytes }
                : info);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors => _tensors;

    /// <inheritdoc/>
    public bool Contains(string name) => _names.Contains(name);

    /// <inheritdoc/>
    public Tensor Load(string name)
    {
        if (!_names.Contains(name))
        {
            throw new KeyNotFoundException($"The checkpoint has no tensor '{name}'.");
        }
        return _states.TryGetValue(name, out FourBitState? state) ? Widen(name, state) : _inner.Load(name);
    }

    /// <summary>Closes the checkpoint inside.</summary>
    public void Dispose() => _inner.Dispose();

    private FourBitState ReadState(TensorInfo info, string weight, Dictionary<string, TensorInfo> there)
    {
        if (info.DType != DType.U8 || info.Shape.Rank != 1)
        {
            throw FourBitState.Bad(weight, _path, "its description is no text");
        }
        using Tensor text = TensorScope.Detach(_inner.Load(info.Name));
        FourBitState state = FourBitState.Parse(text.AsSpan<byte>(), weight, _path);
        long count = state.Shape.Aggregate(1L, (product, size) => product * size);
        long blocks = FourBitLayout.Blocks(count, state.BlockSize);
        Require(there[weight].DType == DType.U8 && there[weight].Shape.Count == (count + 1) / 2, "it has another size than its description says");
        Require(Is(FourBitLayout.Codes, DType.F32, 16), "its 16 values (.quant_map) are missing");
        if (state.NestedBlockSize is int nested)
        {
            Require(Is(FourBitLayout.Magnitudes, DType.U8, blocks), "it lacks a magnitude a block (.absmax)");
            Require(Is(FourBitLayout.NestedMagnitudes, DType.F32, FourBitLayout.Blocks(blocks, nested)), "its .nested_absmax is missing or of another size");
            Require(Is(FourBitLayout.NestedCodes, DType.F32, 256), "its 256 magnitudes (.nested_quant_map) are missing");
        }
        else
        {
            Require(Is(FourBitLayout.Magnitudes, DType.F32, blocks), "it lacks a magnitude a block (.absmax)");
        }
        return state;

        bool Is(string suffix, DType type, long size) =>
            there.TryGetValue(weight + suffix, out TensorInfo? beside) && beside.DType == type && beside.Shape.Count == size;

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw FourBitState.Bad(weight, _path, otherwise);
            }
        }
    }

    private Tensor Widen(string name, FourBitState state)
    {
        using Tensor packed = TensorScope.Detach(_inner.Load(name));
        float[] codes = Floats(name + FourBitLayout.Codes), magnitudes = Magnitudes(name, state);
        using Tensor wide = TensorScope.Detach(Tensor.Empty([.. state.Shape]));
        ReadOnlySpan<byte> bytes = packed.AsSpan<byte>();
        Span<float> values = wide.Span;
        for (int block = 0, i = 0; i < values.Length; block++)
        {
            float magnitude = magnitudes[block];
            for (int end = (int)Math.Min((long)i + state.BlockSize, values.Length); i < end; i++)
            {
                values[i] = codes[(i & 1) == 0 ? bytes[i >> 1] >> 4 : bytes[i >> 1] & 15] * magnitude;
            }
        }
        return TensorConversion.To(wide, state.Target);
    }

    private float[] Magnitudes(string name, FourBitState state)
    {
        if (state.NestedBlockSize is not int nested)
        {
            return Floats(name + FourBitLayout.Magnitudes);
        }
        float[] scales = Floats(name + FourBitLayout.NestedMagnitudes), codes = Floats(name + FourBitLayout.NestedCodes);
        using Tensor stored = TensorScope.Detach(_inner.Load(name + FourBitLayout.Magnitudes));
        ReadOnlySpan<byte> indices = stored.AsSpan<byte>();
        float[] magnitudes = new float[indices.Length];
        for (int i = 0; i < magnitudes.Length; i++)
        {
            magnitudes[i] = codes[indices[i]] * scales[i / nested] + (float)(state.NestedOffset ?? 0);
        }
        return magnitudes;
    }

    private float[] Floats(string name)
    {
        using Tensor stored = TensorScope.Detach(_inner.Load(name));
        return stored.Span.ToArray();
    }
}
