using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// What <see cref="FrameAnalyser"/> measured in one frame. Classes are indices into the tables of <see cref="ShapesWorld"/>; those of the
/// subject are -1 where nothing of a subject's size was found. Source: spec/benchmarks.md section 4.7.
/// </summary>
public struct FrameReading
{
    /// <summary>Number of shape templates: six shapes in two sizes.</summary>
    public const int TemplateCount = 12;

    private Overlaps _overlaps;
    private SixValues _correlations;
    private SixValues _paletteErrors;

    /// <summary>Whether there is a subject: a coloured component of plausible area that one of the shapes fits.</summary>
    public bool IsPresent { get; internal set; }

    /// <summary>Area of other coloured components, as a share of the subject's.</summary>
    public float Duplicates { get; internal set; }

    /// <summary>Best shape.</summary>
    public int Shape { get; internal set; }

    /// <summary>Best size.</summary>
    public int Size { get; internal set; }

    /// <summary>Nearest colour.</summary>
    public int Colour { get; internal set; }

    /// <summary>Best mark.</summary>
    public int Mark { get; internal set; }

    /// <summary>Best texture.</summary>
    public int Texture { get; internal set; }

    /// <summary>Best palette.</summary>
    public int Palette { get; internal set; }

    /// <summary>Horizontal centre of the subject in pixels, in [0, 64).</summary>
    public double X { get; internal set; }

    /// <summary>Vertical centre of the subject in pixels, in [0, 64).</summary>
    public double Y { get; internal set; }

    /// <summary>Area of the subject in pixels, partly covered ones in part.</summary>
    public float Area { get; internal set; }

    /// <summary>Hue angle of the subject in degrees, in [0, 360).</summary>
    public float Hue { get; internal set; }

    /// <summary>Largest minus smallest channel of the subject's colour, in 0..1.</summary>
    public float SubjectChroma { get; internal set; }

    /// <summary>Peak signal-to-noise ratio, in decibels, against the picture that the measured classes and centre describe; at most 100.</summary>
    public float Psnr { get; internal set; }

    /// <summary>Mean luma in 8-bit levels.</summary>
    public float Luma { get; internal set; }

    /// <summary>Mean luma of the re-synthesised picture in 8-bit levels.</summary>
    public float IdealLuma { get; internal set; }

    /// <summary>Mean chroma (largest minus smallest channel) in 8-bit levels.</summary>
    public float Chroma { get; internal set; }

    /// <summary>Mean chroma of the re-synthesised picture in 8-bit levels.</summary>
    public float IdealChroma { get; internal set; }

    /// <summary>Mean absolute difference to the frame before, in 0..1; 0 for the first. Set by <see cref="VideoAnalyser"/>.</summary>
    public float Change { get; internal set; }

    /// <summary>The same between the re-synthesised pictures.</summary>
    public float IdealChange { get; internal set; }

    /// <summary>Soft intersection over union with each template, at index 2 * shape + size; 0 where that with the shape's other size is larger for certain.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<float> ShapeOverlaps => _overlaps;

    /// <summary>Correlation of the background's luma with each texture.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<float> TextureCorrelations => _correlations;

    /// <summary>Distance of the background's two colours to each palette, gain removed.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<float> PaletteErrors => _paletteErrors;

    /// <summary>Largest overlap of a shape's two sizes with the subject.</summary>
    public readonly float OverlapOf(int shape) => Math.Max(_overlaps[2 * shape], _overlaps[2 * shape + 1]);

    /// <summary>The classes as a scene that stays still, for rendering; meaningful where a subject was found.</summary>
    public readonly SceneState State => new(Shape, Colour, Size, Mark, Texture, Palette, MotionKind.Still, 0);

    [UnscopedRef]
    internal Span<float> MutableOverlaps => _overlaps;

    [UnscopedRef]
    internal Span<float> MutableCorrelations => _correlations;

    [UnscopedRef]
    internal Span<float> MutablePaletteErrors => _paletteErrors;

    [InlineArray(TemplateCount)]
    private struct Overlaps
    {
        private float _element;
    }

    [InlineArray(6)]
    private struct SixValues
    {
        private float _element;
    }
}
