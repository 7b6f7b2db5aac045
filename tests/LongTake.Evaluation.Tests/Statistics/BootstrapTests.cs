using LongTake.Evaluation.Statistics;

namespace LongTake.Evaluation.Tests.Statistics;

public class BootstrapTests
{
    /// <summary>Kinds of per-item values that evaluations meet, with their true mean.</summary>
    public static TheoryData<string, int> Cases => new()
    {
        { "normal", 10 },
        { "normal", 24 },
        { "bounded", 16 },
        { "bounded", 64 },
        { "saturated", 32 },
        { "saturated", 128 },
        { "seeds averaged", 16 },
        { "difference of skewed scores", 24 },
        { "difference of skewed scores", 100 },
        { "counts", 64 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Intervals_cover_the_truth_93_to_97_percent_of_the_time(string kind, int items)
    {
        const int Experiments = 2000;
        int covered = 0;
        System.Random random = new(items);
        double truth = Truth(kind);
        for (int i = 0; i < Experiments; i++)
        {
            double[] values = [.. Enumerable.Range(0, items).Select(_ => Draw(kind, random))];
            Interval interval = Bootstrap.Mean(values, new BootstrapOptions { Seed = (ulong)i });
            covered += interval.Low <= truth && truth <= interval.High ? 1 : 0;
        }
        Assert.InRange((double)covered / Experiments, 0.93, 0.97);
    }

    [Fact]
    public void Few_items_get_students_interval_and_one_none()
    {
        Interval three = Bootstrap.Mean([1, 2, 3]);
        Assert.Equal(2, three.Mean);
        Assert.Equal(2 - (4.302653 / Math.Sqrt(3)), three.Low, 1e-6);
        Assert.Equal(2 + (4.302653 / Math.Sqrt(3)), three.High, 1e-6);
        Interval one = Bootstrap.Mean([7]);
        Assert.Equal(7, one.Mean);
        Assert.True(double.IsNaN(one.Low) && double.IsNaN(one.High) && !one.ExcludesZero);
    }

    [Fact]
    public void Equal_values_leave_no_doubt_and_bad_ones_are_refused()
    {
        Assert.Equal(new Interval(.7, .7, .7, 20), Bootstrap.Mean([.. Enumerable.Repeat(.7, 20)]));
        Assert.Equal(new Interval(0, 0, 0, 20), Bootstrap.Difference(new double[20], new double[20]));
        Assert.Throws<ArgumentException>(() => Bootstrap.Mean([]));
        Assert.Throws<ArgumentException>(() => Bootstrap.Mean([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => Bootstrap.Difference([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => Bootstrap.Mean([1], new BootstrapOptions { Resamples = 10 }));
        Assert.Throws<ArgumentException>(() => SignFlipTest.PValue([1], [0], new BootstrapOptions { Flips = 1 }));
    }

    [Fact]
    public void Nearly_saturated_scores_have_finite_intervals()
    {
        // Three failures of 128: Clopper and Pearson have .933 to .995.
        double[] values = [.. Enumerable.Repeat(1.0, 125), 0, 0, 0];
        Interval interval = Bootstrap.Mean(values);
        Assert.InRange(interval.Low, .90, .96);
        Assert.InRange(interval.High, .98, 1.0);
    }

    [Theory]
    [InlineData(1, 12.7062)]
    [InlineData(6, 2.4469)]
    [InlineData(7, 2.3646)]
    [InlineData(30, 2.0423)]
    [InlineData(1000, 1.9623)]
    public void Quantiles_are_those_of_the_tables(int freedom, double quantile)
    {
        Assert.Equal(quantile, StudentQuantile.Upper(freedom), .001);
        Assert.Equal(.025, StudentQuantile.NormalTail(1.959963985), 1e-7);
    }

    [Fact]
    public void Pairing_takes_out_what_items_have_in_common()
    {
        System.Random random = new(5);
        double[] baseline = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())];
        double[] method = [.. baseline.Select(b => b + .02 + (.01 * Normal(random)))];
        Interval paired = Bootstrap.Difference(method, baseline);
        Assert.True(paired.ExcludesZero);
        Assert.InRange(paired.High - paired.Low, .003, .012);
        Assert.True(Bootstrap.Mean(method).High - Bootstrap.Mean(method).Low > .1);
        Assert.True(SignFlipTest.PValue(method, baseline) < .001);
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        double[] values = [.. Enumerable.Range(0, 30).Select(i => Math.Sin(i * 7.1))];
        Assert.Equal(Bootstrap.Mean(values), Bootstrap.Mean(values));
        Assert.NotEqual(Bootstrap.Mean(values), Bootstrap.Mean(values, new BootstrapOptions { Seed = 1 }));
        Assert.Equal(SignFlipTest.PValue(values, new double[30]), SignFlipTest.PValue(values, new double[30]));
    }

    [Fact]
    public void Sign_flips_are_tried_all_or_sampled_to_the_same_end()
    {
        // All of one sign: only this pattern and its opposite reach the sum.
        Assert.Equal(2.0 / 32, SignFlipTest.PValue([1, 2, 3, 4, 5], new double[5]), 1e-12);
        Assert.Equal(1, SignFlipTest.PValue(new double[5], new double[5]));
        Assert.Equal(1, SignFlipTest.PValue([1, -1], new double[2]));
        double[] many = [.. Enumerable.Range(0, 20).Select(i => 1.0 + (i % 3))];
        Assert.Equal(1.0 / 10_001, SignFlipTest.PValue(many, new double[20]), 1e-12);
    }

    [Fact]
    public void Without_a_difference_small_p_values_are_as_rare_as_they_say()
    {
        System.Random random = new(11);
        int small = 0;
        for (int i = 0; i < 1000; i++)
        {
            double[] differences = [.. Enumerable.Range(0, 24).Select(_ => Normal(random) * (1 + random.NextDouble()))];
            small += SignFlipTest.PValue(differences, new double[24], new BootstrapOptions { Flips = 1000, Seed = (ulong)i }) <= .05 ? 1 : 0;
        }
        Assert.InRange(small, 30, 70);
    }

    private static double Truth(string kind) => kind switch
    {
        "normal" => 0,
        "bounded" => 1 - (1.0 / 3),
        "saturated" => .6 + (.4 * .5),
        "seeds averaged" => .5,
        "difference of skewed scores" => (1 / 3.0) - (1 / 4.0),
        _ => .8,
    };

    private static double Draw(string kind, System.Random random)
    {
        switch (kind)
        {
            case "normal":
                return Normal(random);
            case "bounded":
                return 1 - Math.Pow(random.NextDouble(), 2);
            case "saturated":
                return random.NextDouble() < .6 ? 1 : random.NextDouble();
            case "seeds averaged":
                double item = random.NextDouble();
                return Enumerable.Range(0, 3).Average(_ => item + (.2 * (random.NextDouble() - .5)));
            case "difference of skewed scores":
                return Math.Pow(random.NextDouble(), 2) - Math.Pow(random.NextDouble(), 3);
            default:
                double limit = Math.Exp(-.8), product = random.NextDouble();
                int count = 0;
                while (product > limit)
                {
                    product *= random.NextDouble();
                    count++;
                }
                return count;
        }
    }

    private static double Normal(System.Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
