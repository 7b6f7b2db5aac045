using LongTake.Generation.Methods.UltraViCo;
using LongTake.Generation.Tests.Windows;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods.UltraViCo;

public class ConcentratedAttentionTests
{
    private static readonly TokenGrid s_grid = new(17, 3, 3);

    [Fact]
    public void Factors_follow_the_distance()
    {
        DistanceDecay plain = new(21, 0.9);
        Assert.Equal(1, plain.FactorAt(0, 1560));

        // Ten and a half latents to either side, counted in tokens.
        Assert.Equal(1, plain.FactorAt(1560 * 21 / 2, 1560));
        Assert.Equal(0.9, plain.FactorAt((1560 * 21 / 2) + 1, 1560));
        Assert.Equal(0.9, plain.FactorAt(-(1560 * 21 / 2) - 1, 1560));

        DistanceDecay repeating = new(33, 0.9, 0.6, 50, 4);
        Assert.Equal(1, repeating.FactorAt(16, 1));
        Assert.Equal(0.9, repeating.FactorAt(45, 1));
        Assert.Equal(0.6, repeating.FactorAt(46, 1));
        Assert.Equal(0.6, repeating.FactorAt(-54, 1));
        Assert.Equal(0.9, repeating.FactorAt(55, 1));
        Assert.Equal(0.6, repeating.FactorAt(104, 1));
        Assert.Equal(0.9, repeating.FactorAt(75, 1));
    }

    /// <summary>Acceptance test 5 of rope-extension-bidirectional.md 10.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(6)]
    public void The_kernel_is_a_dense_computation_with_scaled_scores(int? firstSees)
    {
        using AttentionFixture fixture = new(s_grid, batch: 2);
        foreach (DistanceDecay decay in new DistanceDecay[] { new(6, 0.9), new(5, 0.5, 0.2, 7, 1) })
        {
            using ConcentratedAttention attention = new(fixture.Rotary, s_grid, decay, firstSees);
            AttentionFixture.Close(Dense(fixture, decay, firstSees), fixture.Attend(attention), 2e-6f);
        }
    }

    [Fact]
    public void A_factor_of_one_is_plain_attention_bit_for_bit()
    {
        using AttentionFixture fixture = new(s_grid, batch: 2);
        using ConcentratedAttention attention = new(fixture.Rotary, s_grid, new DistanceDecay(6, 1));
        Assert.Equal(fixture.Full(), fixture.Attend(attention));
        using ConcentratedAttention wide = new(fixture.Rotary, s_grid, new DistanceDecay(34, 0.5), firstSees: 17);
        Assert.Equal(fixture.Full(), fixture.Attend(wide));
        using ConcentratedAttention masked = new(fixture.Rotary, s_grid, new DistanceDecay(6, 1), firstSees: 6);
        AttentionFixture.Close(fixture.Full(fixture.FrameMask((i, j) => i > 0 || j < 6)), fixture.Attend(masked), 1e-6f);
    }

    [Fact]
    public void Results_do_not_depend_on_threads()
    {
        float[] Run(int threads)
        {
            using AttentionFixture fixture = new(s_grid, batch: 2, threads);
            using ConcentratedAttention attention = new(fixture.Rotary, s_grid, new DistanceDecay(6, 0.9), 6);
            return fixture.Attend(attention);
        }
        Assert.Equal(Run(1), Run(3));
    }

    private static float[] Dense(AttentionFixture fixture, DistanceDecay decay, int? firstSees)
    {
        using TensorScope scope = TensorScope.Open();
        double[] positions = [.. Enumerable.Range(0, s_grid.Frames).Select(i => (double)i)];
        RotaryTables tables = fixture.Rotary.Tables(positions, s_grid.Height, s_grid.Width);
        Tensor q = fixture.Compute.Rope(fixture.Q, tables.Cos, tables.Sin);
        Tensor k = fixture.Compute.Rope(fixture.K, tables.Cos, tables.Sin);
        int n = s_grid.Count;
        int heads = AttentionFixture.Heads, width = AttentionFixture.Width;
        float[] result = new float[q.Count];
        for (int b = 0; b < q.Shape[0]; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                for (int i = 0; i < n; i++)
                {
                    double[] weights = new double[n];
                    for (int j = 0; j < n; j++)
                    {
                        double score = 0;
                        for (int d = 0; d < width; d++)
                        {
                            score += (double)q.Span[At(b, i, h) + d] * k.Span[At(b, j, h) + d] / Math.Sqrt(width);
                        }
                        bool masked = firstSees is int f && i < s_grid.TokensPerFrame && j >= f * s_grid.TokensPerFrame;
                        weights[j] = masked ? 0 : Math.Exp(score > 0 ? score * decay.FactorAt(i - j, s_grid.TokensPerFrame) : score);
                    }
                    double sum = weights.Sum();
                    for (int d = 0; d < width; d++)
                    {
                        double y = 0;
                        for (int j = 0; j < n; j++)
                        {
                            y += weights[j] / sum * fixture.V.Span[At(b, j, h) + d];
                        }
                        result[At(b, i, h) + d] = (float)y;
                    }
                }
            }
        }
        return result;

        int At(int b, int token, int head) => ((((b * n) + token) * heads) + head) * width;
    }
}
