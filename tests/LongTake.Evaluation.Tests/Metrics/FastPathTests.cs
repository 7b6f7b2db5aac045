using System.Runtime.Intrinsics;
using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Repetition;
using LongTake.Evaluation.Metrics.StandIns;
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
        for (int i = 0; i < 1000; i++)
        {
            // Small whole numbers meet axes and the origin.
            float[] x = [.. Enumerable.Range(0, 16).Select(_ => (float)random.Next(-3, 4))], y = [.. Enumerable.Range(0, 16).Select(_ => (float)random.Next(-3, 4))];
            Vector512<int> found = sectors.Of(Vector512.Create(x), Vector512.Create(y));
            Assert.Equal(x.Zip(y).Select(p => sectors.Of(p.First, p.Second)), Enumerable.Range(0, 16).Select(lane => found[lane]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(64 * 64)]
    [InlineData(80 * 80)]
    public void Statistics_of_pixels_are_those_of_each(int pixels)
    {
        Random random = new(5);
        byte[] rgb = new byte[3 * pixels];
        PixelStatistics statistics = new(pixels);
        for (int run = 0; run < 2; run++)
        {
            random.NextBytes(rgb);
            if (run == 0)
            {
                Array.Fill(rgb, (byte)255);
            }
            statistics.Load(rgb);
            (byte R, byte G, byte B)[] all = [.. rgb.Chunk(3).Select(p => (p[0], p[1], p[2]))];
            Assert.Equal(all.Select(p => p.R), statistics.Red.ToArray());
            Assert.Equal(all.Select(p => p.G), statistics.Green.ToArray());
            Assert.Equal(all.Select(p => p.B), statistics.Blue.ToArray());
            Assert.Equal(all.Select(p => Math.Max(p.R, Math.Max(p.G, p.B))), statistics.Largest.ToArray());
            Assert.Equal(all.Select(p => Math.Min(p.R, Math.Min(p.G, p.B))), statistics.Smallest.ToArray());
            Assert.Equal(all.Select(p => 299 * p.R + 587 * p.G + 114 * p.B), statistics.Luma.ToArray());
            Assert.Equal(all.Sum(p => 299L * p.R + 587 * p.G + 114 * p.B), statistics.LumaSum);
            Assert.Equal(statistics.Spread.ToArray().Sum(v => (long)v), statistics.SpreadSum);
            Assert.Equal(statistics.Largest.ToArray().Zip(statistics.Smallest.ToArray(), (a, b) => (byte)(a - b)), statistics.Spread.ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(81)]
    [InlineData(128)]
    [InlineData(300)]
    public void Medians_over_time_are_those_of_each_value(int frames)
    {
        const int Length = 150;
        Random random = new(frames);
        byte[] video = new byte[frames * Length];
        random.NextBytes(video);
        for (int i = 0; i < video.Length; i++)
        {
            // Some values hardly change, some are extreme.
            video[i] = (i % Length) switch { < 50 => (byte)(100 + (video[i] % 3)), < 60 => 255, < 70 => 0, _ => video[i] };
        }
        byte[] median = TemporalMedian.Of(video, frames);
        for (int i = 0; i < Length; i++)
        {
            byte[] sorted = [.. Enumerable.Range(0, frames).Select(t => video[(t * Length) + i]).Order()];
            Assert.Equal(sorted[(frames - 1) / 2], median[i]);
            Assert.Equal(median[i], TemporalMedian.Scalar(video, Length, frames, i));
        }
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(21, 37)]
    public void Features_of_pixels_are_those_of_each(int height, int width)
    {
        Random random = new(9);
        byte[] planes = new byte[3 * height * width];
        random.NextBytes(planes);
        planes.AsSpan(0, 40).Clear();
        int pixels = height * width;
        PixelFeatures features = new(height, width, 9, 12, 4);
        features.Load(planes);
        Sectors directions = new(18), hues = new(12);
        float[] luma = [.. Enumerable.Range(0, pixels).Select(i => 0.299f * planes[i] + 0.587f * planes[pixels + i] + 0.114f * planes[(2 * pixels) + i])];
        for (int i = 0; i < pixels; i++)
        {
            int r = planes[i], g = planes[pixels + i], b = planes[(2 * pixels) + i];
            Assert.Equal(Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b)), features.Chroma[i]);
            Assert.Equal(hues.Of(r - (g + b) / 2f, (float)(Math.Sqrt(3) / 2) * (g - b)), features.Hue[i]);
            Assert.Equal(Math.Min(3, (int)(luma[i] * 4 / 256)), features.Lightness[i]);
            (int y, int x) = (i / width, i % width);
            if (y > 0 && y < height - 1 && x > 0 && x < width - 1)
            {
                float dx = luma[i + 1] - luma[i - 1], dy = luma[i + width] - luma[i - width];
                Assert.Equal(MathF.Sqrt(dx * dx + dy * dy), features.Strength[i]);
                Assert.Equal(directions.Of(dx, dy) % 9, features.Direction[i]);
            }
        }
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
