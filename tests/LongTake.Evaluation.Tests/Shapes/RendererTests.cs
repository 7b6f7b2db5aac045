using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Shapes;

public class RendererTests
{
    [Fact]
    public void Frames_equal_a_plain_renderer_that_tests_every_sample_point()
    {
        SplitMix64 random = new(1UL);
        byte[] actual = new byte[SceneRenderer.FrameBytes(1)];
        for (int i = 0; i < 150; i++)
        {
            SceneState state = SceneState.FromIndex(random.NextInt(ShapesWorld.StateCount)) with { Shape = i % 6, Texture = i / 6 % 6 };
            double x = 64 * random.NextDouble();
            double y = 64 * random.NextDouble();
            SceneRenderer.Render(state, x, y, actual);
            Assert.Equal(NaiveRenderer.Render(state, x, y, 1), actual);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Larger_canvases_multiply_every_length(int scale)
    {
        SplitMix64 random = new(2UL);
        byte[] actual = new byte[SceneRenderer.FrameBytes(scale)];
        for (int i = 0; i < 12; i++)
        {
            SceneState state = SceneState.FromIndex(random.NextInt(ShapesWorld.StateCount)) with { Shape = i % 6, Texture = i % 6 };
            double x = 64 * random.NextDouble();
            double y = 64 * random.NextDouble();
            SceneRenderer.Render(state, x, y, actual, scale);
            byte[] expected = NaiveRenderer.Render(state, x, y, scale);

            // At scale 3 the gradient is no longer a short binary fraction: one level of difference is rounding.
            int worst = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(worst <= (scale == 3 ? 1 : 0), $"{state}: {worst}");
        }
    }

    [Fact]
    public void Subjects_wrap_around_all_borders()
    {
        // Shift by one tile of the background (16 px): the picture is the same one, rolled.
        SceneState state = new(5, 0, 1, 1, 5, 0, MotionKind.Still, 0);
        byte[] a = new byte[SceneRenderer.FrameBytes(1)];
        byte[] b = new byte[SceneRenderer.FrameBytes(1)];
        SceneRenderer.Render(state, 30.3, 29.7, a);
        SceneRenderer.Render(state, 30.3 + 32, 29.7 - 32, b);
        for (int y = 0; y < 64; y++)
        {
            for (int x = 0; x < 64; x++)
            {
                int from = (y * 64 + x) * 3;
                int to = ((y + 32) % 64 * 64 + (x + 32) % 64) * 3;
                Assert.True(a.AsSpan(from, 3).SequenceEqual(b.AsSpan(to, 3)), $"pixel {x}, {y}");
            }
        }
    }

    [Fact]
    public void Positions_outside_the_canvas_are_folded()
    {
        SceneState state = new(2, 3, 1, 2, 0, 0, MotionKind.Still, 0);
        byte[] a = new byte[SceneRenderer.FrameBytes(1)];
        byte[] b = new byte[SceneRenderer.FrameBytes(1)];
        SceneRenderer.Render(state, 3.25, 60.5, a);
        SceneRenderer.Render(state, 3.25 - 128, 60.5 + 64, b);
        Assert.Equal(a, b);
        Assert.Equal(0, ShapesWorld.Wrap(-1e-17));
    }

    [Fact]
    public void Areas_are_the_constants_of_the_table()
    {
        // The table was measured at size radius 20 with the centre on a pixel corner.
        byte[] hits = new byte[64 * 64];
        for (int shape = 0; shape < 6; shape++)
        {
            hits.AsSpan().Clear();
            PixelBox box = SubjectMask.Rasterize(shape, 20, 32, 32, hits);
            double area = hits.AsSpan(0, box.Width * box.Height).ToArray().Sum(h => h) / 16.0;
            Assert.Equal(ShapesWorld.AreaFactors[shape], area / 400, 0.005);
        }
    }

    [Fact]
    public void Wrong_buffers_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SceneRenderer.Render(default, 0, 0, new byte[7]));
    }

    [Fact]
    public void Rendering_allocates_nothing_once_the_background_is_there()
    {
        byte[] frame = new byte[SceneRenderer.FrameBytes(1)];
        SceneState state = new(5, 0, 1, 1, 5, 0, MotionKind.Still, 0);
        SceneRenderer.Render(state, 1, 2, frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            SceneRenderer.Render(state, i * 0.37, 2, frame);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

/// <summary>Everything in double, every sample point of every pixel, as the specification's formulas read.</summary>
internal static class NaiveRenderer
{
    public static byte[] Render(SceneState state, double cx, double cy, int scale)
    {
        int n = 64 * scale;
        double r = (state.Size == 0 ? 7 : 11) * scale;
        (Rgb a, Rgb b) = ShapesWorld.Palettes[state.Palette];
        Rgb colour = ShapesWorld.Colours[state.Colour];
        byte[] frame = new byte[n * n * 3];
        for (int y = 0; y < n; y++)
        {
            for (int x = 0; x < n; x++)
            {
                double weight = 0;
                double subject = 0;
                double mark = 0;
                for (int j = 0; j < 4; j++)
                {
                    for (int i = 0; i < 4; i++)
                    {
                        double px = x + (i + 0.5) / 4;
                        double py = y + (j + 0.5) / 4;
                        weight += Texture(state.Texture, px / scale, py / scale) / 16;
                        double dx = Offset(px - cx * scale, n);
                        double dy = Offset(py - cy * scale, n);
                        subject += Inside(state.Shape, dx, dy, r) ? 1 / 16.0 : 0;
                        mark += state.Mark > 0 && dx * dx + dy * dy <= .28 * r * .28 * r ? 1 / 16.0 : 0;
                    }
                }
                double dot = state.Mark == 1 ? 255 : 0;
                frame[(y * n + x) * 3] = Pixel(a.R, b.R, colour.R);
                frame[(y * n + x) * 3 + 1] = Pixel(a.G, b.G, colour.G);
                frame[(y * n + x) * 3 + 2] = Pixel(a.B, b.B, colour.B);

                byte Pixel(byte first, byte second, byte over)
                {
                    double p = (1 - weight) * first + weight * second;
                    p = (1 - subject) * p + subject * over;
                    p = (1 - mark) * p + mark * dot;
                    return (byte)Math.Floor(p + .5);
                }
            }
        }
        return frame;
    }

    private static double Offset(double d, int n) => d - n * Math.Round(d / n);

    private static double Texture(int texture, double x, double y) => texture switch
    {
        0 => y / 64,
        1 => Math.Floor(y / 8) % 2,
        2 => Math.Floor(x / 8) % 2,
        3 => Math.Floor((x + y) / 8) % 2,
        4 => (Math.Floor(x / 8) + Math.Floor(y / 8)) % 2,
        _ => Enumerable.Range(0, 16).Any(k => Math.Pow(x - 8 - 16 * (k % 4), 2) + Math.Pow(y - 8 - 16 * (k / 4), 2) <= 25) ? 1 : 0,
    };

    private static bool Inside(int shape, double x, double y, double r)
    {
        switch (shape)
        {
            case 0:
                return x * x + y * y <= .9 * r * .9 * r;
            case 1:
                return Math.Max(Math.Abs(x), Math.Abs(y)) <= .8 * r;
            case 2:
                double circumradius = 1.15 * r;
                return y <= circumradius / 2 && Math.Sqrt(3) / 2 * Math.Abs(x) - y / 2 <= circumradius / 2;
            case 3:
                return Math.Abs(x) + Math.Abs(y) <= 1.15 * r;
            case 4:
                return (Math.Abs(x) <= .35 * r && Math.Abs(y) <= r) || (Math.Abs(y) <= .35 * r && Math.Abs(x) <= r);
            default:
                // Polar: fold the angle from up into [0, pi/5] around the nearest tip.
                double radius = Math.Sqrt(x * x + y * y);
                double angle = Math.Abs(Math.Atan2(x, -y)) % (2 * Math.PI / 5);
                angle = Math.Min(angle, 2 * Math.PI / 5 - angle);
                (double px, double py) = (radius * Math.Cos(angle), radius * Math.Sin(angle));
                (double tx, double ty) = (1.2 * r, 0);
                (double nx, double ny) = (.5 * r * Math.Cos(Math.PI / 5), .5 * r * Math.Sin(Math.PI / 5));
                return (nx - tx) * (py - ty) - (ny - ty) * (px - tx) >= 0;
        }
    }
}
