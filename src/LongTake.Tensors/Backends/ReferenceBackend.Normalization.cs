using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void LayerNorm(Tensor x, Tensor? weight, Tensor? bias, float eps, Tensor y)
    {
        if (IsDouble(x))
        {
            Normalize<double>(x, new Factors<double>(weight), new Factors<double>(bias), true, eps, y);
        }
        else
        {
            Normalize<float>(x, new Factors<float>(weight), new Factors<float>(bias), true, eps, y);
        }
    }

    /// <inheritdoc/>
    public override void LayerNormBackward(Tensor x, Tensor? weight, float eps, Tensor gy, Tensor? gx, Tensor? gWeight, Tensor? gBias)
    {
        if (IsDouble(x))
        {
            NormalizeBackward<double>(x, new Factors<double>(weight), true, eps, gy, gx, new(gWeight), new(gBias));
        }
        else
        {
            NormalizeBackward<float>(x, new Factors<float>(weight), true, eps, gy, gx, new(gWeight), new(gBias));
        }
    }

    /// <inheritdoc/>
    public override void LayerNormModulate(Tensor x, Tensor modulation, int shiftRow, int scaleRow, float eps, Tensor y)
    {
        if (IsDouble(x))
        {
            Normalize<double>(x, new(modulation, x, scaleRow, 1), new(modulation, x, shiftRow, 0), true, eps, y);
        }
        else
        {
            Normalize<float>(x, new(modulation, x, scaleRow, 1), new(modulation, x, shiftRow, 0), true, eps, y);
        }
    }

    /// <inheritdoc/>
    public override void LayerNormModulateBackward(
        Tensor x, Tensor modulation, int shiftRow, int scaleRow, float eps, Tensor gy, Tensor? gx, Tensor? gModulation)
    {
        if (IsDouble(x))
        {
            NormalizeBackward<double>(
                x, new(modulation, x, scaleRow, 1), true, eps, gy, gx, new(gModulation, x, scaleRow, 0), new(gModulation, x, shiftRow, 0));
        }
        else
        {
            NormalizeBackward<float>(
                x, new(modulation, x, scaleRow, 1), true, eps, gy, gx, new(gModulation, x, scaleRow, 0), new(gModulation, x, shiftRow, 0));
        }
    }

    /// <inheritdoc/>
    public override void RmsNorm(Tensor x, Tensor? weight, float eps, Tensor y)
    {
        if (IsDouble(x))
        {
            Normalize<double>(x, new Factors<double>(weight), default, false, eps, y);
        }
        else
        {
            Normalize<float>(x, new Factors<float>(weight), default, false, eps, y);
        }
    }

    /// <inheritdoc/>
    public override void RmsNormBackward(Tensor x, Tensor? weight, float eps, Tensor gy, Tensor? gx, Tensor? gWeight)
    {
        if (IsDouble(x))
        {
            NormalizeBackward<double>(x, new Factors<double>(weight), false, eps, gy, gx, new(gWeight), default);
        }
        else
        {
            NormalizeBackward<float>(x, new Factors<float>(weight), false, eps, gy, gx, new(gWeight), default);
        }
    }

    /// <inheritdoc/>
    public override void GateAdd(Tensor residual, Tensor x, Tensor modulation, int gateRow, Tensor y)
    {
        if (IsDouble(x))
        {
            GateAdd<double>(residual, x, new(modulation, x, gateRow, 0), y);
        }
        else
        {
            GateAdd<float>(residual, x, new(modulation, x, gateRow, 0), y);
        }
    }

    /// <inheritdoc/>
    public override void GateAddBackward(Tensor x, Tensor modulation, int gateRow, Tensor gy, Tensor? gx, Tensor? gModulation)
    {
        if (IsDouble(x))
        {
            GateAddBackward<double>(x, new(modulation, x, gateRow, 0), gy, gx, new(gModulation, x, gateRow, 0));
        }
        else
        {
            GateAddBackward<float>(x, new(modulation, x, gateRow, 0), gy, gx, new(gModulation, x, gateRow, 0));
        }
    }

    private static void Normalize<T>(Tensor x, Factors<T> scale, Factors<T> shift, bool centred, float eps, Tensor y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int d = x.Shape[-1];
        for (int r = 0; r < x.Count / d; r++)
        {
            T[] u = NormalizedRow<T>(x, r, centred, eps, out _);
            for (int i = 0; i < d; i++)
            {
                y.AsSpan<T>()[(r * d) + i] = (u[i] * scale.At(r, i, T.One)) + shift.At(r, i, T.Zero);
            }
        }
    }

    private static void NormalizeBackward<T>(
        Tensor x, Factors<T> scale, bool centred, float eps, Tensor gy, Tensor? gx, Factors<T> gScale, Factors<T> gShift)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int d = x.Shape[-1];
        T n = T.CreateTruncating(d);
        for (int r = 0; r < x.Count / d; r++)
        {
            T[] u = NormalizedRow<T>(x, r, centred, eps, out T factor);
            T sum = T.Zero;
            T dot = T.Zero;
            for (int i = 0; i < d; i++)
            {
                T g = gy.AsSpan<T>()[(r * d) + i];
                gScale.Add(r, i, g * u[i]);
                gShift.Add(r, i, g);
                T h = g * scale.At(r, i, T.One);
                sum += h;
                dot += h * u[i];
            }
            for (int i = 0; i < d && gx is not null; i++)
            {
                T h = gy.AsSpan<T>()[(r * d) + i] * scale.At(r, i, T.One);
                gx.AsSpan<T>()[(r * d) + i] += factor * (h - (centred ? sum / n : T.Zero) - (u[i] * dot / n));
            }
        }
    }

    private static T[] NormalizedRow<T>(Tensor x, int row, bool centred, float eps, out T factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int d = x.Shape[-1];
        T n = T.CreateTruncating(d);
        T[] u = x.AsSpan<T>().Slice(row * d, d).ToArray();
        T mean = T.Zero;
        for (int i = 0; i < d && centred; i++)
        {
            mean += u[i] / n;
        }
        T square = T.Zero;
        for (int i = 0; i < d; i++)
        {
            square += (u[i] - mean) * (u[i] - mean) / n;
        }
        factor = T.One / T.Sqrt(square + T.CreateTruncating(eps));
        for (int i = 0; i < d; i++)
        {
            u[i] = (u[i] - mean) * factor;
        }
        return u;
    }

    private static void GateAdd<T>(Tensor residual, Tensor x, Factors<T> gate, Tensor y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int d = x.Shape[-1];
        for (int i = 0; i < x.Count; i++)
        {
            y.AsSpan<T>()[i] = residual.AsSpan<T>()[i] + (x.AsSpan<T>()[i] * gate.At(i / d, i % d, T.One));
        }
    }

    private static void GateAddBackward<T>(Tensor x, Factors<T> gate, Tensor gy, Tensor? gx, Factors<T> gGate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int d = x.Shape[-1];
        for (int i = 0; i < x.Count; i++)
        {
            T g = gy.AsSpan<T>()[i];
            gGate.Add(i / d, i % d, g * x.AsSpan<T>()[i]);
            if (gx is not null)
            {
                gx.AsSpan<T>()[i] += g * gate.At(i / d, i % d, T.One);
            }
        }
    }

    /// <summary>The factor of element i of token row r: a vector for all rows, a row of a modulation, or absent.</summary>
    private readonly struct Factors<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Tensor? _values;
        private readonly int _groupRows;
        private readonly int _rows;
        private readonly int _row;
        private readonly T _base;

        public Factors(Tensor? vector)
        {
            _values = vector;
            _groupRows = int.MaxValue;
            _rows = 1;
            _base = T.Zero;
        }

        public Factors(Tensor? modulation, Tensor x, int row, int added)
        {
            _values = modulation;
            _groupRows = modulation is null ? 1 : x.Shape[1] / modulation.Shape[1];
            _rows = modulation is null ? 1 : modulation.Shape[2];
            _row = row;
            _base = T.CreateTruncating(added);
        }

        public T At(int r, int i, T absent) => _values is null ? absent : _values.AsSpan<T>()[Index(r, i)] + _base;

        public void Add(int r, int i, T value)
        {
            if (_values is not null)
            {
                _values.AsSpan<T>()[Index(r, i)] += value;
            }
        }

        private int Index(int r, int i) => ((((r / _groupRows) * _rows) + _row) * _values!.Shape[-1]) + i;
    }
}
