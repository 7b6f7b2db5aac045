using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Analysis;

/// <summary>The calibration table of spec/benchmarks.md section 4.9: accuracy on spoiled frames, in percent.</summary>
public class DegradationTests
{
    private static readonly string[] s_columns = ["shape", "colour", "size", "mark", "texture", "palette", "overlap", "centre", "psnr"];

    public static TheoryData<string, double, double[]> Table => new()
    {
        { "none", 0, [100, 100, 100, 100, 100, 100, .996, .04, 58.4] },
        { "noise", .05, [100, 100, 100, 100, 100, 100, .936, .06, 26.1] },
        { "noise", .08, [100, 100, 100, 100, 100, 100, .896, .08, 22.1] },
        { "noise", .12, [98.3, 100, 100, 99.4, 100, 100, .789, .33, 18.7] },
        { "blur", .8, [100, 100, 100, 100, 100, 100, .865, .04, 32.0] },
        { "blur", 1.2, [97.4, 100, 100, 98.1, 100, 100, .798, .05, 29.1] },
        { "blur", 2.0, [63.1, 100, 100, 60.0, 100, 95.6, .712, .07, 25.3] },
        { "gain", .5, [100, 100, 100, 100, 100, 100, .996, .04, 10.6] },
        { "gain", .7, [100, 100, 100, 100, 100, 100, .995, .04, 15.2] },
        { "gain", 1.3, [100, 100, 100, 100, 85.1, 82.0, .977, .05, 18.1] },
        { "saturation", .3, [100, 100, 100, 100, 100, 84.0, .971, .05, 25.4] },
        { "saturation", 1.8, [100, 100, 100, 100, 100, 100, .959, .05, 28.6] },
        { "brightness", -.08, [100, 100, 100, 100, 100, 100, .995, .04, 22] },
        { "brightness", .08, [100, 100, 100, 100, 100, 100, .995, .04, 22] },
        { "brightness", -.15, [100, 100, 100, 100, 100, 82.5, .98, .04, 18] },
        { "brightness", .15, [100, 100, 100, 100, 100, 52.9, .98, .04, 20] },
        { "contrast", .6, [100, 100, 100, 98.9, 100, 65.7, .988, .04, 19.3] },
        { "contrast", .8, [100, 100, 100, 100, 100, 100, .996, .04, 28] },
        { "contrast", 1.2, [100, 100, 100, 100, 100, 100, .996, .04, 28] },
        { "blur and noise", .8, [100, 100, 100, 100, 100, 100, .859, .05, 28.1] },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Accuracy_is_that_of_the_table(string degradation, double amount, double[] expected)
    {
        // Rows without an error need fewer frames to show it.
        int frames = expected.Take(6).All(e => e == 100) ? 250 : 1500;
        double[] measured = Measure(degradation, amount, frames);
        for (int i = 0; i < expected.Length; i++)
        {
            // The table is of 1500 frames, these are others: one point beyond what chance explains (two standard errors).
            double chance = i < 6 ? 2 * Math.Sqrt(expected[i] * (100 - expected[i]) * (1.0 / frames + 1.0 / 1500)) : 0;
            double tolerance = i < 6 ? 1 + chance : i == 6 ? 0.01 : i == 7 ? 0.02 : degradation == "none" ? 8 : 0.6;
            Assert.True(
                Math.Abs(measured[i] - expected[i]) <= tolerance,
                $"{degradation} {amount}, {s_columns[i]}: {measured[i]:0.###}, the table has {expected[i]}");
        }
    }

    private static double[] Measure(string degradation, double amount, int frames)
    {
        SplitMix64 random = new(11UL), noise = new(12UL);
        FrameAnalyser analyser = new();
        byte[] frame = new byte[SceneRenderer.FrameBytes(1)];
        double[] sums = new double[9];
        for (int i = 0; i < frames; i++)
        {
            SceneState state = SceneState.FromIndex(random.NextInt(ShapesWorld.StateCount / 17) * 17);
            double x = 64 * random.NextDouble(), y = 64 * random.NextDouble();
            SceneRenderer.Render(state, x, y, frame);
            Degradation.Apply(frame, p => Spoil(p, degradation, amount, noise));
            FrameReading reading = analyser.Read(frame);
            sums[0] += reading.Shape == state.Shape ? 100 : 0;
            sums[1] += reading.Colour == state.Colour ? 100 : 0;
            sums[2] += reading.Size == state.Size ? 100 : 0;
            sums[3] += reading.Mark == state.Mark ? 100 : 0;
            sums[4] += reading.Texture == state.Texture ? 100 : 0;
            sums[5] += reading.Palette == state.Palette ? 100 : 0;
            sums[6] += reading.OverlapOf(state.Shape);
            sums[7] += TorusDistance.Between(x, y, reading.X, reading.Y);
            sums[8] += reading.Psnr;
        }
        return [.. sums.Select(s => s / frames)];
    }

    private static void Spoil(float[] p, string degradation, double amount, SplitMix64 noise)
    {
        switch (degradation)
        {
            case "noise":
                Degradation.Noise(amount, noise)(p);
                break;
            case "blur":
                Degradation.Blur(amount)(p);
                break;
            case "gain":
                Degradation.Gain(amount)(p);
                break;
            case "saturation":
                Degradation.Saturation(amount)(p);
                break;
            case "brightness":
                Degradation.Brightness(amount)(p);
                break;
            case "contrast":
                Degradation.Contrast(amount)(p);
                break;
            case "blur and noise":
                Degradation.Blur(amount)(p);
                Degradation.Noise(0.03, noise)(p);
                break;
        }
    }
}
