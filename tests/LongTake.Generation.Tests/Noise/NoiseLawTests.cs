using LongTake.Generation.Noise;
using static LongTake.Generation.Tests.Noise.NoiseStatistics;

namespace LongTake.Generation.Tests.Noise;

/// <summary>The laws of flex.md 4, measured on a million numbers.</summary>
public class NoiseLawTests
{
    public static TheoryData<NoiseLaw, double?, NoiseScope, double[], double[]> Correlations => new()
    {
        { NoiseLaw.Iid, null, NoiseScope.Stream, [0, 0], [0, 0] },
        { NoiseLaw.Ar1, 0.5, NoiseScope.Stream, [0.5, 0.25], [0.5, 0.25] },
        { NoiseLaw.Ar1, -0.9, NoiseScope.Chunk, [-0.9, 0.81], [0, 0] },
        { NoiseLaw.DualAr, null, NoiseScope.Stream, [0, 0.81], [0, 0.81] },
        { NoiseLaw.Mirrored, null, NoiseScope.Chunk, [-0.7, 0.7], [0, 0] },
        { NoiseLaw.Mirrored, 0.3, NoiseScope.Chunk, [-0.3, 0.3], [0, 0] },
    };

    /// <summary>Test 7 of flex.md 11, across the borders of chunks as within them.</summary>
    [Fact]
    public void Antiphase_noise_has_the_moments_of_the_specification()
    {
        float[][] frames = Stream(new CorrelatedNoiseOptions());
        Assert.Equal(0, frames.Average(f => f.Average()), 0.005);
        Assert.Equal(1, Lag(frames, 0), 0.01);
        Assert.Equal(-0.7, Lag(frames, 1), 0.01);
        Assert.Equal(0.49, Lag(frames, 2), 0.01);
        Assert.Equal(-0.343, Lag(frames, 3), 0.01);
        Assert.Equal(-0.7, Lag(frames, 1, t => t % 3 == 2), 0.01);
        Assert.Equal(0.49, Lag(frames, 2, t => t % 3 == 1), 0.01);

        // Neighbours in a frame, along a row and from channel to channel.
        foreach (int step in (int[])[1, 16, 256])
        {
            Assert.Equal(0, frames.Average(f => Product(f.AsSpan(step), f.AsSpan(0, f.Length - step))), 0.01);
        }

        // 4.1: what neighbours differ by, the mean of a chunk, and the three directions of a chunk, slow to fast.
        Assert.Equal(3.4, Enumerable.Range(1, frames.Length - 1).Average(t => Square(i => frames[t][i] - frames[t - 1][i])), 0.03);
        Assert.Equal(0.1311, Along(1f / 3, 1f / 3, 1f / 3), 0.002);
        Assert.Equal(0.225, Unit(1, 1.807f, 1), 0.003);
        Assert.Equal(0.510, Unit(1, 0, -1), 0.006);
        Assert.Equal(2.265, Unit(1, -1.107f, 1), 0.025);

        double Unit(float a, float b, float c)
        {
            float norm = MathF.Sqrt((a * a) + (b * b) + (c * c));
            return Along(a / norm, b / norm, c / norm);
        }

        double Along(float a, float b, float c) => Enumerable.Range(0, frames.Length / 3)
            .Average(t => Square(i => (a * frames[3 * t][i]) + (b * frames[(3 * t) + 1][i]) + (c * frames[(3 * t) + 2][i])));

        double Square(Func<int, float> value) => Enumerable.Range(0, frames[0].Length).Average(i => (double)value(i) * value(i));
    }

    /// <summary>Lags 1 and 2 within a chunk, and across its border. The laws of flex.md 4.4.</summary>
    [Theory]
    [MemberData(nameof(Correlations))]
    public void Every_law_has_its_correlations_and_unit_variance(NoiseLaw law, double? rho, NoiseScope scope, double[] within, double[] across)
    {
        float[][] frames = Stream(new CorrelatedNoiseOptions { Law = law, Rho = rho, Scope = scope });
        for (int t = 0; t < 3; t++)
        {
            Assert.Equal(1, Lag(frames, 0, x => x % 3 == t), 0.02);
        }
        Assert.Equal(within[0], Lag(frames, 1, t => t % 3 != 2), 0.02);
        Assert.Equal(within[1], Lag(frames, 2, t => t % 3 == 0), 0.02);
        Assert.Equal(across[0], Lag(frames, 1, t => t % 3 == 2), 0.02);
        Assert.Equal(across[1], Lag(frames, 2, t => t % 3 != 0), 0.02);
    }

    [Fact]
    public void Alternating_noise_turns_into_odd_frames_and_stays_into_even_ones()
    {
        float[][] frames = Stream(new CorrelatedNoiseOptions { Law = NoiseLaw.AlternatingAr });
        Assert.Equal(1, Lag(frames, 0), 0.02);
        Assert.Equal(-0.9, Lag(frames, 1, t => t % 2 == 0), 0.02);
        Assert.Equal(0.9, Lag(frames, 1, t => t % 2 == 1), 0.02);
    }

    [Fact]
    public void Decaying_correlation_ends_with_the_video()
    {
        CorrelatedNoise noise = new(3, new CorrelatedNoiseOptions { Scope = NoiseScope.Decay }, 999);
        Assert.Equal(-0.7, noise.RhoAt(0));
        Assert.Equal(-0.7 * (1 - (333 / 999.0)), noise.RhoAt(333), 1e-12);
        Assert.Equal(0, noise.RhoAt(2000));
        float[][] frames = Stream(new CorrelatedNoiseOptions { Scope = NoiseScope.Decay });
        Assert.Equal(1, Lag(frames, 0), 0.01);
        Assert.Equal(-0.7 * 5 / 6, Lag(frames, 1, t => t < 333), 0.015);
        Assert.Equal(-0.7 / 6, Lag(frames, 1, t => t >= 666), 0.015);
    }
}
