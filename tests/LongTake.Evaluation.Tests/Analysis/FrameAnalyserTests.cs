using System.Runtime.InteropServices;
using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Analysis;

public class FrameAnalyserTests
{
    private readonly FrameAnalyser _analyser = new();
    private readonly byte[] _frame = new byte[SceneRenderer.FrameBytes(1)];

    [Fact]
    public void Every_appearance_is_read_without_an_error()
    {
        SplitMix64 random = new(7UL);
        double worstOverlap = 1, worstCentre = 0, worstPsnr = 100, shapeMargin = 1, textureMargin = 2, paletteMargin = 1;
        for (int index = 0; index < ShapesWorld.StateCount; index += 17)
        {
            SceneState state = SceneState.FromIndex(index);
            double x = 64 * random.NextDouble(), y = 64 * random.NextDouble();
            SceneRenderer.Render(state, x, y, _frame);
            FrameReading reading = _analyser.Read(_frame);
            Assert.True(reading.IsPresent && reading.State == state, $"{state} at {x}, {y} is read as {reading.State}");
            Assert.Equal(0, reading.Duplicates);
            worstOverlap = Math.Min(worstOverlap, reading.OverlapOf(state.Shape));
            worstCentre = Math.Max(worstCentre, TorusDistance.Between(x, y, reading.X, reading.Y));
            worstPsnr = Math.Min(worstPsnr, reading.Psnr);
            for (int other = 0; other < 6; other++)
            {
                shapeMargin = other == state.Shape ? shapeMargin
                    : Math.Min(shapeMargin, reading.OverlapOf(state.Shape) - reading.OverlapOf(other));
                textureMargin = other == state.Texture ? textureMargin
                    : Math.Min(textureMargin, reading.TextureCorrelations[state.Texture] - reading.TextureCorrelations[other]);
                paletteMargin = other == state.Palette ? paletteMargin
                    : Math.Min(paletteMargin, reading.PaletteErrors[other] - reading.PaletteErrors[state.Palette]);
            }
        }

        // The prototype measured .959, .14 px, 39.6 dB, .154, .71 and .042 at other positions.
        Assert.True(
            worstOverlap > 0.955 && worstCentre < 0.15 && worstPsnr > 38.9 && shapeMargin > 0.15 && textureMargin > 0.7 && paletteMargin > 0.04,
            $"overlap {worstOverlap}, centre {worstCentre}, psnr {worstPsnr}, margins {shapeMargin}, {textureMargin}, {paletteMargin}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    [InlineData(0.12)]
    public void Empty_backgrounds_show_no_subject(double sigma)
    {
        SplitMix64 random = new(8UL);
        for (int i = 0; i < 36; i++)
        {
            Background.Get(i / 6, i % 6, 1).Bytes.CopyTo(_frame, 0);
            Degradation.Apply(_frame, Degradation.Noise(sigma, random));
            FrameReading reading = _analyser.Read(_frame);
            Assert.False(reading.IsPresent);
            Assert.Equal((i / 6, i % 6), (reading.Texture, reading.Palette));
        }
    }

    [Fact]
    public void Pictures_of_nothing_have_finite_readings()
    {
        SplitMix64 random = new(9UL);
        for (int i = 0; i < 60; i++)
        {
            // From one colour over ever more specks to pure noise.
            for (int at = 0; at < _frame.Length; at++)
            {
                _frame[at] = (byte)(random.NextInt(60) < i ? random.NextInt(256) : 100);
            }
            FrameReading reading = _analyser.Read(_frame);
            Assert.True(double.IsFinite(reading.X + reading.Y + reading.Area + reading.Psnr));
            foreach (float value in (ReadOnlySpan<float>)[.. reading.TextureCorrelations, .. reading.PaletteErrors, .. reading.ShapeOverlaps])
            {
                Assert.True(float.IsFinite(value));
            }
            SceneState state = default;
            Assert.InRange(FrameScores.Identity(reading, state.Identity), 0, reading.IsPresent ? 1 : 0);
            Assert.InRange(FrameScores.Shape(reading, 1) + FrameScores.Size(reading, 1) + FrameScores.Background(reading, (1, 1)), 0, 3);
        }
    }

    [Fact]
    public void A_second_subject_is_a_duplicate()
    {
        SceneState state = new(0, 0, 1, 0, 1, 0, MotionKind.Still, 0);
        byte[] other = new byte[_frame.Length];
        SceneRenderer.Render(state, 16, 16, _frame);
        SceneRenderer.Render(state with { Size = 0 }, 48, 48, other);
        other.AsSpan(32 * 64 * 3).CopyTo(_frame.AsSpan(32 * 64 * 3));
        FrameReading reading = _analyser.Read(_frame);
        Assert.True(reading.IsPresent);
        Assert.InRange(reading.Duplicates, 0.37, 0.44);
        Assert.InRange(TorusDistance.Between(16, 16, reading.X, reading.Y), 0, 0.2);
    }

    [Fact]
    public void The_same_frame_reads_the_same_and_nothing_is_allocated()
    {
        SceneRenderer.Render(new SceneState(5, 4, 1, 1, 0, 3, MotionKind.Still, 0), 62.3, 1.7, _frame);
        FrameReading first = _analyser.Read(_frame);
        FrameReading second = new FrameAnalyser().Read(_frame);
        Assert.True(Bytes(ref first).SequenceEqual(Bytes(ref second)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            _analyser.Read(_frame);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Moving_the_whole_picture_moves_the_centre_only()
    {
        SceneState state = new(3, 6, 0, 2, 4, 2, MotionKind.Still, 0);
        SceneRenderer.Render(state, 20.25, 30.5, _frame);
        FrameReading here = _analyser.Read(_frame);
        SceneRenderer.Render(state, 20.25 + 48, 30.5 + 32, _frame);
        FrameReading there = _analyser.Read(_frame);
        Assert.Equal(0, TorusDistance.Between(here.X + 48, here.Y + 32, there.X, there.Y), 1e-6);
        Assert.Equal(here.State, there.State);
        Assert.Equal(here.Psnr, there.Psnr, 1e-3);
        for (int i = 0; i < FrameReading.TemplateCount; i++)
        {
            Assert.Equal(here.ShapeOverlaps[i], there.ShapeOverlaps[i], 1e-5);
        }
    }

    [Fact]
    public void Frames_of_another_size_are_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => _analyser.Read(new byte[128 * 128 * 3]));
        Assert.Contains("scale 1", error.Message, StringComparison.Ordinal);
    }

    private static ReadOnlySpan<byte> Bytes(ref FrameReading reading) => MemoryMarshal.AsBytes(new ReadOnlySpan<FrameReading>(ref reading));
}
