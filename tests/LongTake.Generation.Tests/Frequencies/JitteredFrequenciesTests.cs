using LongTake.Generation.Cache;
using LongTake.Generation.Frequencies;
using LongTake.Models.Wan;
using LongTake.Tensors.Files;
using static LongTake.Generation.Tests.Frequencies.FrequencyFixture;

namespace LongTake.Generation.Tests.Frequencies;

public class JitteredFrequenciesTests
{
    [Fact]
    public void Every_head_has_a_base_of_its_own_drawn_from_the_seed()
    {
        JitteredFrequencies jitter = new(0.8, 5);
        Assert.Equal(12, jitter.TableCount(12));
        double[] factors = [.. Enumerable.Range(0, 12).Select(jitter.BaseFactor)];
        Assert.All(factors, f => Assert.InRange(f, 0.2, 1.8));
        Assert.Equal(12, factors.Distinct().Count());
        double[] frequencies = new double[22];
        foreach (int head in (int[])[0, 7, 11])
        {
            jitter.Frequencies(head, Wan, frequencies);
            double[] expected = RotaryFrequencies.Series(22, 10000 * factors[head]);
            for (int i = 0; i < 22; i++)
            {
                Assert.Equal(expected[i], frequencies[i], 1e-14);
            }
        }

        // Whatever is asked for first, and however many heads there are.
        Assert.Equal(factors[3], new JitteredFrequencies(0.8, 5).BaseFactor(3));
        JitteredFrequencies more = new(0.8, 5);
        more.TableCount(40);
        Assert.Equal(factors, Enumerable.Range(0, 12).Select(more.BaseFactor));
        Assert.NotEqual(factors[0], new JitteredFrequencies(0.8, 6).BaseFactor(0));
    }

    [Fact]
    public void Draws_are_uniform()
    {
        JitteredFrequencies jitter = new(0.5, 2);
        jitter.TableCount(20000);
        double[] e = [.. Enumerable.Range(0, 20000).Select(h => (jitter.BaseFactor(h) - 1) / 0.5)];
        Assert.Equal(0, e.Average(), 0.02);
        Assert.Equal(1.0 / 3, e.Average(x => x * x), 0.01);
        Assert.InRange(e.Max(), 0.99, 1);
        Assert.InRange(e.Min(), -1, -0.99);
    }

    [Fact]
    public void Without_spread_heads_are_as_in_the_model()
    {
        JitteredFrequencies none = new(0, 5);
        Assert.Equal(Angles(new StandardFrequencies(), Held(300), 7, Wan), Angles(none, Held(300), 7, Wan, table: 3));
        foreach (double spread in (double[])[1, -0.1, double.NaN])
        {
            Assert.Contains("below 1", Assert.Throws<ArgumentException>(() => new JitteredFrequencies(spread, 0)).Message);
        }
    }

    /// <summary>Composition rule 2 of kv-cache-strategies.md 4.4: modulation works on the frequencies of each head.</summary>
    [Fact]
    public void Modulation_works_on_a_heads_own_frequencies()
    {
        ByPartsFrequencies modulation = new(FrequencyScale.Dynamic(21), CycleRamp.Default);
        JitteredFrequencies both = new(0.8, 5, modulation);
        CachedFrame[] held = Held(126);
        double[] own = new double[22];
        both.Frequencies(4, Wan, own);
        Assert.Equal(Angles(modulation, held, 123, own), Angles(both, held, 123, Wan, table: 4));
        Assert.NotEqual(Angles(modulation, held, 123, Wan), Angles(both, held, 123, Wan, table: 4));

        // At the trained length it is jitter alone, bit for bit.
        Assert.Equal(Angles(new JitteredFrequencies(0.8, 5), Held(21), 20, Small, table: 1), Angles(both, Held(21), 20, Small, table: 1));
        FarFrequencies far = new(21, 18, CycleRamp.Default);
        Assert.Equal(Angles(far, held, 0, own), Angles(new JitteredFrequencies(0.8, 5, far), held, 0, Wan, table: 4));
    }

    [Fact]
    public void The_state_is_that_of_what_is_inside()
    {
        JitteredFrequencies fixedScale = new(0.8, 5, new NtkFrequencies(FrequencyScale.Fixed(21, 60)));
        byte[] state = fixedScale.SaveState();
        Assert.Equal(8, state.Length);
        Assert.Throws<CheckpointException>(() => new JitteredFrequencies(0.8, 5, new NtkFrequencies(FrequencyScale.Fixed(21, 90))).RestoreState(state));
        JitteredFrequencies plain = new(0.8, 5);
        Assert.Empty(plain.SaveState());
        plain.RestoreState([]);
    }
}
