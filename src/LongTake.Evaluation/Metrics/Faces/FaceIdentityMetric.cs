using LongTake.Evaluation.Metrics.Networks;

namespace LongTake.Evaluation.Metrics.Faces;

/// <summary>
/// Whether a video shows the same person all the time, through ArcFace. Source: InfLVG, KVPO; spec rewards-and-grpo, A5; benchmarks, sections
/// 3.2 and 3.3.
/// </summary>
public sealed class FaceIdentityMetric : IVideoMetric
{
    /// <summary>Makes the metric.</summary>
    /// <param name="name">Its name, which its figures begin with.</param>
    /// <param name="locator">Says where faces are.</param>
    /// <param name="encoder">Encodes them.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="findsFaces">Whether frames can be without a face, so that their share is a figure.</param>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public FaceIdentityMetric(string name, IFaceLocator locator, IFaceEncoder encoder, FaceIdentityOptions? options = null, bool findsFaces = true)
    {
        Name = name;
        Locator = locator;
        Encoder = encoder;
        Options = options ?? new FaceIdentityOptions();
        Options.Validate();
        FindsFaces = findsFaces;
        string what = findsFaces ? "the largest faces" : "the middle squares of frames, taken for faces,";
        MetricColumn[] columns =
        [
            new(Identity, BetterWhen.Higher, $"How alike {what} are to the first and the one before through ArcFace, 0 to 1."),
            new(
                History,
                BetterWhen.Higher,
                "Likeness of faces after the last change of prompts (in the second half where there is none) and before, as InfLVG's reward, 0 to 1."),
            new(
                Consistency,
                BetterWhen.Higher,
                $"Likeness of the main face to the one before and the first over the worst {Options.Window} frames, as KVPO's reward, 0 to 1."),
            new(Within, BetterWhen.Higher, "Mean likeness of faces of one scene, 0 to 1."),
            new(Across, BetterWhen.Higher, "Mean likeness of faces of different scenes, 0 to 1."),
        ];
        Columns = findsFaces ? [.. columns, new MetricColumn(FaceRate, BetterWhen.Higher, "Share of frames in which a face was found, 0 to 1.")] : columns;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MetricColumn> Columns { get; }

    internal IFaceLocator Locator { get; }

    internal IFaceEncoder Encoder { get; }

    internal FaceIdentityOptions Options { get; }

    internal bool FindsFaces { get; }

    internal string Identity => Name + ".identity";

    internal string History => Name + ".history";

    internal string Consistency => Name + ".consistency";

    internal string Within => Name + ".within";

    internal string Across => Name + ".across";

    internal string FaceRate => Name + ".face_rate";

    /// <summary><c>arcface</c>: on faces that were found beforehand and aligned by their landmarks.</summary>
    /// <param name="weights">Where the weights are; must outlive the metric.</param>
    public static FaceIdentityMetric Recorded(MetricWeights weights) => new("arcface", new RecordedFaces(), weights.ArcFace);

    /// <summary><c>arcface_centre</c>: on the middle square of each frame, for videos in which that is a face. Another score, under its own name.</summary>
    /// <param name="weights">Where the weights are; must outlive the metric.</param>
    public static FaceIdentityMetric Centre(MetricWeights weights) => new("arcface_centre", new CentreFace(), weights.ArcFace, findsFaces: false);

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) =>
        Encoder.WhyNot ?? Locator.WhyNot(video) ?? (video.FrameCount < 2 ? "one frame alone is consistent with nothing" : null);

    /// <inheritdoc/>
    public IMetricRun Start(VideoDescription video)
    {
        Encoder.Load();
        return new FaceIdentityRun(this, video);
    }
}
