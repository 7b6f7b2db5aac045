using System.Numerics;
using LongTake.Evaluation.Metrics.StandIns;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Metrics;

public class BlockMatcherTests
{
    [Theory]
    [InlineData(false, 255)]
    [InlineData(true, 255)]
    [InlineData(false, 12)]
    [InlineData(true, 12)]
    public void Block_matching_is_what_its_formula_says(bool wraps, int contrast)
    {
        const int H = 11, W = 19, R = 3;
        SplitMix64 random = new(3UL);

        // Rows that hardly differ: there the way is limited by what it costs.
        byte[] a = [.. Enumerable.Range(0, H * W * 3).Select(i => (byte)random.NextInt(i < H * W ? 256 : contrast + 1))];
        byte[] b = [.. Enumerable.Range(0, H * W * 3).Select(i => (byte)random.NextInt(i < H * W ? 256 : contrast + 1))];
        for (int y = 0; y < H; y++)
        {
            for (int x = 0; x < W; x++)
            {
                // Most of the second picture is the first one, moved by (2, -1), with a little noise.
                int to = 3 * (Inside(y - 1, H) * W + Inside(x + 2, W));
                for (int c = 0; c < 3 && x < 14; c++)
                {
                    b[to + c] = (byte)Math.Clamp(a[3 * (y * W + x) + c] + random.NextInt(7) - 3, 0, 255);
                }
            }
        }
        Vector2[] flow = new Vector2[H * W];
        BlockMatcher matcher = new(H, W, R, wraps);
        matcher.Match(b, a, flow);
        matcher.Match(a, b, flow);
        for (int i = 0; i < flow.Length; i++)
        {
            Vector2 expected = Scalar(i % W, i / W);
            Assert.True((flow[i] - expected).Length() < 1e-4, $"{i % W},{i / W}: {flow[i]} for {expected}");
        }
        Assert.True((flow[5 * W + 8] - new Vector2(2, -1)).Length() < 0.2);

        int Inside(int place, int length) => wraps ? (place % length + length) % length : Math.Clamp(place, 0, length - 1);

        double Cost(int x, int y, int dx, int dy)
        {
            double sum = 0;
            for (int v = -3; v <= 3; v++)
            {
                for (int u = -3; u <= 3; u++)
                {
                    (int qx, int qy) = (Inside(x + u, W), Inside(y + v, H));
                    for (int c = 0; c < 3; c++)
                    {
                        sum += Math.Abs(a[3 * (qy * W + qx) + c] - b[3 * (Inside(qy + dy, H) * W + Inside(qx + dx, W)) + c]);
                    }
                }
            }
            return sum / 147 + 0.5 * Math.Sqrt(dx * dx + dy * dy);
        }

        Vector2 Scalar(int x, int y)
        {
            double none = Cost(x, y, 0, 0), least = none;
            (int dx, int dy) = (0, 0);
            for (int j = -R; j <= R; j++)
            {
                for (int i = -R; i <= R; i++)
                {
                    double cost = Cost(x, y, i, j);
                    (least, dx, dy) = cost < least ? (cost, i, j) : (least, dx, dy);
                }
            }
            if (none - least < Math.Max(1.5, 0.25 * none))
            {
                return Vector2.Zero;
            }
            return new Vector2(
                (float)(dx + (Math.Abs(dx) == R ? 0 : Vertex(Cost(x, y, dx - 1, dy), least, Cost(x, y, dx + 1, dy)))),
                (float)(dy + (Math.Abs(dy) == R ? 0 : Vertex(Cost(x, y, dx, dy - 1), least, Cost(x, y, dx, dy + 1)))));
        }

        static double Vertex(double before, double least, double after) =>
            before - 2 * least + after <= 0 ? 0 : Math.Clamp((before - after) / (2 * (before - 2 * least + after)), -0.5, 0.5);
    }
}
