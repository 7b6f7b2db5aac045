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

/// <summary>
/// What happens to a frame before a network sees it: the shorter side is resized, the middle cut out, values brought to 0..1 and
/// normalised. Source: spec metrics, section 1.2.
/// </summary>
public sealed record ImageTransform
{
    private static readonly float[] s_clipMean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] s_clipDeviation = [0.26862954f, 0.26130258f, 0.27577711f];
    private static readonly float[] s_imageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_imageNetDeviation = [0.229f, 0.224f, 0.225f];

    /// <summary>Pixels of the shorter side; the longer one becomes the whole number below its share.</summary>
    public required int ShorterSide { get; init; }

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
        ShorterSide = 224,
        Kernel = ResamplingKernel.Bicubic,
        Crop = 224,
        Mean = s_clipMean,
        Deviation = s_clipDeviation,
    };

    /// <summary>For DINO: shorter side 224, bilinear, no crop.</summary>
    public static ImageTransform Dino224 { get; } = new()
    {
        ShorterSide = 224,
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
        ShorterSide = 256,
        Kernel = ResamplingKernel.SmoothBicubic,
        Crop = 224,
        Mean = s_imageNetMean,
        Deviation = s_imageNetDeviation,
    };

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One is unusable; the message names it.</exception>
    public void Validate()
    {
        if (ShorterSide < 1)
        {
            throw new ArgumentException($"{nameof(ShorterSide)} is {ShorterSide}; it must be positive.");
        }
        if (Crop is int crop && (crop < 1 || crop > ShorterSide))
        {
            throw new ArgumentException($"{nameof(Crop)} is {crop}; it must lie between 1 and {nameof(ShorterSide)} {ShorterSide}.");
        }
        if (Mean.Count != 3 || Deviation.Count != 3 || Deviation.Any(d => !(d > 0)))
        {
            throw new ArgumentException($"{nameof(Mean)} and {nameof(Deviation)} take three numbers each, and deviations are positive.");
        }
    }

    /// <summary>Size after resizing, before the crop.</summary>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="width">Columns of the frame.</param>
    public (int Height, int Width) ResizedSize(int height, int width) => height <= width
        ? (ShorterSide, (int)((long)ShorterSide * width / height))
        : ((int)((long)ShorterSide * height / width), ShorterSide);
}
