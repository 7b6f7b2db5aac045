using LongTake.Tensors.Random;

namespace LongTake.Tensors.Tests.Random;

public class CounterRandomTests
{
    // Known answers of the authors' Random123 distribution (philox4x32, 10 rounds).
    [Theory]
    [InlineData(0UL, 0UL, 0UL, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x299f31d0a4093822UL, 0x0370734413198a2eUL, 0x85a308d3243f6a88UL, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Blocks_are_the_published_known_answers(ulong seed, ulong stream, ulong position, uint a, uint b, uint c, uint d)
    {
        CounterRandom random = new(seed, stream) { Position = position };
        Assert.Equal([a, b, c, d], new[] { random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32() });
    }

    [Fact]
    public void Any_position_gives_the_same_numbers_as_drawing_up_to_it()
    {
        CounterRandom whole = new(7, 3);
        uint[] all = [.. Enumerable.Range(0, 400).Select(_ => whole.NextUInt32())];
        foreach (int block in new[] { 0, 1, 17, 99 })
        {
            CounterRandom part = new(7, 3) { Position = (ulong)block };
            Assert.Equal(all[(4 * block)..(4 * block + 4)], new[] { part.NextUInt32(), part.NextUInt32(), part.NextUInt32(), part.NextUInt32() });
            Assert.Equal((ulong)block + 1, part.Position);
        }
    }

    [Fact]
    public void Streams_and_seeds_do_not_repeat_each_other()
    {
        HashSet<uint> seen = [];
        for (ulong stream = 0; stream < 20; stream++)
        {
            for (ulong seed = 0; seed < 20; seed++)
            {
                CounterRandom random = new(seed, stream);
                for (int i = 0; i < 4; i++)
                {
                    seen.Add(random.NextUInt32());
                }
            }
        }
        // Of 1,600 numbers of 32 bits no two should meet (probability 3e-4; the numbers are fixed).
        Assert.Equal(1600, seen.Count);
    }

    [Fact]
    public void Normal_deviates_have_the_moments_of_the_normal_distribution()
    {
        float[] values = new float[100_001];
        new CounterRandom(1, 2).FillNormal(values);
        double mean = values.Average(v => (double)v);
        double variance = values.Average(v => (v - mean) * (v - mean));
        double kurtosis = values.Average(v => Math.Pow(v - mean, 4)) / (variance * variance);
        Assert.InRange(mean, -0.01, 0.01);
        Assert.InRange(variance, 0.98, 1.02);
        Assert.InRange(kurtosis, 2.9, 3.1);
        Assert.DoesNotContain(values, float.IsNaN);
    }

    [Fact]
    public void Integers_stay_in_range_and_reach_every_value()
    {
        CounterRandom random = new(5, 0);
        int[] hits = new int[7];
        for (int i = 0; i < 7000; i++)
        {
            hits[random.NextInt(7)]++;
        }
        Assert.All(hits, h => Assert.InRange(h, 850, 1150));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }
}
