namespace LongTake.Evaluation.Shapes;

/// <summary>
/// The constants of the Shapes world: one coloured shape that moves over a textured background on a torus.
/// Everything else (captions, splits, suites, renderer) is computed from these tables. Source: spec/benchmarks.md part 4.
/// </summary>
public static class ShapesWorld
{
    /// <summary>Version of the constants, the draw orders and the renderer; any change of them makes a new one.</summary>
    public const string Version = "shapes-1";

    /// <summary>Width and height of the canvas in pixels at scale 1; positions are measured in it and wrap around.</summary>
    public const int Size = 64;

    /// <summary>Number of states a scene can have: 288 identities, 36 backgrounds, 17 motion states.</summary>
    public const int StateCount = 176_256;

    /// <summary>Names of the shapes, by index.</summary>
    public static IReadOnlyList<string> ShapeNames { get; } = ["circle", "square", "triangle", "diamond", "cross", "star"];

    /// <summary>Names of the subject colours, by index.</summary>
    public static IReadOnlyList<string> ColourNames { get; } = ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"];

    /// <summary>Names of the sizes, by index.</summary>
    public static IReadOnlyList<string> SizeNames { get; } = ["small", "large"];

    /// <summary>Names of the marks, by index; a mark other than "none" is a dot of that colour.</summary>
    public static IReadOnlyList<string> MarkNames { get; } = ["none", "white", "black"];

    /// <summary>Names of the background textures, by index.</summary>
    public static IReadOnlyList<string> TextureNames { get; } =
        ["gradient", "horizontal stripes", "vertical stripes", "diagonal stripes", "checkerboard", "dots"];

    /// <summary>Names of the background palettes, by index.</summary>
    public static IReadOnlyList<string> PaletteNames { get; } = ["sand", "slate", "mint", "dusk", "snow", "moss"];

    /// <summary>Size radius of each size class in pixels at scale 1.</summary>
    public static IReadOnlyList<double> Radii { get; } = [7, 11];

    /// <summary>Radius of the mark's disc, in size radii.</summary>
    public const double MarkRadius = 0.28;

    /// <summary>Pixel area of each shape divided by the squared size radius, of the supersampled mask.</summary>
    public static IReadOnlyList<double> AreaFactors { get; } = [2.546, 2.560, 1.718, 2.674, 2.310, 1.762];

    /// <summary>Colours of the subject, by index.</summary>
    public static IReadOnlyList<Rgb> Colours { get; } =
    [
        new(230, 30, 30), new(245, 130, 0), new(240, 220, 20), new(20, 190, 50),
        new(20, 200, 210), new(40, 70, 230), new(150, 40, 210), new(240, 50, 160),
    ];

    /// <summary>The two colours of each palette, by index: texture weight 0 shows the first, weight 1 the second.</summary>
    public static IReadOnlyList<(Rgb A, Rgb B)> Palettes { get; } =
    [
        (new(222, 212, 190), new(180, 170, 146)),
        (new(130, 138, 150), new(88, 96, 108)),
        (new(206, 224, 210), new(160, 180, 166)),
        (new(112, 104, 120), new(70, 62, 78)),
        (new(240, 242, 244), new(198, 202, 206)),
        (new(136, 142, 118), new(92, 98, 76)),
    ];

    /// <summary>A coordinate folded into [0, <see cref="Size"/>).</summary>
    public static double Wrap(double coordinate)
    {
        double wrapped = coordinate - Size * Math.Floor(coordinate / Size);

        // A tiny negative number rounds up to the size itself.
        return wrapped >= Size ? 0 : wrapped;
    }
}

/// <summary>A colour with 8 bits per channel.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>The hue angle atan2(sqrt(3)/2 (G - B), R - (G + B)/2) in degrees, in [0, 360).</summary>
    public double HueDegrees
    {
        get
        {
            double degrees = Math.Atan2(Math.Sqrt(3) / 2 * (G - B), R - (G + B) / 2.0) * 180 / Math.PI;
            return degrees < 0 ? degrees + 360 : degrees;
        }
    }
}
