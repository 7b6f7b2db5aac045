using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Stories;
using LongTake.Generation.Video;

namespace LongTake.Evaluation.Comparisons;

/// <summary>Makes the videos of the control rows. Source: spec/benchmarks.md section 4.10.</summary>
/// <param name="model">Generates the short clips.</param>
/// <param name="reference">The method that generates them.</param>
/// <param name="plan">The comparison: true videos of other items come from it.</param>
/// <param name="cancellation">Stops between chunks.</param>
internal sealed class ControlVideos(ComparisonModel model, MethodChoice reference, ComparisonPlan plan, CancellationToken cancellation)
{
    // Latents of the true clip that a scene's ceiling is read from: two seconds at 16 frames per second.
    private const int CeilingLatents = 9;

    private readonly Dictionary<(string Item, int Scenes), IReadOnlyList<double>> _ceilings = [];
    private (string Prompt, ulong Seed, byte[] Frames)? _clip;

    /// <summary>A control's video.</summary>
    /// <param name="video">What is planned; a control.</param>
    public IVideoReader Open(PlannedVideo video)
    {
        PromptVideo layout = video.Video;
        int unit = FrameGrid.Frames(plan.Profile.UnitLatents);
        return video.Row switch
        {
            ControlRows.GroundTruth => new StoryVideo(layout.Truth!),
            ControlRows.VaeCeiling => new DecodedVideo(model.Compute, model.Vae, new StoryVideo(layout.Truth!)),
            ControlRows.Random => new StoryVideo(OtherTruth(video)),
            ControlRows.Reference => Generate(reference, layout.ToStory(), video.Seed),
            ControlRows.Frozen => Clips(layout, 1, _ => Clip(layout.Prompts[0].Text, video.Seed)),
            ControlRows.Loop => Clips(layout, unit, _ => Clip(layout.Prompts[0].Text, video.Seed)),
            ControlRows.Restart => Clips(layout, unit, number => Clip(PromptAt(layout, number * unit), SeedOf(video.Seed, number))),
            _ => throw new ArgumentException($"There is no control {video.Row}."),
        };
    }

    /// <summary>
    /// What the autoencoder leaves of the fidelity of each scene's true video, read from a clip of two seconds: the most a transformer can
    /// reach. Null outside the Shapes world.
    /// </summary>
    public IReadOnlyList<double>? Ceilings(PromptVideo video)
    {
        if (video.Truth is not Shapes.Story truth)
        {
            return null;
        }
        (string, int) key = (video.Item.Id, truth.Scenes.Count);
        if (!_ceilings.TryGetValue(key, out IReadOnlyList<double>? ceilings))
        {
            _ceilings[key] = ceilings = [.. truth.Scenes.Select(s => Ceiling(truth, s))];
        }
        return ceilings;
    }

    private double Ceiling(Shapes.Story truth, StoryScene scene)
    {
        int frames = FrameGrid.Frames(CeilingLatents);
        Shapes.Story clip = new(truth.FramesPerSecond, truth.Start.X, truth.Start.Y, [new StoryScene(scene.State, scene.Phase, 0, frames)]);
        using DecodedVideo video = new(model.Compute, model.Vae, new StoryVideo(clip));
        FrameAnalyser analyser = new();
        byte[] frame = new byte[SceneRenderer.FrameBytes(1)];
        double sum = 0;
        while (video.Read(frame))
        {
            sum += FrameScores.Fidelity(analyser.Read(frame));
        }

        // A useless autoencoder must not divide by zero.
        return Math.Max(0.01, sum / frames);
    }

    /// <summary>The true video of the item half a suite away, at the same length.</summary>
    private Shapes.Story OtherTruth(PlannedVideo video)
    {
        PlannedVideo[] same = [.. plan.Videos.Where(v => v.Row == ControlRows.Random && v.Length == video.Length)];
        int at = Array.FindIndex(same, v => v.Video.Item.Id == video.Video.Item.Id);
        return same[(at + Math.Max(1, same.Length / 2)) % same.Length].Video.Truth!;
    }

    private ClipVideo Clips(PromptVideo layout, int clipFrames, Func<int, byte[]> clip) => new(layout.FrameCount, Format, clipFrames, clip);

    private VideoFormat Format => new(model.Settings.Width, model.Settings.Height, plan.Profile.FramesPerSecond);

    private static string PromptAt(PromptVideo video, int frame) => video.Prompts.Last(p => p.StartFrame <= frame).Text;

    /// <summary>The first clip has the video's own seed, so that it is the reference's; the others have seeds that no video has.</summary>
    private static ulong SeedOf(ulong seed, int clip) => seed + ((ulong)clip << 32);

    /// <summary>A clip of the training length as bytes; the newest is remembered.</summary>
    private byte[] Clip(string prompt, ulong seed)
    {
        if (_clip is not { } newest || newest.Prompt != prompt || newest.Seed != seed)
        {
            int frames = FrameGrid.Frames(plan.Profile.UnitLatents);
            using GeneratedVideo video = Generate(reference, new Generation.Stories.Story([new Scene(prompt)], StoryTime.Frames(frames)), seed);
            byte[] bytes = new byte[(long)frames * Format.FrameBytes];
            for (int i = 0; i < frames; i++)
            {
                video.Read(bytes.AsSpan(i * Format.FrameBytes, Format.FrameBytes));
            }
            _clip = newest = (prompt, seed, bytes);
        }
        return newest.Frames;
    }

    private GeneratedVideo Generate(MethodChoice method, Generation.Stories.Story story, ulong seed) =>
        new(model.Start(method, story, seed), Format.Width, Format.Height, Format.FramesPerSecond, cancellation);
}
