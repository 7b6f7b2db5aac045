using System.Runtime.Intrinsics.X86;
using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Tests.Convolution;

/// <summary>Whole lines are split as their pairs are one by one, bit for bit, and nothing is written beside them.</summary>
public unsafe class WinogradLinesTests
{
    private const float Untouched = 12345f;

    [WideTheory]
    [InlineData(1, 33)]
    [InlineData(2, 9)]
    [InlineData(4, 7)]
    [InlineData(8, 5)]
    [InlineData(16, 3)]
    [InlineData(32, 4)]
    [InlineData(48, 1)]
    public void Lines_are_split_as_rows_are(int count, int rows)
    {
        Assert.True(Winograd.TakesLines(2 * count, -1, count));
        float[] lines = Values(2 * count * rows);
        int stride = count * rows + 5;
        float[] expected = Filled(4 * stride), actual = Filled(4 * stride);
        int taken;
        fixed (float* from = lines, a = expected, b = actual)
        {
            taken = Winograd.SplitLines(from, count, b, stride, rows);
            for (int r = 0; r < taken; r++)
            {
                Winograd.SplitRow(from + (2 * count * r), 2 * count, -1, a + (count * r), stride, count);
            }
        }
        Assert.Equal(count >= 16 ? rows : rows / (16 / count) * (16 / count), taken);
        Assert.Equal(expected, actual);
    }

    [WideTheory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(48)]
    public void Doubled_lines_are_split_as_rows_are(int count)
    {
        Assert.True(Winograd.TakesDoubledLine(count, -1, count));
        float[] line = Values(count);
        int stride = count + 3;
        float[] expected = Filled(4 * stride), actual = Filled(4 * stride);
        fixed (float* from = line, a = expected, b = actual)
        {
            Winograd.SplitDoubledRow(from, count, -1, a, stride, count);
            Winograd.SplitDoubledLine(from, count, b, stride);
        }
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(20, 0, 8)]
    [InlineData(16, 0, 8)]
    [InlineData(18, -1, 9)]
    [InlineData(48, -1, 24)]
    public void Other_lines_are_left_to_the_rows(int size, int start, int count) => Assert.False(Winograd.TakesLines(size, start, count));

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(41)]
    public void Products_are_joined_in_pairs(int count)
    {
        int stride = count + 1;
        float[] products = Values(4 * stride), added = Values(2 * count), actual = new float[2 * count];
        foreach (bool add in (bool[])[false, true])
        {
            fixed (float* from = products, base0 = added, to = actual)
            {
                Winograd.JoinRow(from, stride, add ? base0 : null, to, count);
            }
            for (int i = 0; i < count; i++)
            {
                float m1 = products[stride + i], m2 = products[(2 * stride) + i];
                Assert.Equal(products[i] + m1 + m2 + (add ? added[2 * i] : 0), actual[2 * i]);
                Assert.Equal(m1 - m2 - products[(3 * stride) + i] + (add ? added[(2 * i) + 1] : 0), actual[(2 * i) + 1]);
            }
        }
    }

    private static float[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin((i * 0.7f) + 1))];

    private static float[] Filled(int count)
    {
        float[] values = new float[count];
        Array.Fill(values, Untouched);
        return values;
    }

    /// <summary>For code that needs AVX-512.</summary>
    private sealed class WideTheoryAttribute : TheoryAttribute
    {
        public WideTheoryAttribute() => Skip = Avx512F.IsSupported ? null : "This processor has no AVX-512.";
    }
}
