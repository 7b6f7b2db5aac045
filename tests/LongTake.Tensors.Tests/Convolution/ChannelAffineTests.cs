using LongTake.Tensors.Backends;
using LongTake.Tensors.Kernels;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Convolution;

public class ChannelAffineTests
{
    private static readonly ReferenceBackend s_reference = new();

    [Theory]
    [InlineData(1, 3, 5)]
    [InlineData(2, 12, 64)]
    [InlineData(3, 7, 1)]
    [InlineData(1, 2, 20000)]
    public void Every_vector_width_gives_the_reference(int batch, int channels, int positions)
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(2);
        Shape shape = [batch, channels, positions];
        Tensor x = Tensor.From(GradientCheck.Random(shape.Count, 2, 11, 0), shape);
        Tensor[] values = [.. Enumerable.Range(1, 3).Select(i => Tensor.From(GradientCheck.Random(channels, 1, 11, (ulong)i), [channels]))];
        for (int given = 0; given < 8; given++)
        {
            Tensor? scale = (given & 1) > 0 ? values[0] : null, shift = (given & 2) > 0 ? values[1] : null, slope = (given & 4) > 0 ? values[2] : null;
            float[] expected = new Compute(s_reference).ChannelAffine(x, scale, shift, slope).Span.ToArray();
            ConvolutionTests.AssertClose(expected, new Compute(cpu).ChannelAffine(x, scale, shift, slope).Span, 2e-6f);
            Check<Floats16>();
            Check<Floats8>();
            Check<Floats4>();
            Check<Floats1>();

            void Check<V>()
                where V : unmanaged, IFloats<V>
            {
                Tensor y = Tensor.Empty(shape);
                cpu.ChannelAffine<V>(x, scale, shift, slope, y);
                ConvolutionTests.AssertClose(expected, y.Span, 2e-6f);
            }
        }
    }

    [Fact]
    public void Positive_values_pass_and_negative_ones_are_bent()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(1);
        Tensor x = Tensor.From([1f, -1f, 2f, -2f], [1, 2, 2]);
        Tensor y = new Compute(cpu).ChannelAffine(
            x, Tensor.From([2f, -1f], [2]), Tensor.From([1f, 0.5f], [2]), Tensor.From([0.25f, 10f], [2]));
        Assert.Equal([3f, -0.25f, -15f, 2.5f], y.Span.ToArray());
    }

    [Fact]
    public void Wrong_numbers_of_values_and_recording_tapes_are_refused()
    {
        using TensorScope scope = TensorScope.Open();
        using CpuBackend cpu = new(1);
        Compute compute = new(cpu);
        Tensor x = Tensor.Zeros([1, 2, 3]);
        Assert.Throws<ArgumentException>(() => compute.ChannelAffine(x, Tensor.Zeros([3]), null, null));
        x.RequiresGrad = true;
        using Autograd.Tape tape = compute.Record();
        Assert.Throws<InvalidOperationException>(() => compute.ChannelAffine(x, Tensor.Zeros([2]), null, null));
    }
}
