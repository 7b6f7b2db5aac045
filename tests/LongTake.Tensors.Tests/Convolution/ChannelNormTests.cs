using LongTake.Tensors.Backends;
using LongTake.Tensors.Kernels;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Convolution;

public class ChannelNormTests
{
    private static readonly ReferenceBackend Reference = new();

    [Theory]
    [InlineData(1, 3, 5, false)]
    [InlineData(2, 12, 64, true)]
    [InlineData(1, 384, 67, true)]
    [InlineData(3, 7, 1, true)]
    [InlineData(1, 4, 2500, false)]
    public void Forward_and_gradients_are_the_reference(int batch, int channels, int positions, bool silu)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Shape shape = [batch, channels, positions];
        (float[] y, float[] gx, float[] gGamma) = Run(Reference, shape, silu);
        (float[] y2, float[] gx2, float[] gGamma2) = Run(cpu, shape, silu);
        ConvolutionTests.AssertClose(y, y2, 2e-6f);
        ConvolutionTests.AssertClose(gx, gx2, 1e-5f);
        ConvolutionTests.AssertClose(gGamma, gGamma2, 1e-5f);
    }

    [Theory]
    [InlineData(2, 5, 37)]
    [InlineData(1, 20, 1100)]
    public void Every_vector_width_gives_the_reference(int batch, int channels, int positions)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Shape shape = [batch, channels, positions];
        (float[] y, float[] gx, float[] gGamma) = Run(Reference, shape, silu: true);
        Check<Floats16>();
        Check<Floats8>();
        Check<Floats4>();
        Check<Floats1>();

        void Check<V>()
            where V : unmanaged, IFloats<V>
        {
            Tensor x = Tensor.From(GradientCheck.Random(shape.Count, 2, 11, 0), shape);
            Tensor gamma = Tensor.From(GradientCheck.Random(channels, 1, 11, 1), [channels]);
            Tensor gy = Tensor.From(GradientCheck.Random(shape.Count, 1, 11, 2), shape);
            Tensor result = Tensor.Empty(shape), inputGradient = Tensor.Zeros(shape), gammaGradient = Tensor.Zeros([channels]);
            cpu.NormChannels<V>(x, gamma, true, result, null, null, null);
            cpu.NormChannels<V>(x, gamma, true, null, gy, inputGradient, gammaGradient);
            ConvolutionTests.AssertClose(y, result.Span, 2e-6f);
            ConvolutionTests.AssertClose(gx, inputGradient.Span, 1e-5f);
            ConvolutionTests.AssertClose(gGamma, gammaGradient.Span, 1e-5f);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_agree_with_finite_differences(bool silu) => GradientCheck.Check(
        (c, t) => c.ChannelRmsNorm(t[0], t[1], silu), [[2, 5, 3, 2, 2], [5, 1, 1, 1]]);

    [Fact]
    public void Zero_vectors_stay_zero_with_finite_gradients()
    {
        using TensorScope scope = TensorScope.Open();
        foreach (Backend backend in (Backend[])[Reference, new CpuBackend(1)])
        {
            Compute compute = new(backend);
            Tensor x = Tensor.Zeros([1, 4, 3]), gamma = Tensor.From([1f, 2f, 3f, 4f], [4]);
            x.RequiresGrad = gamma.RequiresGrad = true;
            using (Autograd.Tape tape = compute.Record())
            {
                Tensor y = compute.ChannelRmsNorm(x, gamma, silu: false);
                Assert.All(y.Span.ToArray(), v => Assert.Equal(0f, v));
                tape.Backward(y, Tensor.From([1f, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], y.Shape));
            }
            // The factor is clamped to 2 / 1e-12, a constant.
            Assert.Equal(2e12f, x.Grad!.Span[0], 1e7f);
            Assert.Equal(8e12f, x.Grad!.Span[11], 1e7f);
            Assert.All(gamma.Grad!.Span.ToArray(), v => Assert.Equal(0f, v));
            backend.Dispose();
        }
    }

    [Fact]
    public void Large_values_pass_the_sigmoid()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(1);
        Tensor x = Tensor.From([1f, -1f], [1, 1, 2]);
        foreach (float gamma in (float[])[0f, 1e-6f, 1f, 20f, 80f, 100f, 1e30f])
        {
            Tensor y = new Compute(cpu).ChannelRmsNorm(x, Tensor.From([gamma], [1]), silu: true);
            double expected = gamma / (1 + Math.Exp(-gamma));
            Assert.InRange(y.Span[0], expected * (1 - 1e-6), expected * (1 + 1e-6));
            Assert.InRange(y.Span[1], Math.Max(-gamma * Math.Exp(-Math.Min(gamma, 86f)) * 1.00001, -0.3), 0);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 7)]
    [InlineData(8, 16)]
    [InlineData(3, 21)]
    public void Upsampling_repeats_pixels_and_sums_gradients(int height, int width)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Shape shape = [1, 2, 3, height, width];
        Tensor x = Tensor.From(GradientCheck.Random(shape.Count, 1, 1, 1), shape);
        Tensor y = new Compute(cpu).UpsampleNearest2(x);
        Assert.Equal(new Compute(Reference).UpsampleNearest2(x).Span.ToArray(), y.Span.ToArray());
        Assert.Equal(x.Span[^1], y.Span[^1]);
        GradientCheck.Check((c, t) => c.UpsampleNearest2(t[0]), [shape]);
    }

    private static (float[] Y, float[] Gx, float[] GGamma) Run(Backend backend, Shape shape, bool silu)
    {
        Compute compute = new(backend);
        Tensor x = Tensor.From(GradientCheck.Random(shape.Count, 2, 11, 0), shape);
        Tensor gamma = Tensor.From(GradientCheck.Random(shape[1], 1, 11, 1), [shape[1]]);
        x.RequiresGrad = gamma.RequiresGrad = true;
        float[] result;
        using (Autograd.Tape tape = compute.Record())
        {
            Tensor y = compute.ChannelRmsNorm(x, gamma, silu);
            result = y.Span.ToArray();
            tape.Backward(y, Tensor.From(GradientCheck.Random(y.Count, 1, 11, 2), y.Shape));
        }
        return (result, x.Grad!.Span.ToArray(), gamma.Grad!.Span.ToArray());
    }
}
