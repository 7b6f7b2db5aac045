using LongTake.Tensors.Backends;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Convolution;

public class ConvolutionTests
{
    private static readonly ReferenceBackend Reference = new();

    /// <summary>Input [B, C, T, H, W], output channels, kernel, options: every layer of the autoencoder, and sizes that leave rests everywhere.</summary>
    public static TheoryData<int[], int, int[], Conv3dOptions> Layers => new()
    {
        { [1, 3, 5, 9, 11], 12, [3, 3, 3], Conv3dOptions.Causal3 },
        { [2, 12, 4, 8, 8], 12, [3, 3, 3], Conv3dOptions.Causal3 },
        { [1, 5, 2, 7, 35], 9, [3, 3, 3], Conv3dOptions.Causal3 },
        { [1, 24, 3, 6, 17], 17, [1, 1, 1], default },
        { [2, 8, 5, 3, 4], 16, [3, 1, 1], new Conv3dOptions { PadFront = 2 } },
        { [1, 6, 9, 5, 5], 6, [3, 1, 1], new Conv3dOptions { StrideTime = 2 } },
        { [1, 7, 3, 12, 10], 5, [1, 3, 3], Conv3dOptions.Same3 },
        { [2, 9, 2, 14, 38], 10, [1, 3, 3], new Conv3dOptions { StrideHeight = 2, StrideWidth = 2, PadBottom = 1, PadRight = 1 } },
        { [1, 4, 1, 13, 11], 3, [1, 3, 3], new Conv3dOptions { StrideHeight = 2, StrideWidth = 2, PadBottom = 1, PadRight = 1 } },
        {
            [1, 3, 7, 11, 13], 4, [2, 4, 5],
            new Conv3dOptions { StrideTime = 3, StrideHeight = 3, StrideWidth = 2, PadFront = 1, PadTop = 2, PadLeft = 3, PadRight = 1 }
        },
        { [1, 2, 4, 6, 6], 3, [1, 1, 1], new Conv3dOptions { StrideTime = 2, StrideHeight = 2, StrideWidth = 2 } },
        { [1, 3, 2, 40, 130], 2, [1, 3, 3], Conv3dOptions.Same3 },
        { [1, 70, 2, 24, 24], 40, [3, 3, 3], Conv3dOptions.Causal3 },
        { [1, 13, 3, 7, 8], 12, [3, 3, 3], Conv3dOptions.Causal3 },
        { [2, 5, 2, 9, 16], 3, [1, 3, 3], Conv3dOptions.Same3 },
        { [1, 12, 5, 64, 64], 12, [3, 3, 3], Conv3dOptions.Causal3 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Forward_is_the_reference_on_every_vector_width_and_thread_count(int[] input, int outputs, int[] kernel, Conv3dOptions options)
    {
        using TensorScope scope = TensorScope.Open();
        (Tensor x, Tensor weight, Tensor bias) = Make(input, outputs, kernel);
        float[] expected = new Compute(Reference).Conv3d(x, weight, bias, options).Span.ToArray();
        float[]? first = null;
        foreach (int threads in (int[])[1, 3])
        {
            foreach (bool wide in (bool[])[true, false])
            {
                using CpuBackend cpu = new(threads) { WideConvolution = wide };
                float[] actual = new Compute(cpu).Conv3d(x, weight, bias, options).Span.ToArray();
                AssertClose(expected, actual, 2e-5f);
                first ??= actual;
                Assert.Equal(first, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_are_the_reference_on_every_vector_width(int[] input, int outputs, int[] kernel, Conv3dOptions options)
    {
        using TensorScope scope = TensorScope.Open();
        float[][] expected = Gradients(Reference, input, outputs, kernel, options);
        foreach (bool wide in (bool[])[true, false])
        {
            float[][]? first = null;
            foreach (int threads in (int[])[1, 3])
            {
                using CpuBackend cpu = new(threads) { WideConvolution = wide };
                float[][] actual = Gradients(cpu, input, outputs, kernel, options);
                for (int i = 0; i < expected.Length; i++)
                {
                    AssertClose(expected[i], actual[i], 5e-5f);
                }
                first ??= actual;
                Assert.Equal(first, actual);
            }
        }
    }

    [Theory]
    [InlineData(3, 3, 3)]
    [InlineData(1, 1, 1)]
    [InlineData(3, 1, 1)]
    [InlineData(1, 3, 3)]
    public void Gradients_agree_with_finite_differences(int kernelT, int kernelH, int kernelW)
    {
        Conv3dOptions options = new() { PadFront = kernelT - 1, PadTop = kernelH / 2, PadBottom = kernelH / 2, PadRight = kernelW - 1 };
        GradientCheck.Check(
            (c, t) => c.Conv3d(t[0], t[1], t[2], options),
            [[2, 3, 4, 5, 3], [5, 3, kernelT, kernelH, kernelW], [5]]);
    }

    [Fact]
    public void Gradients_of_strided_convolutions_agree_with_finite_differences()
    {
        GradientCheck.Check(
            (c, t) => c.Conv2d(t[0], t[1], t[2], new Conv3dOptions { StrideHeight = 2, StrideWidth = 2, PadBottom = 1, PadRight = 1 }),
            [[1, 3, 2, 6, 7], [4, 3, 3, 3], [4]]);
        GradientCheck.Check(
            (c, t) => c.Conv3d(t[0], t[1], null, new Conv3dOptions { StrideTime = 2, StrideHeight = 3, PadTop = 1 }),
            [[1, 2, 7, 5, 3], [3, 2, 3, 2, 1]]);
    }

    [Fact]
    public void Constant_inputs_get_no_gradient()
    {
        GradientCheck.Check(
            (c, t) => c.Conv3d(t[0], t[1], t[2], Conv3dOptions.Causal3), [[1, 2, 2, 4, 4], [3, 2, 3, 3, 3], [3]], constants: [0]);
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Stored_half_weights_count_as_their_exact_values(DType type)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Compute compute = new(cpu);
        (Tensor x, Tensor weight, Tensor bias) = Make([1, 5, 3, 6, 9], 7, [3, 3, 3]);
        Tensor half = Tensor.Empty(weight.Shape, type);
        for (int i = 0; i < weight.Count; i++)
        {
            float value = weight.Span[i];
            if (type == DType.F16)
            {
                half.AsSpan<Half>()[i] = (Half)value;
                weight.Span[i] = (float)(Half)value;
            }
            else
            {
                half.AsSpan<BFloat16>()[i] = (BFloat16)value;
                weight.Span[i] = (float)(BFloat16)value;
            }
        }
        float[] expected = compute.Conv3d(x, weight, bias, Conv3dOptions.Causal3).Span.ToArray();
        half.IsFrozen = true;
        for (int pass = 0; pass < 2; pass++)
        {
            Assert.Equal(expected, compute.Conv3d(x, half, bias, Conv3dOptions.Causal3).Span.ToArray());
        }
        Assert.NotNull(half.Packed);
    }

    [Fact]
    public void Frames_do_not_depend_on_how_many_are_computed_together()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Compute compute = new(cpu);
        (Tensor x, Tensor weight, Tensor bias) = Make([1, 20, 8, 9, 21], 13, [3, 3, 3]);
        Conv3dOptions unpadded = Conv3dOptions.Same3;
        Tensor all = compute.Conv3d(x, weight, bias, unpadded);
        for (int t = 0; t + 3 <= 8; t++)
        {
            Tensor part = Tensor.Empty(x.Shape.With(2, 3));
            for (int c = 0; c < 20; c++)
            {
                x.Span.Slice(((c * 8) + t) * 189, 3 * 189).CopyTo(part.Span[(c * 3 * 189)..]);
            }
            Tensor one = compute.Conv3d(part, weight, bias, unpadded);
            for (int o = 0; o < 13; o++)
            {
                Assert.Equal(all.Span.Slice(((o * 6) + t) * 189, 189).ToArray(), one.Span.Slice(o * 189, 189).ToArray());
            }
        }
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        using TensorScope scope = TensorScope.Open();
        Compute compute = new(Reference);
        Tensor x = Tensor.Zeros([1, 3, 2, 4, 4]);
        Assert.Contains("3 of", Assert.Throws<ArgumentException>(() => compute.Conv3d(x, Tensor.Zeros([2, 4, 1, 1, 1]), null)).Message);
        Assert.Contains("smaller", Assert.Throws<ArgumentException>(() => compute.Conv3d(x, Tensor.Zeros([2, 3, 3, 1, 1]), null)).Message);
        Assert.Contains("bias", Assert.Throws<ArgumentException>(() => compute.Conv3d(x, Tensor.Zeros([2, 3, 1, 1, 1]), Tensor.Zeros([3]))).Message);
        Assert.Throws<ArgumentException>(() => compute.Conv3d(x, Tensor.Zeros([2, 3, 1, 1]), null));
        Assert.Throws<ArgumentException>(() => compute.Conv2d(x, Tensor.Zeros([2, 3, 1, 1]), null, new Conv3dOptions { PadFront = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv3dOptions { StrideTime = 0 });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_residual_is_added(bool wide)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2) { WideConvolution = wide };
        (Tensor x, Tensor weight, Tensor bias) = Make([2, 6, 4, 5, 19], 7, [3, 3, 3]);
        Tensor residual = Tensor.From(GradientCheck.Random(2 * 7 * 4 * 5 * 19, 1, 4, 4), [2, 7, 4, 5, 19]);
        Tensor expected = new Compute(Reference).Conv3d(x, weight, bias, Conv3dOptions.Causal3, residual);
        Tensor plain = new Compute(Reference).Conv3d(x, weight, bias, Conv3dOptions.Causal3);
        Assert.Equal(plain.Span[5] + residual.Span[5], expected.Span[5]);
        AssertClose(expected.Span, new Compute(cpu).Conv3d(x, weight, bias, Conv3dOptions.Causal3, residual).Span, 2e-5f);
        GradientCheck.Check(
            (c, t) => c.Conv2d(t[0], t[1], null, Conv3dOptions.Same3, t[2]), [[1, 2, 2, 3, 4], [3, 2, 3, 3], [1, 3, 2, 3, 4]]);
    }

    [Theory]
    [InlineData(5, 7)]
    [InlineData(12, 40)]
    [InlineData(3, 110)]
    [InlineData(6, 8)]
    [InlineData(5, 32)]
    public void Convolving_doubled_frames_is_upsampling_then_convolving(int height, int width)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        (Tensor x, Tensor weight, Tensor bias) = Make([2, 6, 2, height, width], 5, [1, 3, 3]);
        Tensor flat = weight.View([5, 6, 3, 3]);
        foreach (Compute c in (Compute[])[new Compute(cpu), new Compute(Reference)])
        {
            Tensor expected = c.Conv2d(c.UpsampleNearest2(x), flat, bias, Conv3dOptions.Same3);
            Assert.Equal(expected.Span.ToArray(), c.UpsampleConv2d(x, flat, bias, Conv3dOptions.Same3).Span.ToArray());
        }
        GradientCheck.Check((c, t) => c.UpsampleConv2d(t[0], t[1], t[2], Conv3dOptions.Same3), [[2, 3, 2, 3, 4], [4, 3, 3, 3], [4]]);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    public void Streaming_in_parts_gives_the_same_bytes(int kernel, int stride)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        (Tensor x, Tensor weight, Tensor bias) = Make([2, 5, 8, 6, 7], 6, [kernel, 3, 3]);
        Conv3dOptions options = Conv3dOptions.Same3 with { PadFront = kernel - 1, StrideTime = stride };
        foreach (Compute c in (Compute[])[new Compute(cpu), new Compute(Reference)])
        {
            float[] whole = c.Conv3d(x, weight, bias, options).Span.ToArray();
            foreach (int[] parts in (int[][])[[2, 4, 2], [8], [2, 2, 2, 2]])
            {
                Tensor history = Tensor.Zeros([2, 5, kernel - 1, 6, 7]);
                List<Tensor> results = [];
                int first = 0;
                foreach (int n in parts)
                {
                    results.Add(c.StreamConv3d(c.Slice(x, 2, first, n), weight, bias, history, options));
                    first += n;
                }
                Assert.Equal(whole, c.Concat(results.ToArray(), 2).Span.ToArray());
            }
        }
        Compute compute = new(cpu);
        Assert.Throws<ArgumentException>(() => compute.StreamConv3d(x, weight, bias, Tensor.Zeros([2, 5, kernel, 6, 7]), options));
        weight.RequiresGrad = true;
        using Autograd.Tape tape = compute.Record();
        Assert.Throws<InvalidOperationException>(() => compute.StreamConv3d(x, weight, bias, Tensor.Zeros([2, 5, kernel - 1, 6, 7]), options));
    }

    internal static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance) =>
        GradientCheck.AssertClose(Doubles(expected), Doubles(actual), tolerance, "result");

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), v => (double)v);

    private static float[][] Gradients(Backend backend, int[] input, int outputs, int[] kernel, Conv3dOptions options)
    {
        (Tensor x, Tensor weight, Tensor bias) = Make(input, outputs, kernel);
        x.RequiresGrad = weight.RequiresGrad = bias.RequiresGrad = true;
        Compute compute = new(backend);
        using (Autograd.Tape tape = compute.Record())
        {
            Tensor y = compute.Conv3d(x, weight, bias, options);
            tape.Backward(y, Tensor.From(GradientCheck.Random(y.Count, 1, 5, 5), y.Shape));
        }
        return [x.Grad!.Span.ToArray(), weight.Grad!.Span.ToArray(), bias.Grad!.Span.ToArray()];
    }

    internal static (Tensor X, Tensor Weight, Tensor Bias) Make(int[] input, int outputs, int[] kernel)
    {
        Shape x = Shape.Create(input);
        Shape w = [outputs, input[1], kernel[0], kernel[1], kernel[2]];
        return (
            Tensor.From(GradientCheck.Random(x.Count, 1, 7, 0), x),
            Tensor.From(GradientCheck.Random(w.Count, 1, 7, 1), w),
            Tensor.From(GradientCheck.Random(outputs, 1, 7, 2), [outputs]));
    }
}
