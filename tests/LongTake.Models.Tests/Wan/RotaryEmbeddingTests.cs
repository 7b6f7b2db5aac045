using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Models.Tests.Wan;

public sealed class RotaryEmbeddingTests
{
    [Fact]
    public void Axes_share_the_pairs_and_frequencies_are_those_of_the_published_model()
    {
        RotaryFrequencies f = RotaryFrequencies.Standard(128);
        Assert.Equal((22, 21, 21), (f.Temporal.Length, f.Height.Length, f.Width.Length));
        Assert.Equal(1, f.Temporal[0]);
        Assert.Equal(0.657933225, f.Temporal[1], 9);
        Assert.Equal(1.51991108e-4, f.Temporal[21], 12);
        Assert.Equal(0.644946677, f.Height[1], 9);
        Assert.Equal(1.55051578e-4, f.Width[20], 12);
    }

    [Theory]
    [InlineData(DType.F32, 1e-7)]
    [InlineData(DType.F64, 1e-15)]
    public void Angle_is_position_times_frequency_on_each_axis(DType type, double tolerance)
    {
        using RotaryEmbedding rotary = new(20);
        using TensorScope scope = TensorScope.Open();
        double[] positions = [0, 5.5, 4000];

        RotaryTables tables = rotary.Tables(positions, 2, 3, type: type);

        Assert.Equal([18, 10], tables.Cos.Shape);
        RotaryFrequencies f = rotary.Frequencies;
        for (int token = 0; token < 18; token++)
        {
            double[] angles =
            [
                .. f.Temporal.Select(w => positions[token / 6] * w),
                .. f.Height.Select(w => token / 3 % 2 * w),
                .. f.Width.Select(w => token % 3 * w),
            ];
            for (int pair = 0; pair < angles.Length; pair++)
            {
                Assert.Equal(Math.Cos(angles[pair]), At(tables.Cos, (token * 10) + pair), tolerance);
                Assert.Equal(Math.Sin(angles[pair]), At(tables.Sin, (token * 10) + pair), tolerance);
            }
        }
    }

    [Fact]
    public void Heads_may_have_frequencies_of_their_own()
    {
        using RotaryEmbedding rotary = new(12);
        using TensorScope scope = TensorScope.Open();
        RotaryFrequencies slow = rotary.Frequencies with { Temporal = RotaryFrequencies.Series(2, 100) };
        double[] positions = [3, 7];

        RotaryTables both = rotary.Tables(positions, 1, 2, [rotary.Frequencies, slow]);

        RotaryTables first = rotary.Tables(positions, 1, 2);
        RotaryTables second = rotary.Tables(positions, 1, 2, [slow]);
        Assert.Equal([2, 4, 6], both.Cos.Shape);
        Assert.Equal([.. first.Cos.Span, .. second.Cos.Span], both.Cos.Span.ToArray());
        Assert.Equal([.. first.Sin.Span, .. second.Sin.Span], both.Sin.Span.ToArray());
        Assert.NotEqual(first.Cos.Span.ToArray(), second.Cos.Span.ToArray());
    }

    [Fact]
    public void Given_angles_replace_position_times_frequency()
    {
        using RotaryEmbedding rotary = new(12);
        using TensorScope scope = TensorScope.Open();
        RotaryTables expected = rotary.Create([2, 9], 2, 2);
        RotaryTables actual = rotary.Create([0, 0], 2, 2);
        double[] angles = [.. new double[] { 2, 9 }.SelectMany(p => rotary.Frequencies.Temporal.Select(f => p * f))];

        rotary.FillAngles(actual, angles, 2, 2, 2);

        Assert.Equal(expected.Cos.Span.ToArray(), actual.Cos.Span.ToArray());
        Assert.Equal(expected.Sin.Span.ToArray(), actual.Sin.Span.ToArray());
    }

    [Fact]
    public unsafe void Tables_are_remembered_and_stay_valid_when_they_are_dropped()
    {
        using RotaryEmbedding rotary = new(8);
        using TensorScope scope = TensorScope.Open();
        RotaryTables first = rotary.Tables([1, 2], 2, 2);
        float[] before = first.Cos.Span.ToArray();
        Assert.True(first.Cos.Pointer == rotary.Tables([1, 2], 2, 2).Cos.Pointer);

        for (int i = 0; i < 100; i++)
        {
            rotary.Tables([i + 10, i + 11], 2, 2);
        }

        Assert.False(first.Cos.Pointer == rotary.Tables([1, 2], 2, 2).Cos.Pointer);
        Assert.Equal(before, first.Cos.Span.ToArray());
    }

    [Fact]
    public void Bad_sizes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new RotaryEmbedding(7));
        using RotaryEmbedding rotary = new(8);
        using TensorScope scope = TensorScope.Open();
        RotaryTables tables = rotary.Create([1], 2, 2);
        Assert.Throws<ArgumentException>(() => rotary.Fill(tables, [1, 2], 2, 2));
        RotaryFrequencies other = RotaryFrequencies.Standard(16);
        Assert.Throws<ArgumentException>(() => rotary.Fill(tables, [1], 2, 2, [other]));
    }

    private static double At(Tensor t, int i) => t.DType == DType.F64 ? t.AsSpan<double>()[i] : t.Span[i];
}
