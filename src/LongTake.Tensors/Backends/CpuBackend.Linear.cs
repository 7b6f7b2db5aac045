using System.Runtime.Intrinsics;
using LongTake.Tensors.Kernels;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    private const int ElementPiece = 1 << 14;
    private const int BiasRows = 256;
    private const int PackedMaxRows = 256;
    private const long PackedMaxBytes = 8 << 20;
    private static readonly Lock PackGate = new();

    /// <inheritdoc/>
    public override void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y, in LinearEpilogue epilogue)
    {
        int n = weight.Shape[0];
        int k = weight.Shape[1];
        GemmArguments g = new()
        {
            M = Rows(x, k),
            N = n,
            K = k,
            A = x.F32,
            ARowStride = k,
            ADepthStride = 1,
            B = weight.Pointer,
            BType = WeightType(weight),
            BScale = weight.Scale,
            BStride = k,
            IsBTransposed = true,
            PackedB = Packed(weight, Rows(x, k)) is PackedWeight packed ? packed.Address : null,
            C = y.F32,
            CStride = n,
        };
        g.Epilogue.Bias = bias is null ? null : bias.F32;
        g.Epilogue.Activation = epilogue.Activation;
        g.Epilogue.PreActivation = epilogue.PreActivation is null ? null : epilogue.PreActivation.F32;
        g.Epilogue.Residual = epilogue.Residual is null ? null : epilogue.Residual.F32;
        if (epilogue.Modulation is Tensor modulation)
        {
            Shape s = modulation.Shape;
            g.Epilogue.Gate = modulation.F32 + ((nint)epilogue.GateRow * s[3]);
            g.Epilogue.GateStride = (nint)s[2] * s[3];
            g.Epilogue.RowsPerGate = Math.Max(1, g.M / (s[0] * s[1]));
        }
        Multiply(g);
    }

    /// <inheritdoc/>
    public override void LinearBackward(Tensor x, Tensor weight, Tensor dy, Tensor? dx, Tensor? dWeight, Tensor? dBias)
    {
        int n = weight.Shape[0];
        int k = weight.Shape[1];
        int m = Rows(x, k);
        if (dx is not null)
        {
            Multiply(new GemmArguments
            {
                M = m,
                N = k,
                K = n,
                A = dy.F32,
                ARowStride = n,
                ADepthStride = 1,
                B = weight.Pointer,
                BType = WeightType(weight),
                BScale = weight.Scale,
                BStride = k,
                C = dx.F32,
                CStride = k,
                Accumulate = true,
            });
        }
        if (dWeight is not null)
        {
            Multiply(new GemmArguments
            {
                M = n,
                N = k,
                K = m,
                A = dy.F32,
                ARowStride = 1,
                ADepthStride = n,
                B = x.F32,
                BType = DType.F32,
                BStride = k,
                C = dWeight.F32,
                CStride = k,
                Accumulate = true,
            });
        }
        if (dBias is not null)
        {
            AddColumnSums(dy.F32, m, n, dBias.F32);
        }
    }

    /// <inheritdoc/>
    public override void ActivationBackward(Activation activation, Tensor x, Tensor dy, Tensor dx)
    {
        LinearActivationJob job = new() { Activation = activation, X = x.F32, Dy = dy.F32, Dx = dx.F32, Count = x.Count };
        Workers.Run(ref job, checked((int)((x.Count + ElementPiece - 1) / ElementPiece)));
    }

    /// <inheritdoc/>
    public override void LinearGateBackward(Tensor z, Tensor modulation, int gateRow, Tensor dy, Tensor dz, Tensor? dModulation)
    {
        Shape s = modulation.Shape;
        int groups = s[0] * s[1];
        LinearGateJob job = new()
        {
            Z = z.F32,
            Dy = dy.F32,
            Dz = dz.F32,
            Gate = modulation.F32 + ((nint)gateRow * s[3]),
            DGate = dModulation is null ? null : dModulation.F32 + ((nint)gateRow * s[3]),
            GateStride = (nint)s[2] * s[3],
            Rows = Rows(z, s[3]) / groups,
            Width = s[3],
        };
        Workers.Run(ref job, groups);
    }

    /// <inheritdoc/>
    public override void LinearResidualBackward(Tensor dy, Tensor dResidual)
    {
        LinearResidualJob job = new() { From = dy.F32, To = dResidual.F32, Count = dy.Count };
        Workers.Run(ref job, checked((int)((dy.Count + ElementPiece - 1) / ElementPiece)));
    }

    /// <summary>Runs a product in the widest registers there are.</summary>
    private void Multiply(in GemmArguments arguments)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Gemm<Vector512<float>, Lanes512>.Run(Workers, arguments);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Gemm<Vector256<float>, Lanes256>.Run(Workers, arguments);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Gemm<Vector128<float>, Lanes128>.Run(Workers, arguments);
        }
        else
        {
            Gemm<float, Lanes1>.Run(Workers, arguments);
        }
    }

    // A kept copy pays where few rows meet a small weight, again and again. With many rows packing costs a hundredth of the
    // product, and copies of large weights would double the memory of a model.
    private static PackedWeight? Packed(Tensor weight, int rows)
    {
        if (weight.Packed is PackedWeight packed)
        {
            return packed;
        }
        if (!weight.IsFrozen || rows >= PackedMaxRows || weight.Bytes > PackedMaxBytes)
        {
            return null;
        }
        lock (PackGate)
        {
            // Another thread with a backend of its own may have been first.
            return (PackedWeight)(weight.Packed ??= new PackedWeight(weight, 3 * RegisterWidth));
        }
    }

    /// <summary>Floats in the widest register.</summary>
    private static int RegisterWidth =>
        Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : Vector128.IsHardwareAccelerated ? 4 : 1;

    private static int Rows(Tensor x, int width) => width == 0 ? 0 : checked((int)(x.Count / width));

    private static DType WeightType(Tensor weight) => weight.DType is DType.F32 or DType.BF16 or DType.F16 or DType.F8E4M3 or DType.F8E5M2
        ? weight.DType
        : throw new ArgumentException($"The weight of a linear layer is F32, BF16, F16, F8E4M3 or F8E5M2, not {weight.DType}.", nameof(weight));

    // Sums of fixed groups of rows, added in order: the same for any number of threads.
    private void AddColumnSums(float* source, int rows, int columns, float* sums)
    {
        int pieces = (rows + BiasRows - 1) / BiasRows;
        NativeBuffer buffer = NativeMemoryPool.Shared.Rent((long)pieces * columns * sizeof(float));
        try
        {
            float* partial = (float*)buffer.Address;
            LinearBiasJob job = new() { Source = source, Partial = partial, Rows = rows, Columns = columns };
            Workers.Run(ref job, pieces);
            for (int p = 0; p < pieces; p++)
            {
                ElementLoops.Add(partial + ((nint)p * columns), sums, columns);
            }
        }
        finally
        {
            NativeMemoryPool.Shared.Return(buffer);
        }
    }

    private struct LinearActivationJob : IParallelJob
    {
        public Activation Activation;
        public float* X;
        public float* Dy;
        public float* Dx;
        public long Count;

        public readonly void Run(int index)
        {
            nint start = (nint)index * ElementPiece;
            nint count = (nint)Math.Min(ElementPiece, Count - start);
            ElementLoops.ActivationBackward(Activation, X + start, Dy + start, Dx + start, count);
        }
    }

    private struct LinearResidualJob : IParallelJob
    {
        public float* From;
        public float* To;
        public long Count;

        public readonly void Run(int index)
        {
            nint start = (nint)index * ElementPiece;
            ElementLoops.Add(From + start, To + start, (nint)Math.Min(ElementPiece, Count - start));
        }
    }

    private struct LinearGateJob : IParallelJob
    {
        public float* Z;
        public float* Dy;
        public float* Dz;
        public float* Gate;
        public float* DGate;
        public nint GateStride;
        public int Rows;
        public int Width;

        public readonly void Run(int index)
        {
            float* gate = Gate + (index * GateStride);
            for (int r = 0; r < Rows; r++)
            {
                nint at = (((nint)index * Rows) + r) * Width;
                ElementLoops.Multiply(Dy + at, gate, Dz + at, Width);
                if (DGate is not null)
                {
                    ElementLoops.MultiplyAdd(Dy + at, Z + at, DGate + (index * GateStride), Width);
                }
            }
        }
    }

    private struct LinearBiasJob : IParallelJob
    {
        public float* Source;
        public float* Partial;
        public int Rows;
        public int Columns;

        public readonly void Run(int index)
        {
            float* to = Partial + ((nint)index * Columns);
            new Span<float>(to, Columns).Clear();
            for (int r = index * BiasRows; r < Math.Min((index + 1) * BiasRows, Rows); r++)
            {
                ElementLoops.Add(Source + ((nint)r * Columns), to, Columns);
            }
        }
    }
}
