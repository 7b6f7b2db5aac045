using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Cache;
using LongTake.Generation.Frequencies;
using static LongTake.Generation.Tests.Frequencies.FrequencyFixture;

namespace LongTake.Generation.Tests.Frequencies;

public class FarFrequenciesTests
{
    private const int Trained = 21;

    private static readonly FarFrequencies s_far = new(Trained, 18, CycleRamp.Default);

    /// <summary>Test 4 of flex.md 11: within the window angles are those of the model, bit for bit.</summary>
    [Fact]
    public void Recent_frames_stay_as_they_are()
    {
        StandardFrequencies plain = new();
        for (int end = 3; end < 400; end += 3)
        {
            CachedFrame[] held = Held(end);
            foreach (CachedFrame frame in held)
            {
                if (end - 3 - frame.Index <= 18 || end - 3 <= Trained)
                {
                    Assert.Equal(Angles(plain, held, frame.Index, Wan), Angles(s_far, held, frame.Index, Wan));
                }
                else
                {
                    Assert.NotEqual(Angles(plain, held, frame.Index, Wan), Angles(s_far, held, frame.Index, Wan));
                }
            }
        }
    }

    /// <summary>Test 5 of flex.md 11: untrained pairs see no angle that training did not have, from the chunk's first frame on.</summary>
    [Fact]
    public void Untrained_pairs_stay_within_trained_angles()
    {
        Gen<(int Chunks, int Window, int Sink, int Pairs)> gen =
            from chunks in Gen.Choose(1, 100000)
            from window in Gen.Choose(6, 22)
            from sink in Gen.Choose(2, 3)
            from pairs in Gen.Choose(2, 30)
            select (chunks, window, sink, pairs);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            long end = 3L * c.Chunks;
            CachedFrame[] held = [.. Held(Math.Min(end, 60), c.Window, c.Sink)];
            if (end > 60)
            {
                // As far on as you like: the sink, and the newest frames.
                held = [.. held.Select(f => f.Index < c.Sink ? f : new CachedFrame(f.Index + end - 60))];
            }
            double[] standard = LongTake.Models.Wan.RotaryFrequencies.Series(c.Pairs, 10000);
            FarFrequencies far = new(Trained, Math.Min(20, c.Window - c.Sink), CycleRamp.Default);
            double[] first = Angles(far, held, end - 3, standard);
            foreach (CachedFrame frame in held)
            {
                double[] key = Angles(far, held, frame.Index, standard);
                double distance = end - 3 - frame.Index;
                for (int i = 0; i < standard.Length; i++)
                {
                    double seen = first[i] - key[i];
                    double gamma = far.Ramp.Gamma(standard[i], Trained);
                    double rounding = 1e-9 * Math.Max(1, end * standard[i]);
                    if ((gamma == 0 && seen > (standard[i] * Trained) + rounding) || (gamma == 1 && Math.Abs(seen - (standard[i] * distance)) > rounding))
                    {
                        return false;
                    }
                }
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Test 2 of flex.md 11: what counts is how far frames are from each other, not where in the video they are.</summary>
    [Fact]
    public void A_constant_added_to_all_frames_changes_nothing()
    {
        CachedFrame[] held = Held(60);
        CachedFrame[] later = [.. held.Select(f => new CachedFrame(f.Index + 1000))];
        double[] first = Angles(s_far, held, 57, Wan);
        double[] laterFirst = Angles(s_far, later, 1057, Wan);
        foreach (CachedFrame frame in held)
        {
            double[] key = Angles(s_far, held, frame.Index, Wan);
            double[] laterKey = Angles(s_far, later, frame.Index + 1000, Wan);
            for (int i = 0; i < Wan.Length; i++)
            {
                Assert.Equal(first[i] - key[i], laterFirst[i] - laterKey[i], 1e-10);
            }
        }
    }

    [Fact]
    public void Distances_are_squashed_in_order_up_to_the_trained_length()
    {
        Assert.Equal(18, s_far.Squash(18, 100));
        Assert.Equal(21, s_far.Squash(100, 100));
        Assert.Equal(18 + (3.0 * 41 / 82), s_far.Squash(59, 100));
        Assert.Equal(-2, s_far.Squash(-2, 100));
        Assert.Equal(20, s_far.Squash(20, 21));
        double before = 0;
        for (int d = 1; d <= 500; d++)
        {
            double squashed = s_far.Squash(d, 500);
            Assert.True(squashed > before && squashed <= 21);
            before = squashed;
        }
        foreach (int local in (int[])[0, 21, 30])
        {
            Assert.Contains("at least 1 and below that", Assert.Throws<ArgumentException>(() => new FarFrequencies(21, local, CycleRamp.Default)).Message);
        }
    }
}
