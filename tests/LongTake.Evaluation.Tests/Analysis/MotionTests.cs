using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Analysis;

public class MotionTests
{
    [Theory]
    [InlineData(8, 1)]
    [InlineData(8, 2)]
    [InlineData(8, 3)]
    [InlineData(16, 1)]
    [InlineData(16, 2)]
    [InlineData(16, 3)]
    public void Every_motion_is_found_in_noisy_positions(int framesPerSecond, int seconds)
    {
        SplitMix64 random = new(21UL);
        MotionFitter fitter = new(framesPerSecond, seconds * framesPerSecond + 1);
        double worstTrue = 0, bestWrong = 100;
        for (int i = 0; i < 680; i++)
        {
            int state = i % MotionFit.StateCount;
            Assert.True(fitter.TryFit(Positions(fitter, state, 0.1, random), out MotionFit fit));
            Assert.Equal(state, fit.Best);
            worstTrue = Math.Max(worstTrue, fit.Residuals[state]);
            for (int other = 0; other < MotionFit.StateCount; other++)
            {
                bestWrong = other == state ? bestWrong : Math.Min(bestWrong, fit.Residuals[other]);
            }
        }
        if (seconds == 2)
        {
            Assert.InRange(worstTrue, 0.1, 0.21);
            Assert.InRange(bestWrong, 1.7, 1.85);
        }
    }

    [Fact]
    public void A_motion_goes_on_where_the_fit_predicts()
    {
        SplitMix64 random = new(22UL);
        MotionFitter fitter = new(16, 33);
        for (int state = 0; state < MotionFit.StateCount; state++)
        {
            (MotionKind kind, int speed) = MotionFit.MotionOf(state);
            double x = 64 * random.NextDouble(), y = 64 * random.NextDouble(), phase = 2 * Math.PI * random.NextDouble();
            FrameReading[] readings = new FrameReading[34];
            for (int i = 0; i < readings.Length; i++)
            {
                (double dx, double dy) = SubjectMotion.Displacement(kind, speed, i / 16.0, phase);
                readings[i] = new FrameReading { IsPresent = true, X = ShapesWorld.Wrap(x + dx), Y = ShapesWorld.Wrap(y + dy) };
            }
            Assert.True(fitter.TryFit(readings.AsSpan(0, 33), out MotionFit fit));
            Assert.Equal(state, fit.Best);
            (double px, double py) = fitter.Predict(state, 33 / 16.0);
            Assert.Equal(0, TorusDistance.Between(px, py, readings[33].X, readings[33].Y), 1e-3);
            Assert.Equal((32, 32), fitter.CountSmooth(state, 1));
        }
    }

    [Fact]
    public void Gaps_are_bridged_up_to_a_quarter_of_the_window()
    {
        MotionFitter fitter = new(16, 33);
        FrameReading[] readings = Positions(fitter, 4, 0, new SplitMix64(23UL));
        for (int i = 10; i < 18; i++)
        {
            readings[i].IsPresent = false;
        }
        Assert.True(fitter.TryFit(readings, out MotionFit fit));
        Assert.Equal(4, fit.Best);
        Assert.Equal(25, fit.Samples);
        readings[20].IsPresent = false;
        Assert.False(fitter.TryFit(readings, out _));
        Assert.Throws<ArgumentException>(() => fitter.TryFit(readings.AsSpan(1), out _));
    }

    [Fact]
    public void State_numbers_are_those_of_scenes()
    {
        for (int state = 0; state < MotionFit.StateCount; state++)
        {
            (MotionKind kind, int speed) = MotionFit.MotionOf(state);
            Assert.Equal(state, new SceneState(0, 0, 0, 0, 0, 0, kind, speed).MotionIndex);
        }
    }

    [Fact]
    public void A_fit_allocates_nothing()
    {
        MotionFitter fitter = new(16, 33);
        FrameReading[] readings = Positions(fitter, 13, 0.1, new SplitMix64(24UL));
        fitter.TryFit(readings, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            fitter.TryFit(readings, out _);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static FrameReading[] Positions(MotionFitter fitter, int state, double noise, SplitMix64 random)
    {
        (MotionKind kind, int speed) = MotionFit.MotionOf(state);
        double x = 64 * random.NextDouble(), y = 64 * random.NextDouble(), phase = 2 * Math.PI * random.NextDouble();
        FrameReading[] readings = new FrameReading[fitter.Frames];
        for (int i = 0; i < readings.Length; i++)
        {
            (double dx, double dy) = SubjectMotion.Displacement(kind, speed, (double)i / fitter.FramesPerSecond, phase);
            double radius = noise * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            (double sin, double cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            readings[i] = new FrameReading
            {
                IsPresent = true,
                X = ShapesWorld.Wrap(x + dx + radius * cos),
                Y = ShapesWorld.Wrap(y + dy + radius * sin),
            };
        }
        return readings;
    }
}
