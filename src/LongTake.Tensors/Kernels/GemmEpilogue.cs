using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// What happens to a block of a product while it is still in the cache:
/// y = residual + gate * activation(product + bias), each part optional.
/// </summary>
internal unsafe struct GemmEpilogue
{
    /// <summary>[N], or null.</summary>
    public float* Bias;

    public Activation Activation;

    /// <summary>Receives product + bias (for the backward pass), same layout as the result; or null.</summary>
    public float* PreActivation;

    /// <summary>[M, N], same layout as the result; or null.</summary>
    public float* Residual;

    /// <summary>Gate of row m: <c>Gate + m / RowsPerGate * GateStride</c>, [N]; or null.</summary>
    public float* Gate;

    public int RowsPerGate;

    public nint GateStride;

    /// <summary>Whether there is nothing to do.</summary>
    public readonly bool IsEmpty => Bias is null && Activation == Activation.None && PreActivation is null && Residual is null && Gate is null;

    /// <summary>Finishes a block in place.</summary>
    /// <param name="c">First element of the whole result.</param>
    /// <param name="stride">Elements between its rows.</param>
    /// <param name="row">First row of the block.</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="column">First column.</param>
    /// <param name="columns">Columns.</param>
    public readonly void Apply<TVector, TLanes>(float* c, nint stride, int row, int rows, int column, int columns)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        int whole = columns - (columns % TLanes.Count);
        for (int m = row; m < row + rows; m++)
        {
            Row<TVector, TLanes>(c, stride, m, column, column + whole);
            if (whole < columns)
            {
                Row<float, Lanes1>(c, stride, m, column + whole, column + columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row<TVector, TLanes>(float* c, nint stride, int m, int from, int to)
        where TVector : unmanaged
        where TLanes : struct, ILanes<TVector>
    {
        float* y = c + (m * stride);
        float* bias = Bias;
        float* pre = PreActivation is null ? null : PreActivation + (m * stride);
        float* residual = Residual is null ? null : Residual + (m * stride);
        float* gate = Gate is null ? null : Gate + (m / RowsPerGate * GateStride);
        Activation activation = Activation;
        for (int n = from; n < to; n += TLanes.Count)
        {
            TVector v = TLanes.Load(y + n);
            if (bias is not null)
            {
                v = TLanes.Add(v, TLanes.Load(bias + n));
            }
            if (pre is not null)
            {
                TLanes.Store(v, pre + n);
            }
            if (activation == Activation.GeluTanh)
            {
                v = Activations.Gelu<TVector, TLanes>(v);
            }
            else if (activation == Activation.Silu)
            {
                v = TLanes.Multiply(v, TLanes.Sigmoid(v));
            }
            if (gate is not null)
            {
                v = TLanes.Multiply(v, TLanes.Load(gate + n));
            }
            if (residual is not null)
            {
                v = TLanes.Add(v, TLanes.Load(residual + n));
            }
            TLanes.Store(v, y + n);
        }
    }
}
