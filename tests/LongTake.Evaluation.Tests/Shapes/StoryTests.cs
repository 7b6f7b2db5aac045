using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Shapes;

public class StoryTests
{
    [Theory]
    [InlineData(16, 1, 21, 81)]
    [InlineData(16, 6, 126, 501)]
    [InlineData(16, 12, 252, 1005)]
    [InlineData(16, 48, 1008, 4029)]
    [InlineData(8, 1, 9, 33)]
    [InlineData(8, 6, 54, 213)]
    [InlineData(8, 12, 108, 429)]
    [InlineData(8, 48, 432, 1725)]
    public void Lengths_are_those_of_the_table(int fps, int units, int latents, int frames)
    {
        VideoProfile profile = VideoProfile.OfRate(fps);
        Assert.Equal(frames, profile.Frames(units));
        Assert.Equal(latents, FrameGrid.Latents(frames));
        Assert.Equal(frames, FrameGrid.Frames(latents));
    }

    [Fact]
    public void Chunk_c_starts_at_frame_12c_minus_3()
    {
        Assert.Equal(0, FrameGrid.ChunkStart(0));
        for (int c = 1; c < 50; c++)
        {
            Assert.Equal(12 * c - 3, FrameGrid.ChunkStart(c));
            Assert.Equal(c, FrameGrid.Chunks(FrameGrid.ChunkStart(c)));
        }
        Assert.Equal([1, 2, 2, 2, 2, 3], new[] { 1, 2, 3, 4, 5, 6 }.Select(FrameGrid.Latents));
    }

    [Theory]
    [InlineData(16, 84)]
    [InlineData(8, 36)]
    public void Segments_of_one_unit_start_where_the_specification_says(int fps, int step)
    {
        Story story = ShapesSuites.Get("story", 0).ToStory(VideoProfile.OfRate(fps), 6);
        for (int k = 1; k < 6; k++)
        {
            Assert.Equal(step * k - 3, story.Scenes[k].StartFrame);
        }
    }

    [Fact]
    public void Cycled_stories_and_squeezed_atoms_stay_on_chunk_boundaries()
    {
        Story cycled = ShapesSuites.Get("story", 3).Cycle(4).ToStory(VideoProfile.Standard, 48);
        Assert.Equal(24, cycled.Scenes.Count);
        Assert.Equal(4029, cycled.FrameCount);
        Story squeezed = ShapesSuites.Get("atoms", 100).ToStory(VideoProfile.Standard, 1);
        Assert.Equal(6, squeezed.Scenes.Count);
        Assert.Equal(81, squeezed.FrameCount);
        Assert.All(cycled.Scenes.Concat(squeezed.Scenes).Where(s => s.StartFrame > 0), s => Assert.Equal(0, (s.StartFrame + 3) % 12));
        Assert.Throws<ArgumentException>(() => ShapesSuites.Get("atoms", 100).ToStory(VideoProfile.Light, 1));
    }

    [Fact]
    public void Positions_are_continuous_over_cuts()
    {
        foreach (SuiteItem item in ShapesSuites.All("story").Take(30))
        {
            Story story = item.ToStory(VideoProfile.Standard, 6);
            for (int frame = 1; frame < story.FrameCount; frame++)
            {
                (double x0, double y0) = story.PositionAt(frame - 1);
                (double x1, double y1) = story.PositionAt(frame);

                // The fastest is a quick swing: 6 px * 2 pi per second.
                double step = Math.Sqrt(Math.Pow(Short(x1 - x0), 2) + Math.Pow(Short(y1 - y0), 2));
                Assert.True(step <= 12 * Math.PI / 16 + 1e-9, $"{item.Index}, frame {frame}: {step}");
            }
        }

        static double Short(double d) => d - 64 * Math.Round(d / 64);
    }

    [Theory]
    [InlineData(MotionKind.Right, 0, 1.0, 8, 0)]
    [InlineData(MotionKind.Left, 1, 0.5, -10, 0)]
    [InlineData(MotionKind.Up, 1, 1.0, 0, -20)]
    [InlineData(MotionKind.Down, 0, 2.0, 0, 16)]
    [InlineData(MotionKind.Clockwise, 0, 1.5, -10, 10)]
    [InlineData(MotionKind.CounterClockwise, 1, 0.75, -10, -10)]
    [InlineData(MotionKind.Shake, 0, 0.5, 6, 0)]
    [InlineData(MotionKind.Bob, 1, 0.25, 0, 6)]
    [InlineData(MotionKind.Still, 0, 3, 0, 0)]
    public void Displacements_at_phase_0_are_right(MotionKind kind, int speed, double seconds, double x, double y)
    {
        (double dx, double dy) = SubjectMotion.Displacement(kind, speed, seconds, 0);
        Assert.Equal(x, dx, 1e-9);
        Assert.Equal(y, dy, 1e-9);
    }

    [Fact]
    public void Rendering_a_range_equals_rendering_frame_by_frame()
    {
        Story story = ShapesSuites.Get("story", 0).ToStory(VideoProfile.Light, 6);
        int size = SceneRenderer.FrameBytes(1);
        byte[] range = new byte[60 * size];
        story.Render(150, 60, range);
        byte[] frame = new byte[size];
        for (int i = 0; i < 60; i++)
        {
            story.RenderFrame(150 + i, frame);
            Assert.True(range.AsSpan(i * size, size).SequenceEqual(frame), $"frame {150 + i}");
        }
    }

    [Fact]
    public void Gaps_between_scenes_are_refused()
    {
        SceneState state = default;
        Assert.Throws<ArgumentException>(() => new Story(16, 0, 0, []));
        Assert.Throws<ArgumentException>(() => new Story(16, 0, 0, [new(state, 0, 0, 9), new(state, 0, 10, 5)]));
        Assert.Throws<ArgumentException>(() => new Story(16, 0, 0, [new(state, 0, 0, 0)]));
    }
}
