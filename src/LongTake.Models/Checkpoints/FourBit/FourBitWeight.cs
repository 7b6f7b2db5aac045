using LongTake.Tensors;
using LongTake.Tensors.Quantization;

namespace LongTake.Models.Checkpoints.FourBit;

/// <summary>A weight in NF4 as <see cref="FourBitLayout"/> stores it, block magnitudes in 8 bits ("double quantisation").</summary>
internal sealed class FourBitWeight
{
    private static readonly float[] s_dynamicCodes = DynamicCodes();

    private readonly byte[] _packed;
    private readonly byte[] _magnitudes;
    private readonly float[] _scales;
    private readonly FourBitState _state;

    /// <summary>Stores a weight.</summary>
    /// <param name="weight">In single precision; finite.</param>
    public FourBitWeight(Tensor weight)
    {
        ReadOnlySpan<float> values = weight.Span;
        int blocks = (int)FourBitLayout.Blocks(values.Length, NormalFloat4.BlockSize);
        float[] largest = new float[blocks];
        for (int i = 0; i < values.Length; i++)
        {
            ref float magnitude = ref largest[i / NormalFloat4.BlockSize];
            magnitude = MathF.Max(magnitude, MathF.Abs(values[i]));
        }
        float offset = blocks == 0 ? 0 : largest.Average();
        _magnitudes = new byte[blocks];
        _scales = new float[FourBitLayout.Blocks(blocks, FourBitLayout.NestedBlockSize)];
        StoreMagnitudes(largest, offset);

        // Codes are chosen for the magnitudes as they will be read.
        _packed = new byte[(values.Length + 1) / 2];
        for (int i = 0; i < values.Length; i++)
        {
            float magnitude = largest[i / NormalFloat4.BlockSize];
            int code = NormalFloat4.Encode(magnitude > 0 ? values[i] / magnitude : 0f);
            _packed[i >> 1] |= (byte)((i & 1) == 0 ? code << 4 : code);
            double stored = NormalFloat4.Values[code] * magnitude;
            Signal += (double)values[i] * values[i];
            Noise += (values[i] - stored) * (values[i] - stored);
        }
        _state = new FourBitState
        {
            Shape = [.. Enumerable.Range(0, weight.Rank).Select(d => weight.Shape[d])],
            NestedBlockSize = FourBitLayout.NestedBlockSize,
            NestedType = "float32",
            NestedOffset = offset,
        };
    }

    /// <summary>Sum of the squares of the weights.</summary>
    public double Signal { get; }

    /// <summary>Sum of the squares of what storing changes.</summary>
    public double Noise { get; }

    /// <summary>One of the <see cref="FourBitLayout.Entries"/>.</summary>
    /// <param name="suffix">What its name has after the weight's.</param>
    public Tensor Entry(string suffix) => suffix switch
    {
        "" => Bytes(_packed, [_packed.Length, 1]),
        FourBitLayout.Magnitudes => Bytes(_magnitudes, [_magnitudes.Length]),
        FourBitLayout.NestedMagnitudes => Tensor.From(_scales, [_scales.Length]),
        FourBitLayout.NestedCodes => Tensor.From(s_dynamicCodes, [s_dynamicCodes.Length]),
        FourBitLayout.Codes => Tensor.From(NormalFloat4.Values.ToArray(), [NormalFloat4.Values.Length]),
        FourBitLayout.State => Bytes(_state.ToBytes(), [FourBitLayout.StateBytes]),
        _ => throw new ArgumentOutOfRangeException(nameof(suffix), suffix, "No part of a 4-bit weight."),
    };

    private static Tensor Bytes(byte[] values, Shape shape)
    {
        Tensor tensor = Tensor.Empty(shape, DType.U8);
        values.CopyTo(tensor.AsSpan<byte>());
        return tensor;
    }

    /// <summary>Turns the magnitudes into codes, and then into what the codes stand for.</summary>
    private void StoreMagnitudes(float[] largest, float offset)
    {
        for (int group = 0; group < _scales.Length; group++)
        {
            int start = group * FourBitLayout.NestedBlockSize, end = Math.Min(start + FourBitLayout.NestedBlockSize, largest.Length);
            float scale = 0;
            for (int i = start; i < end; i++)
            {
                scale = MathF.Max(scale, MathF.Abs(largest[i] - offset));
            }
            _scales[group] = scale;
            for (int i = start; i < end; i++)
            {
                int code = Nearest(scale > 0 ? (largest[i] - offset) / scale : 0f);
                _magnitudes[i] = (byte)code;
                largest[i] = s_dynamicCodes[code] * scale + offset;
            }
        }
    }

    private static int Nearest(float x)
    {
        int above = Array.BinarySearch(s_dynamicCodes, x);
        if (above >= 0)
        {
            return above;
        }
        above = Math.Clamp(~above, 1, s_dynamicCodes.Length - 1);
        return x - s_dynamicCodes[above - 1] <= s_dynamicCodes[above] - x ? above - 1 : above;
    }

    /// <summary>
    /// The 256 values of 8-bit dynamic quantisation: decades from 1e-6 to 1, each twice as finely divided as the one below it.
    /// Source: "8-bit Optimizers via Block-wise Quantization", section 2.
    /// </summary>
    private static float[] DynamicCodes()
    {
        const int Decades = 7;
        List<float> codes = [0f, 1f];
        for (int decade = 0; decade < Decades; decade++)
        {
            int parts = 1 << decade;
            double top = Math.Pow(10, decade - (Decades - 1));
            for (int part = 0; part < parts; part++)
            {
                float middle = (float)(top * (0.1 + 0.9 * (part + 0.5) / parts));
                codes.Add(middle);
                codes.Add(-middle);
            }
        }
        codes.Sort();
        return [.. codes];
    }
}
