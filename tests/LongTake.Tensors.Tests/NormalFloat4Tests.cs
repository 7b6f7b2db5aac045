using LongTake.Tensors.Quantization;

namespace LongTake.Tensors.Tests;

public class NormalFloat4Tests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(1000)]
    [InlineData(4099)]
    public void Vectors_and_the_scalar_reference_agree_bit_for_bit(int count)
    {
        float[] weights = Weights(count), fast = new float[count], slow = new float[count];
        NormalFloat4.Round(weights, fast);
        NormalFloat4.RoundScalar(weights, slow);
        Assert.Equal(slow, fast);
        NormalFloat4.Round(weights, weights);
        Assert.Equal(slow, weights);
    }

    [Fact]
    public void Weights_become_the_nearest_value_times_the_largest_of_their_block()
    {
        float[] weights = Weights(640), rounded = new float[640];
        NormalFloat4.Round(weights, rounded);
        float[] values = NormalFloat4.Values.ToArray();
        for (int i = 0; i < weights.Length; i++)
        {
            float largest = weights.Skip(i / 64 * 64).Take(64).Max(MathF.Abs);
            float nearest = values.Select(v => v * largest).MinBy(v => MathF.Abs(v - weights[i]));
            Assert.Equal(nearest, rounded[i], 1e-6f);
        }
        float[] again = new float[640];
        NormalFloat4.Round(rounded, again);
        Assert.Equal(rounded, again);
    }

    [Fact]
    public void Values_rise_hold_zero_and_the_ends_and_encode_to_themselves()
    {
        float[] values = NormalFloat4.Values.ToArray();
        Assert.Equal(16, values.Length);
        Assert.Equal(values.Order(), values);
        Assert.Equal((-1f, 0f, 1f), (values[0], values[7], values[15]));
        Assert.Equal(Enumerable.Range(0, 16), values.Select(NormalFloat4.Encode));
    }

    [Fact]
    public void Blocks_of_zeros_stay_zero_and_lengths_must_agree()
    {
        float[] rounded = new float[70];
        rounded.AsSpan().Fill(3f);
        NormalFloat4.Round(new float[70], rounded);
        Assert.Equal(new float[70], rounded);
        Assert.Throws<ArgumentException>(() => NormalFloat4.Round(new float[3], new float[2]));
        Assert.Throws<ArgumentException>(() => NormalFloat4.RoundScalar(new float[3], new float[2]));
    }

    private static float[] Weights(int count)
    {
        System.Random random = new(count);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Exp(random.NextDouble() * 4)))];
    }
}
