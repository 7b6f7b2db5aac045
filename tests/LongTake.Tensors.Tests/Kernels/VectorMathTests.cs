using System.Runtime.Intrinsics;
using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Tests.Kernels;

[Trait("Category", "Kernels")]
public class VectorMathTests
{
    [Fact]
    public void Exp_is_accurate_in_every_width()
    {
        for (float x = -103.5f; x < 88.7f; x += 0.0137f)
        {
            double expected = Math.Exp(x);
            // In the subnormal range the spacing of floats is the limit, not the relative error.
            double tolerance = (expected * 2.5e-7) + 1.5e-45;
            Assert.Equal(expected, VectorMath.Exp(Vector512.Create(x))[3], tolerance);
            Assert.Equal(expected, VectorMath.Exp(Vector256.Create(x))[3], tolerance);
            Assert.Equal(expected, VectorMath.Exp(Vector128.Create(x))[3], tolerance);
        }
    }

    [Fact]
    public void Exp2_is_accurate_in_every_width()
    {
        for (float x = -149f; x < 127.9f; x += 0.0171f)
        {
            double expected = Math.Pow(2, x);
            double tolerance = (expected * 3e-7) + 1.5e-45;
            Assert.Equal(expected, VectorMath.Exp2(Vector512.Create(x))[3], tolerance);
            Assert.Equal(expected, VectorMath.Exp2(Vector256.Create(x))[3], tolerance);
            Assert.Equal(expected, VectorMath.Exp2(Vector128.Create(x))[3], tolerance);
        }
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(0f, 1f)]
    [InlineData(-3f, 0.125f)]
    [InlineData(128f, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp2_keeps_special_values(float x, float expected)
    {
        Assert.Equal(expected, VectorMath.Exp2(Vector512.Create(x))[15]);
        Assert.Equal(expected, VectorMath.Exp2(Vector256.Create(x))[7]);
        Assert.Equal(expected, VectorMath.Exp2(Vector128.Create(x))[0]);
    }

    [Fact]
    public void Tanh_and_sigmoid_are_accurate_in_every_width()
    {
        for (float x = -20f; x < 20f; x += 0.00371f)
        {
            double tanh = Math.Tanh(x);
            double sigmoid = 1 / (1 + Math.Exp(-x));
            Assert.Equal(tanh, VectorMath.Tanh(Vector512.Create(x))[0], Math.Abs(tanh) * 3e-7);
            Assert.Equal(tanh, VectorMath.Tanh(Vector256.Create(x))[0], Math.Abs(tanh) * 3e-7);
            Assert.Equal(tanh, VectorMath.Tanh(Vector128.Create(x))[0], Math.Abs(tanh) * 3e-7);
            Assert.Equal(sigmoid, VectorMath.Sigmoid(Vector512.Create(x))[0], sigmoid * 4e-7);
            Assert.Equal(sigmoid, VectorMath.Sigmoid(Vector256.Create(x))[0], sigmoid * 4e-7);
            Assert.Equal(sigmoid, VectorMath.Sigmoid(Vector128.Create(x))[0], sigmoid * 4e-7);
        }
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(0f, 1f)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(89f, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_keeps_special_values(float x, float expected)
    {
        Assert.Equal(expected, VectorMath.Exp(Vector512.Create(x))[15]);
        Assert.Equal(expected, VectorMath.Exp(Vector256.Create(x))[7]);
        Assert.Equal(expected, VectorMath.Exp(Vector128.Create(x))[0]);
    }

    [Theory]
    [InlineData(float.NegativeInfinity, -1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(0f, 0f)]
    [InlineData(float.NaN, float.NaN)]
    public void Tanh_keeps_special_values(float x, float expected)
    {
        Assert.Equal(expected, VectorMath.Tanh(Vector512.Create(x))[15]);
        Assert.Equal(expected, VectorMath.Tanh(Vector256.Create(x))[7]);
        Assert.Equal(expected, VectorMath.Tanh(Vector128.Create(x))[0]);
    }
}
