namespace LongTake.Models.Vision;

/// <summary>How pixels between pixels are computed.</summary>
public enum ResamplingKernel
{
    /// <summary>Two taps along each axis.</summary>
    Bilinear,

    /// <summary>Four taps along each axis, a = -0.75, without a filter against aliasing: large frames are point-sampled.</summary>
    Bicubic,

    /// <summary>Bicubic with a filter against aliasing, a = -0.5.</summary>
    SmoothBicubic,
}

/// <summary>How a frame is brought to the size that a network takes.</summary>
public enum ImageFit
{
    /// <summary>The shorter side gets the wanted length, the longer one its share (the whole number below).</summary>
    ShorterSide,

    /// <summary>
    /// The longer side gets the wanted length, the shorter one its share (rounded, ties to even); black beside it, before normalisation, makes
    /// a square of it: half of the rest, rounded down, above or left.
    /// </summary>
    LongerSide,

    /// <summary>Both sides get the wanted length, whatever becomes of the proportions.</summary>
    Stretch,
}

/// <summary>
/// What happens to a frame before a network sees it: it is resized, the middle cut out, values brought to 0..1 and normalised. Source: spec
/// metrics, section 1.2; rewards-and-grpo, A2.
/// </summary>
public sealed record ImageTransform
{
    private static readonly float[] s_clipMean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] s_clipDeviation = [0.26862954f, 0.26130258f, 0.27577711f];
    private static readonly float[] s_imageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_imageNetDeviation = [0.229f, 0.224f, 0.225f];

    /// <summary>Pixels of the side that <see cref="Fit"/> speaks of.</summary>
    public required int Side { get; init; }

    /// <summary>Which side gets that length. Default: the shorter one.</summary>
    public ImageFit Fit { get; init; }

    /// <summary>How pixels between pixels are computed.</summary>
    public required ResamplingKernel Kernel { get; init; }

    /// <summary>Side of the square that is cut out of the middle; null for the whole frame.</summary>
    public int? Crop { get; init; }

    /// <summary>
    /// Whether resized values are limited to 0..255 and rounded to whole numbers (the 8-bit path of VBench). By default they are not, and
    /// what bicubic resizing overshoots reaches the network.
    /// </summary>
    public bool RoundsTo8Bit { get; init; }

    /// <summary>Means of red, green and blue, on the scale 0..1.</summary>
    public required IReadOnlyList<float> Mean { get; init; }

    /// <summary>Standard deviations of red, green and blue, on the scale 0..1.</summary>
    public required IReadOnlyList<float> Deviation { get; init; }

    /// <summary>For CLIP: shorter side 224, bicubic, the middle 224x224.</summary>
    public static ImageTransform Clip224 { get; } = new()
    {
        Side = 224,
        Kernel = ResamplingKernel.Bicubic,
        Crop = 224,
        Mean = s_clipMean,
        Deviation = s_clipDeviation,
    };

    /// <summary>For DINO: shorter side 224, bilinear, no crop.</summary>
    public static ImageTransform Dino224 { get; } = new()
    {
        Side = 224,
        Kernel = ResamplingKernel.Bilinear,
        Mean = s_imageNetMean,
        Deviation = s_imageNetDeviation,
    };

    /// <summary>
    /// For DINOv2 in VBench-Long: shorter side 256, bicubic, the middle 224x224. Whether the published scores were made with or without
    /// anti-aliasing is not known; here it is on.
    /// </summary>
    public static ImageTransform DinoV2 { get; } = new()
    {
        Side = 256,
        Kernel = ResamplingKernel.SmoothBicubic,
        Crop = 224,
        Mean = s_imageNetMean,
        Deviation = s_imageNetDeviation,
    };

    /// <summary>
    /// For HPSv2: longer side 224, bicubic, the rest black. The published scores come from an image library that filters against aliasing,
    /// so it is on here.
    /// </summary>
    public static ImageTransform Hps { get; } = Clip224 with { Fit = ImageFit.LongerSide, Kernel = ResamplingKernel.SmoothBicubic, Crop = null };

    /// <summary>
    /// For the CLIPs of DreamSim in VBench-Long: stretched to 224x224, bicubic. Whether the published scores were made with or without
    /// anti-aliasing is not known; here it is on.
    /// </summary>
    public static ImageTransform DreamSimClip { get; } = Clip224 with { Fit = ImageFit.Stretch, Kernel = ResamplingKernel.SmoothBicubic, Crop = null };

    /// <summary>The same for the DINO of DreamSim, which has other means and deviations.</summary>
    public static ImageTransform DreamSimDino { get; } = DreamSimClip with { Mean = s_imageNetMean, Deviation = s_imageNetDeviation };

    /// <summary>The middle square as if it were a face: 112x112, bicubic with anti-aliasing, values in -1..1. Ours.</summary>
    public static ImageTransform FaceCentre { get; } = new()
    {
        Side = 112,
        Kernel = ResamplingKernel.SmoothBicubic,
        Crop = 112,
        Mean = [0.5f, 0.5f, 0.5f],
        Deviation = [0.5f, 0.5f, 0.5f],
    };

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One is unusable; the message names it.</exception>
    public void Validate()
    {
        if (Side < 1)
        {
            throw new ArgumentException($"{nameof(Side)} is {Side}; it must be positive.");
        }
        if (Crop is int crop && (crop < 1 || crop > Side))
        {
            throw new ArgumentException($"{nameof(Crop)} is {crop}; it must lie between 1 and {nameof(Side)} {Side}.");
        }
        if (Crop is not null && Fit != ImageFit.ShorterSide)
        {
            throw new ArgumentException($"{nameof(Crop)} goes with {nameof(Fit)} {ImageFit.ShorterSide} only; {Fit} gives a square already.");
        }
        if (Mean.Count != 3 || Deviation.Count != 3 || Deviation.Any(d => !(d > 0)))
        {
            throw new ArgumentException($"{nameof(Mean)} and {nameof(Deviation)} take three numbers each, and deviations are positive.");
        }
    }

    /// <summary>Size after resizing, before the crop and before black is put beside the frame.</summary>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="width">Columns of the frame.</param>
    public (int Height, int Width) ResizedSize(int height, int width) => (Fit, height <= width) switch
    {
        (ImageFit.Stretch, _) => (Side, Side),
        (ImageFit.ShorterSide, true) => (Side, (int)((long)Side * width / height)),
        (ImageFit.ShorterSide, false) => ((int)((long)Side * height / width), Side),
        (_, true) => (Rounded(height, width), Side),
        _ => (Side, Rounded(width, height)),
    };

    // Of very long frames, one pixel is left.
    private int Rounded(int shorter, int longer) => Math.Max(1, (int)Math.Round((double)Side * shorter / longer, MidpointRounding.ToEven));
}
