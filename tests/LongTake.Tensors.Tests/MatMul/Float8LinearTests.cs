using System.Runtime.Intrinsics;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Tests.MatMul;

/// <summary>
/// Whatever computes with float8 weights gives the bits that the same weights give when they are multiplied out in single precision in
/// advance. Run at every vector width.
/// </summary>
[Trait("Category", "Kernels")]
public class Float8LinearTests
{
    private const float Scale = 0.00317f;

    public static TheoryData<DType> Types => [DType.F8E4M3, DType.F8E5M2];

    [Theory]
    [MemberData(nameof(Types))]
    public unsafe void Vectors_decode_all_codes_as_the_table_does(DType type)
    {
        byte[] codes = [.. Enumerable.Range(0, 256).Concat(Enumerable.Range(0, 13)).Select(i => (byte)i)];
        float[] wide = new float[codes.Length];
        fixed (byte* source = codes)
        fixed (float* target = wide)
        {
            Float8Kernels.Widen(source, type, Scale, target, codes.Length);
            Compare();
            Float8Kernels.Widen<float, Lanes1>(source, type, Scale, target, codes.Length);
            Compare();
            Float8Kernels.Widen<Vector128<float>, Lanes128>(source, type, Scale, target, codes.Length);
            Compare();
            Float8Kernels.Widen<Vector256<float>, Lanes256>(source, type, Scale, target, codes.Length);
            Compare();
            Float8Kernels.Widen<Vector512<float>, Lanes512>(source, type, Scale, target, codes.Length);
            Compare();
        }

        void Compare()
        {
            Assert.Equal(codes.Select(c => Float8Kernels.Element(c, type) * Scale), wide);
            Array.Clear(wide);
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 47, 17)]
    [InlineData(13, 49, 31)]
    [InlineData(100, 97, 513)]
    [InlineData(300, 60, 800)]
    public void Linear_layers_equal_those_of_widened_weights(int m, int n, int k)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Compute compute = new(cpu);
        Tensor x = Values.Normal([m, k], 1);
        Tensor bias = Values.Normal([n], 3);
        foreach (DType type in (DType[])[DType.F8E4M3, DType.F8E5M2])
        {
            foreach (bool frozen in new[] { false, true })
            {
                (Tensor stored, Tensor wide) = Make([n, k], type, frozen);
                float[] actual = compute.Linear(x, stored, bias).Span.ToArray();
                Assert.Equal(compute.Linear(x, wide, bias).Span.ToArray(), actual);
                // Again, from the packed copy.
                Assert.Equal(actual, compute.Linear(x, stored, bias).Span.ToArray());
                Tensor reference = new Compute(new ReferenceBackend()).Linear(Values.ToDouble(x), stored, Values.ToDouble(bias));
                Assert.True(Values.Error(compute.Linear(x, stored, bias), reference) < 2e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Gradients_flow_through_frozen_float8_weights(DType type)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Compute compute = new(cpu);
        (Tensor stored, Tensor wide) = Make([37, 50], type, frozen: true);
        Assert.Equal(InputGradient(compute, wide), InputGradient(compute, stored));

        static float[] InputGradient(Compute compute, Tensor weight)
        {
            Tensor x = Values.Normal([2, 21, 50], 8);
            x.RequiresGrad = true;
            using Tape tape = compute.Record();
            tape.Backward(compute.Linear(x, weight), Values.Normal([2, 21, 37], 9));
            return x.Grad!.Span.ToArray();
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Convolutions_embeddings_and_casts_multiply_by_the_scale(DType type)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Compute compute = new(cpu);
        Compute reference = new(new ReferenceBackend());
        Tensor x = Values.Normal([1, 5, 3, 6, 9], 1);
        (Tensor kernel, Tensor wideKernel) = Make([7, 5, 3, 3, 3], type, frozen: true);
        float[] expected = compute.Conv3d(x, wideKernel, null, Conv3dOptions.Causal3).Span.ToArray();
        for (int pass = 0; pass < 2; pass++)
        {
            Assert.Equal(expected, compute.Conv3d(x, kernel, null, Conv3dOptions.Causal3).Span.ToArray());
        }
        (Tensor table, Tensor wideTable) = Make([40, 19], type, frozen: true);
        Tensor ids = Tensor.From<int>([39, 0, 7, 7], [4]);
        foreach (Compute c in (Compute[])[compute, reference])
        {
            Assert.Equal(c.Embedding(wideTable, ids).Span.ToArray(), c.Embedding(table, ids).Span.ToArray());
            Assert.Equal(wideTable.Span.ToArray(), c.Cast(table, DType.F32).Span.ToArray());
            Assert.Equal(
                TensorConversion.To(wideTable, DType.BF16).AsSpan<BFloat16>().ToArray(), c.Cast(table, DType.BF16).AsSpan<BFloat16>().ToArray());
            Assert.Equal(TensorConversion.To(wideTable, type).AsSpan<byte>().ToArray(), c.Cast(wideTable, type).AsSpan<byte>().ToArray());
        }
    }

    private static (Tensor Stored, Tensor Wide) Make(Shape shape, DType type, bool frozen)
    {
        Tensor stored = Tensor.Empty(shape, type);
        stored.Scale = Scale;
        TensorConversion.Convert(Values.Normal(shape, 2, 0.3f), stored);
        Tensor wide = TensorConversion.To(stored, DType.F32);
        stored.IsFrozen = wide.IsFrozen = frozen;
        return (stored, wide);
    }
}
