using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Networks;

namespace LongTake.Evaluation.Tests.Metrics.Networks;

/// <summary>An encoder that reads its feature off the frame: the first two bytes are an angle in degrees, and the feature points that way.</summary>
internal sealed class ScriptedEncoder(string? whyNot = null) : IFrameEncoder
{
    public string? WhyNot { get; } = whyNot;

    public int Dim => 2;

    public int Loads { get; private set; }

    public int Encoded { get; private set; }

    public void Load() => Loads++;

    public void Encode(ReadOnlySpan<byte> frame, int height, int width, Span<float> feature)
    {
        Encoded++;
        double angle = ((256 * frame[0]) + frame[1]) * Math.PI / 180;
        feature[0] = (float)Math.Cos(angle);
        feature[1] = (float)Math.Sin(angle);
    }
}

/// <summary>A text encoder whose texts are angles in degrees.</summary>
internal sealed class ScriptedTexts : ITextEncoder
{
    public string? WhyNot => null;

    public void Load()
    {
    }

    public float[] Encode(string text)
    {
        double angle = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) * Math.PI / 180;
        return [(float)Math.Cos(angle), (float)Math.Sin(angle)];
    }
}

internal static class Scripted
{
    /// <summary>A video of one-pixel frames for <see cref="ScriptedEncoder"/>.</summary>
    public static VideoDescription Video(int frames, double framesPerSecond = 4, params (string Text, int Start)[] prompts) => new()
    {
        FrameCount = frames,
        Height = 1,
        Width = 1,
        FramesPerSecond = framesPerSecond,
        Prompts = [.. prompts.Select(p => new PromptSegment(p.Text, p.Start))],
    };

    /// <summary>Measures a video whose frames are these angles.</summary>
    public static MetricResult Measure(IVideoMetric metric, VideoDescription video, IEnumerable<int> angles)
    {
        Assert.Null(metric.WhyNot(video));
        using IMetricRun run = metric.Start(video);
        foreach (int angle in angles)
        {
            run.Add([(byte)(angle / 256), (byte)(angle % 256), 0]);
        }
        return run.Finish();
    }
}
