using LongTake.Alignment.Grpo;
using LongTake.Alignment.InfLvg;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.InfLvg;

public class PlackettLuceTests
{
    [Fact]
    public void The_spec_s_vector_holds()
    {
        double[] scores = [0.5, -1, 2, 0, 1];
        double[] gradient = new double[5];
        Assert.Equal(-1.925136, PlackettLuce.LogProbability(scores, [2, 4, 0]), 1e-6);
        Assert.Equal(-1.925136, PlackettLuce.AddGradient(scores, [2, 4, 0], 1, gradient), 1e-6);
        double[] expected = [0.040334, -0.214131, 0.436979, -0.582067, 0.318885];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], gradient[i], 1e-6);
        }
        Assert.Equal(0, gradient.Sum(), 1e-12);
    }

    [Fact]
    public void At_full_size_digits_are_left()
    {
        int[] order = new int[9360];
        GumbelTopK.Sample(new double[70_200], new CounterRandom(1, 2), order);
        Assert.Equal(-103_795.54, PlackettLuce.LogProbability(new double[70_200], order), 0.01);
        double[] shifted = new double[70_200];
        Array.Fill(shifted, 800);
        Assert.Equal(-103_795.54, PlackettLuce.LogProbability(shifted, order), 0.01);
    }

    [Theory]
    [InlineData(6, 1, 1)]
    [InlineData(6, 3, 1)]
    [InlineData(6, 6, 1)]
    [InlineData(12, 5, 30)]
    public void The_gradient_is_that_of_finite_differences(int count, int draws, double scale)
    {
        const double Step = 1e-6;
        double[] scores = Normal(count, scale);
        int[] order = new int[draws];
        GumbelTopK.Sample(scores, new CounterRandom(3, 4), order);
        double[] gradient = new double[count];
        PlackettLuce.AddGradient(scores, order, -2.5, gradient);
        for (int i = 0; i < count; i++)
        {
            double[] more = [.. scores], less = [.. scores];
            more[i] += Step;
            less[i] -= Step;
            double slope = (PlackettLuce.LogProbability(more, order) - PlackettLuce.LogProbability(less, order)) / (2 * Step);
            Assert.Equal(-2.5 * slope, gradient[i], 1e-6);
        }
        Assert.Equal(0, gradient.Sum(), 1e-9);
    }

    [Fact]
    public void Probabilities_of_all_orders_add_up_to_one()
    {
        double[] scores = Normal(5, 1);
        Assert.Equal(1, Orders(5, 3).Sum(o => Math.Exp(PlackettLuce.LogProbability(scores, o))), 1e-12);
        Assert.Equal(1, Orders(5, 5).Sum(o => Math.Exp(PlackettLuce.LogProbability(scores, o))), 1e-12);
    }

    /// <summary>Chi-square with 19 degrees of freedom exceeds 43.8 once in a thousand times.</summary>
    [Fact]
    public void Samples_come_as_often_as_their_probability_says()
    {
        const int Draws = 40_000;
        double[] scores = [0.5, -1, 2, 0, 1];
        int[][] orders = [.. Orders(5, 2)];
        int[] counts = new int[orders.Length];
        int[] order = new int[2];
        for (int i = 0; i < Draws; i++)
        {
            GumbelTopK.Sample(scores, new CounterRandom(11, (ulong)i), order);
            counts[Array.FindIndex(orders, o => o.AsSpan().SequenceEqual(order))]++;
        }
        double chi = 0;
        for (int i = 0; i < orders.Length; i++)
        {
            double expected = Draws * Math.Exp(PlackettLuce.LogProbability(scores, orders[i]));
            Assert.True(expected > 5);
            chi += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        Assert.Equal(20, orders.Length);
        Assert.InRange(chi, 3, 43.8);
    }

    /// <summary>
    /// 24 of 144 are worth having. The ranking is learned long before samples are good, which is why the best are deployed and not a sample
    /// (spec inflvg, section 13).
    /// </summary>
    [Theory]
    [InlineData(1, 2, 0.83)]
    [InlineData(2, 4, 0.75)]
    public void A_bandit_with_a_known_best_set_is_solved(ulong seed, int epochs, double reward)
    {
        Bandit bandit = new(seed);
        Assert.InRange(bandit.Recall(), 0, 0.5);
        bandit.Train(50, 1, shuffle: false);
        Assert.True(bandit.Recall() > 0.85, $"recall {bandit.Recall()}");
        bandit.Train(200, epochs, shuffle: false);
        Assert.True(bandit.Reward > reward, $"sampled reward {bandit.Reward}");
    }

    /// <summary>The control: with rewards dealt out to the wrong members nothing is gained.</summary>
    [Fact]
    public void Shuffled_rewards_teach_nothing()
    {
        Bandit bandit = new(1);
        bandit.Train(200, 1, shuffle: true);
        Assert.InRange(bandit.Recall(), 0, 0.45);
        Assert.InRange(bandit.Reward, 0, 0.45);
    }

    [Fact]
    public void Orders_that_cannot_be_are_refused()
    {
        double[] scores = new double[3];
        Assert.Contains("draw at least one", Assert.Throws<ArgumentException>(() => PlackettLuce.LogProbability(scores, [])).Message);
        Assert.Contains("Number 1 of 3 was drawn twice", Assert.Throws<ArgumentException>(() => PlackettLuce.LogProbability(scores, [1, 1])).Message);
        Assert.Contains("Number 3 of 3", Assert.Throws<ArgumentException>(() => PlackettLuce.LogProbability(scores, [3])).Message);
        Assert.Contains("not 2", Assert.Throws<ArgumentException>(() => PlackettLuce.AddGradient(scores, [1], 1, new double[2])).Message);
    }

    private static double[] Normal(int count, double scale)
    {
        float[] values = new float[count];
        new CounterRandom(7, 8).FillNormal(values);
        return Array.ConvertAll(values, v => v * scale);
    }

    private static IEnumerable<int[]> Orders(int count, int draws) => draws == 0
        ? [[]]
        : Orders(count, draws - 1).SelectMany(o => Enumerable.Range(0, count).Where(i => !o.Contains(i)).Select(i => (int[])[.. o, i]));

    /// <summary>Free scores in place of a network, trained with the parts that the strategy is made of.</summary>
    private sealed class Bandit(ulong seed)
    {
        private const int Count = 144;
        private const int Draws = 24;
        private const int Members = 8;
        private const double Rate = 0.05;

        private readonly double[] _scores = new double[Count];
        private readonly double[] _first = new double[Count];
        private readonly double[] _second = new double[Count];
        private ulong _group;
        private int _step;

        /// <summary>Mean reward of the last group.</summary>
        public double Reward { get; private set; }

        public double Recall() => Enumerable.Range(0, Count).OrderByDescending(i => _scores[i]).Take(Draws).Count(IsPlanted) / (double)Draws;

        public void Train(int groups, int epochs, bool shuffle)
        {
            for (int g = 0; g < groups; g++)
            {
                int[][] orders = new int[Members][];
                double[] rewards = new double[Members];
                CounterRandom random = new(seed, _group++);
                for (int m = 0; m < Members; m++)
                {
                    orders[m] = new int[Draws];
                    GumbelTopK.Sample(_scores, random, orders[m]);
                    rewards[m] = orders[m].Count(IsPlanted) / (double)Draws;
                }
                Reward = rewards.Average();
                if (shuffle)
                {
                    for (int m = Members - 1; m > 0; m--)
                    {
                        int other = random.NextInt(m + 1);
                        (rewards[m], rewards[other]) = (rewards[other], rewards[m]);
                    }
                }
                double[] advantages = Advantages.Of(rewards, new AdvantageOptions());
                double[] old = [.. orders.Select(o => PlackettLuce.LogProbability(_scores, o) / Draws)];
                for (int e = 0; e < epochs; e++)
                {
                    double[] now = [.. orders.Select(o => PlackettLuce.LogProbability(_scores, o) / Draws)];
                    ClippedObjective objective = ClippedObjective.Of(now, old, advantages, ClipRange.Default);
                    double[] gradient = new double[Count];
                    for (int m = 0; m < Members; m++)
                    {
                        PlackettLuce.AddGradient(_scores, orders[m], objective.Gradient[m] / Draws, gradient);
                    }
                    Adam(gradient);
                }
            }
        }

        // Every sixth, so that order has nothing to do with it.
        private static bool IsPlanted(int i) => i % 6 == 3;

        private void Adam(double[] gradient)
        {
            _step++;
            for (int i = 0; i < Count; i++)
            {
                _first[i] = (0.9 * _first[i]) + (0.1 * gradient[i]);
                _second[i] = (0.999 * _second[i]) + (0.001 * gradient[i] * gradient[i]);
                double mean = _first[i] / (1 - Math.Pow(0.9, _step)), square = _second[i] / (1 - Math.Pow(0.999, _step));
                _scores[i] -= Rate * mean / (Math.Sqrt(square) + 1e-8);
            }
        }
    }
}
