using System.Runtime.Intrinsics;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Metrics.StandIns;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Tests.Analysis;
using LongTake.Tensors.Threading;

namespace LongTake.Evaluation.Tests.Metrics;

/// <summary>What is computed several at a time, without an angle or on several threads, against the plain way.</summary>
public class FastPathTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Measuring_on_several_threads_gives_the_same_figures(int threads)
    {
        MetricSet set = new(StandardMetrics.WithoutNetworks());
        VideoDescription video = PlantedDamages.Describe(PlantedDamages.One);
        byte[] frames = PlantedDamages.Plant(PlantedDamages.One, "flicker", 2);
        using WorkerPool workers = new(threads);
        VideoMeasurement alone = set.Measure(video, frames), together = set.Measure(video, frames, workers);
        Assert.Equal(alone.Figures, together.Figures);
        Assert.Equal(alone.Results.Keys, together.Results.Keys);
        Assert.Equal(alone.Missing, together.Missing);
    }

    [Fact]
    public void Threads_refuse_wrong_frames_and_missing_ones_like_one()
    {
        MetricSet set = new(StandardMetrics.WithoutNetworks());
        VideoDescription video = PlantedDamages.Describe(PlantedDamages.One);
        using WorkerPool workers = new(2);
        using MetricSetRun run = set.Start(video, workers);
        Assert.Throws<ArgumentException>(() => run.Add(new byte[5]));
        run.Add(new byte[video.FrameBytes]);
        Assert.Contains("1 were given", Assert.Throws<InvalidOperationException>(run.Finish).Message, StringComparison.Ordinal);
        using MetricSetRun full = set.Start(video, workers);
        for (int i = 0; i < video.FrameCount; i++)
        {
            full.Add(new byte[video.FrameBytes]);
        }
        Assert.Contains("one more", Assert.Throws<InvalidOperationException>(() => full.Add(new byte[video.FrameBytes])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_say_that_it_can_run_beside_others_sees_each_frame_at_once_on_the_caller_s_thread()
    {
        VideoDescription video = PlantedDamages.Describe(PlantedDamages.One);
        Calls calls = new();
        using WorkerPool workers = new(3);
        using MetricSetRun run = new MetricSet([.. StandardMetrics.WithoutNetworks(), calls]).Start(video, workers);
        for (int i = 0; i < video.FrameCount; i++)
        {
            run.Add(new byte[video.FrameBytes]);
            Assert.Equal(i + 1, calls.Threads.Count);
        }
        run.Finish();
        Assert.All(calls.Threads, t => Assert.Equal(Environment.CurrentManagedThreadId, t));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(24)]
    [InlineData(37)]
    public void Lagged_distances_are_those_of_all_pairs(int count)
    {
        Random random = new(count);
        short[] frames = [.. Enumerable.Range(0, count * SmallFrame.Length).Select(_ => (short)random.Next(1021))];
        double[] sums = new double[Math.Max(1, count / 2 + 1)];
        const int shortest = 3;
        LaggedDistances distances = new(frames);
        distances.Add(shortest, sums);
        for (int lag = 0; lag < sums.Length; lag++)
        {
            double expected = 0;
            for (int i = 0; lag >= shortest && i + lag < count; i++)
            {
                double squares = 0;
                for (int k = 0; k < SmallFrame.Length; k++)
                {
                    double difference = (frames[i * SmallFrame.Length + k] - frames[(i + lag) * SmallFrame.Length + k]) / 1020.0;
                    squares += difference * difference;
                }
                expected += Math.Sqrt(squares / SmallFrame.Length);
                Assert.Equal(Math.Sqrt(squares / SmallFrame.Length), distances.Between(i, i + lag), 1e-9);
            }
            Assert.Equal(expected, sums[lag], 1e-9 * (1 + expected));
        }
    }

    [Fact]
    public void The_largest_distance_does_not_overflow()
    {
        short[] frames = new short[12 * SmallFrame.Length];
        frames.AsSpan(6 * SmallFrame.Length).Fill(1020);
        double[] sums = new double[7];
        LaggedDistances distances = new(frames);
        distances.Add(6, sums);
        Assert.Equal(6, sums[6], 1e-9);
        Assert.Equal(1, distances.Between(0, 11), 1e-9);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(18)]
    public void Sectors_are_those_of_the_angle(int count)
    {
        Sectors sectors = new(count);
        Random random = new(3);
        for (int i = 0; i < 20000; i++)
        {
            double angle = 2 * Math.PI * random.NextDouble(), length = Math.Exp(6 * random.NextDouble() - 3);
            double place = angle / (2 * Math.PI) * count;
            if (Math.Abs(place - Math.Round(place)) > 1e-4)
            {
                Assert.Equal((int)place, sectors.Of((float)(length * Math.Cos(angle)), (float)(length * Math.Sin(angle))));
            }
        }
        Assert.Equal([0, 0, count / 2, 0], [sectors.Of(1, 0), sectors.Of(0, 0), sectors.Of(-1, 0), sectors.Of(2, 1e-6f)]);
    }

    [Fact]
    public void Four_points_at_a_time_are_inside_where_each_is()
    {
        Check<CircleTest>();
        Check<SquareTest>();
        Check<TriangleTest>();
        Check<DiamondTest>();
        Check<CrossTest>();
        Check<StarTest>();

        static void Check<T>()
            where T : struct, IShapeTest
        {
            Random random = new(7);
            for (int i = 0; i < 50000; i++)
            {
                double r = i % 2 == 0 ? 7 : 11, y = Place(random, i);
                Vector256<double> x = Vector256.Create(Place(random, i), Place(random, i), Place(random, i), Place(random, i));
                uint inside = T.Contains(x, y, r).ExtractMostSignificantBits();
                for (int lane = 0; lane < 4; lane++)
                {
                    Assert.Equal(T.Contains(x[lane], y, r), (inside >> lane & 1) != 0);
                }
            }
        }

        // Every fourth on the grid of sample points around a whole pixel, where shapes have their edges.
        static double Place(Random random, int i) => i % 4 == 0 ? (random.Next(112) - 55.5) / 4 : 28 * random.NextDouble() - 14;
    }

    /// <summary>Notes on which thread it is called.</summary>
    private sealed class Calls : IVideoMetric, IMetricRun
    {
        public List<int> Threads { get; } = [];

        public string Name => "calls";

        public IReadOnlyList<MetricColumn> Columns { get; } = [new("calls", BetterWhen.Neither, "Calls.")];

        public string? WhyNot(VideoDescription video) => null;

        public IMetricRun Start(VideoDescription video) => this;

        public void Add(ReadOnlySpan<byte> frame) => Threads.Add(Environment.CurrentManagedThreadId);

        public MetricResult Finish()
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            return MetricResult.Of(new Dictionary<string, double> { ["calls"] = Threads.Count });
        }

        public void Dispose()
        {
        }
    }
}
