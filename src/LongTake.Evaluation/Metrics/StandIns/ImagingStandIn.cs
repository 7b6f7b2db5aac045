using LongTake.Evaluation.Metrics.Drift;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>Settings of <see cref="ImagingStandIn"/>.</summary>
public sealed class ImagingOptions
{
    /// <summary>What real pictures look like; null (the default) for that of the Shapes world where the video has a story of it, and for none elsewhere.</summary>
    public ImagingReference? Reference { get; init; }

    /// <summary>Noise (standard deviation in 0..1) at which the score has fallen to 1/e, 0.06.</summary>
    public double NoiseScale { get; init; } = 0.06;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (Reference is { } r && !(r.Sharpness > 0 && r.Chroma > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(Reference), r, $"{nameof(Reference)} must be positive numbers, of real pictures.");
        }
        if (NoiseScale is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(NoiseScale), NoiseScale, $"{nameof(NoiseScale)} must be between 0 and 1.");
        }
    }
}

/// <summary>
/// <c>si_imaging</c>: sharpness and saturation as in real pictures, no noise, nothing over- or underexposed; the product of four terms in [0, 1].
/// Not MUSIQ's imaging quality. Source: spec/metrics.md section 10.1.
/// </summary>
public sealed class ImagingStandIn : IFrameScore
{
    private readonly ImagingOptions _options;

    /// <summary>The score.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public ImagingStandIn(ImagingOptions? options = null)
    {
        _options = options ?? new ImagingOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public MetricColumn Column { get; } =
        new("si_imaging", BetterWhen.Higher, "Sharpness, noise, exposure and saturation against real pictures, 0 to 1. Not VBench's imaging quality.");

    /// <inheritdoc/>
    public bool CanRunBeside => true;

    /// <inheritdoc/>
    public string? WhyNot(VideoDescription video) =>
        video.Height < 3 || video.Width < 3 ? "the frames are smaller than 3x3"
        : ReferenceFor(video) is null ? "there are no real pictures to compare with; set ImagingOptions.Reference" : null;

    /// <inheritdoc/>
    public IFrameScorer Start(VideoDescription video) =>
        new Scorer(video, ReferenceFor(video) ?? throw new InvalidOperationException("There is no reference; ask WhyNot first."), _options.NoiseScale);

    private ImagingReference? ReferenceFor(VideoDescription video) => _options.Reference ?? (video.Story is null ? null : ImagingReference.Shapes);

    private sealed class Scorer(VideoDescription video, ImagingReference reference, double noiseScale) : IFrameScorer
    {
        private readonly ImagingStatistics _statistics = new(video.Height, video.Width);

        public double Score(ReadOnlySpan<byte> frame)
        {
            _statistics.Measure(frame);
            double sharpness = Math.Min(1, _statistics.Sharpness / reference.Sharpness);
            double noise = Math.Exp(-_statistics.Noise * _statistics.Noise / (noiseScale * noiseScale));
            double exposure = Math.Max(0, 1 - 2 * _statistics.Clipped);
            double saturation = Math.Exp(-Math.Abs(Math.Log(Math.Max(_statistics.Chroma, 1e-6) / reference.Chroma)));
            return sharpness * noise * exposure * saturation;
        }

        public void Dispose()
        {
        }
    }
}
