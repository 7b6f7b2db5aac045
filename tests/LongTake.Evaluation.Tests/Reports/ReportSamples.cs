using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Video;

namespace LongTake.Evaluation.Tests.Reports;

/// <summary>Results of an evaluation that never was: figures from a generator, videos of the Shapes world.</summary>
internal static class ReportSamples
{
    public static readonly MetricColumn[] Columns =
    [
        new("S_total", BetterWhen.Higher, "Geometric mean of S_quality and S_following, 0 to 1."),
        new("following", BetterWhen.Higher, "Mean of identity, background and motion, 0 to 1."),
        new("identity", BetterWhen.Higher, "Shape, colour, size and mark of the subject against the prompt, 0 to 1."),
        new("motion", BetterWhen.Higher, "Motion against the prompt, 0 to 1."),
        new("fidelity", BetterWhen.Higher, "Closeness to a perfect drawing of the same content, 0 to 1."),
        new("jumps", BetterWhen.Lower, "Jumps a minute."),
        new("frozen", BetterWhen.Lower, "Share of windows in which a subject that should move does not."),
        new("d_luma", BetterWhen.NearZero, "Change of brightness from the first to the last 5 s in 8-bit levels."),
        new("life", BetterWhen.Higher, "Seconds until picture or identity is lost; the duration if never."),
        new("drift.fidelity.abs5s", BetterWhen.Lower, "Absolute difference of fidelity between the first and the last 5 s, in points of 100."),
        new("si_imaging", BetterWhen.Higher, "Stand-in for imaging quality, not VBench."),
    ];

    // Name, quality, loss of quality a minute, attended tokens.
    private static readonly (string Name, double Quality, double Loss, double Tokens)[] Methods =
    [
        ("full", .86, .55, 5184), ("window", .84, .30, 1344), ("longlive-infinity", .87, .08, 1536), ("deep-sink", .85, .10, 1728),
    ];

    /// <summary>Writes results and the videos of the first items.</summary>
    /// <returns>The path of results.jsonl.</returns>
    public static string Write(string folder, int items = 12, int seeds = 2, int withVideos = 2)
    {
        string path = Path.Combine(folder, "results.jsonl");
        List<VideoResult> results = [];
        foreach ((string suite, int units) in ((string, int)[])[("single", 1), ("single", 6), ("story", 6)])
        {
            PromptItem[] suiteItems = [.. PromptSuite.Shapes(suite, units).Items.Take(items)];
            for (int i = 0; i < items; i++)
            {
                PromptVideo video = suiteItems[i].At(VideoProfile.Light, units);
                foreach ((string name, double quality, double loss, double tokens) in Methods)
                {
                    for (int seed = 0; seed < seeds; seed++)
                    {
                        results.Add(Result(folder, video, suite, name, seed, quality, loss, i < withVideos && seed == 0) with
                        {
                            Model = "shapes",
                            ModelFingerprint = "5f2c8a1e9b7d44aa",
                            Version = "0.1.0",
                            Settings = new Dictionary<string, string> { ["preset"] = name, ["sampler"] = "few-step 1000-750-500-250" },
                            Cost = new ResultCost(.42 + (tokens / 9000), 1.31, (long)(180e6 + (tokens * 9000)), tokens),
                        });
                    }
                }
                foreach ((string control, double quality, double loss) in ((string, double, double)[])
                    [(ControlRows.GroundTruth, 1, 0), (ControlRows.VaeCeiling, .97, 0), (ControlRows.Frozen, .6, 0), (ControlRows.Loop, .7, 0),
                     (ControlRows.Restart, .74, .02), (ControlRows.Random, .2, 0)])
                {
                    results.Add(Result(folder, video, suite, control, 0, quality, loss, i < withVideos && control == ControlRows.GroundTruth));
                }
                if (units == 1)
                {
                    results.Add(Result(folder, video, suite, ControlRows.Reference, 0, .9, 0, false));
                }
            }
        }
        ResultFile.Append(path, results);
        return path;
    }

    private static VideoResult Result(
        string folder, PromptVideo video, string suite, string method, int seed, double quality, double loss, bool withVideo)
    {
        System.Random random = new(HashCode(method, video.Item.Id, suite, video.FrameCount, seed));
        bool truth = method == ControlRows.GroundTruth;
        double spread = truth ? 0 : .05, seconds = video.FrameCount / 8.0;
        double item = spread * Math.Sin(int.Parse(video.Item.Id, System.Globalization.CultureInfo.InvariantCulture) * 2.1);
        double[] curve =
        [
            .. Enumerable.Range(0, Math.Max(1, (int)(seconds / 2))).Select(t =>
                Math.Clamp(quality + item - (loss * t * 2 / 60 * (1 + t / 30.0)) + (spread * (random.NextDouble() - .5)), 0, 1)),
        ];
        double mean = curve.Average();
        int[] jumps = truth ? [] : [.. Enumerable.Range(1, video.Chunks - 1).Where(c => random.NextDouble() < (c % 6 == 0 ? loss : .02)).Select(c => (12 * c) - 3)];
        return new VideoResult
        {
            Method = method,
            Suite = suite,
            Item = video.Item.Id,
            Length = video.Units,
            Seed = (ulong)seed,
            Level = video.Item.Level,
            Prompts = video.Prompts,
            Frames = video.FrameCount,
            Height = 64,
            Width = 64,
            FramesPerSecond = 8,
            Figures = new Dictionary<string, double>
            {
                ["S_total"] = Math.Sqrt(mean * quality),
                ["following"] = mean * .98,
                ["identity"] = Math.Min(1, mean * 1.02),
                ["motion"] = method == ControlRows.Frozen ? .1 : mean * .9,
                ["fidelity"] = mean,
                ["jumps"] = jumps.Length * 60 / seconds,
                ["frozen"] = method == ControlRows.Frozen ? 1 : .02 * random.NextDouble(),
                ["d_luma"] = -30 * loss * random.NextDouble(),
                ["life"] = seconds * Math.Min(1, mean + .1),
                ["drift.fidelity.abs5s"] = 100 * Math.Abs(curve[0] - curve[^1]),
                ["si_imaging"] = mean * .8,
                ["unknown_figure"] = random.NextDouble() * 1000,
            },
            Curves = new Dictionary<string, ResultCurve> { ["fidelity"] = new(2, [.. curve]), ["identity"] = new(2, [.. curve.Select(c => (double?)Math.Sqrt(c))]) },
            Events = new Dictionary<string, IReadOnlyList<int>> { ["jumps"] = jumps },
            Missing = suite == "single" ? new Dictionary<string, string> { ["recall"] = "no scene comes back" } : [],
            Video = withVideo ? Save(folder, video, suite, method, 1 - (loss * seconds / 60)) : null,
        };
    }

    /// <summary>The true video, fading to grey as far as a method loses quality; every second frame, to keep the files small.</summary>
    private static string Save(string folder, PromptVideo video, string suite, string method, double kept)
    {
        string name = FormattableString.Invariant($"{method}-{suite}-{video.Units}x-{video.Item.Id}.png");
        using IVideoWriter writer = VideoOutput.Create(Path.Combine(folder, name), new VideoFormat(64, 64, 4));
        byte[] frame = new byte[64 * 64 * 3];
        for (int i = 0; i < video.FrameCount; i += 2)
        {
            video.Truth!.RenderFrame(i, frame);
            double share = 1 - ((1 - kept) * i / video.FrameCount);
            for (int b = 0; b < frame.Length; b++)
            {
                frame[b] = (byte)(128 + (share * (frame[b] - 128)));
            }
            writer.WriteFrame(frame);
        }
        writer.Complete();
        return name;
    }

    /// <summary>A hash that is the same in every run, unlike that of the runtime.</summary>
    private static int HashCode(params object[] parts) =>
        parts.SelectMany(p => $"{p}|").Aggregate(17, (hash, c) => unchecked((hash * 31) + c)) & int.MaxValue;
}
