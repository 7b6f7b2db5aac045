using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Scores of one frame against what it should show; all in [0, 1], those of the subject 0 where nothing of a subject's size was found.
/// Source: spec/benchmarks.md section 4.8.
/// </summary>
public static class FrameScores
{
    private static readonly double s_sizeStep = Math.Log(ShapesWorld.Radii[1] / ShapesWorld.Radii[0]);

    /// <summary>Whether the subject has the shape: 1 for the right one, 0 when another fits better by 0.12 of overlap.</summary>
    public static double Shape(in FrameReading reading, int shape)
    {
        if (reading.Shape < 0)
        {
            return 0;
        }
        float best = reading.ShapeOverlaps[2 * reading.Shape + reading.Size];
        return Clamp((best - 0.4) / 0.4) * Clamp(1 - (best - reading.OverlapOf(shape)) / 0.12);
    }

    /// <summary>Whether it has the colour: the hue within 6 degrees, falling to 0 at 22, and at least half of the chroma.</summary>
    public static double Colour(in FrameReading reading, int colour)
    {
        Rgb target = ShapesWorld.Colours[colour];
        double chroma = (Math.Max(target.R, Math.Max(target.G, target.B)) - Math.Min(target.R, Math.Min(target.G, target.B))) / 255.0;
        double error = HueDistance(reading.Hue, target.HueDegrees);
        return Clamp(1 - (error - 6) / 16) * Clamp(2 * reading.SubjectChroma / chroma);
    }

    /// <summary>Whether it has the size: 1 within 5 % of the radius, 0 at the other size.</summary>
    public static double Size(in FrameReading reading, int size)
    {
        if (reading.Shape < 0)
        {
            return 0;
        }
        double radius = Math.Sqrt(Math.Max(reading.Area, 1e-6) / ShapesWorld.AreaFactors[reading.Shape]);
        double distance = Math.Abs(Math.Log(radius / ShapesWorld.Radii[size]));
        return Clamp(1 - Math.Max(0, distance - 0.05) / (s_sizeStep - 0.05));
    }

    /// <summary>1 for the right mark, 0 for another.</summary>
    public static double Mark(in FrameReading reading, int mark) => reading.Mark == mark ? 1 : 0;

    /// <summary>
    /// The identity score I, a weighted geometric mean: 0.35 when shape or colour is wrong, 0.64 when the mark is, 0 without a subject.
    /// </summary>
    public static double Identity(in FrameReading reading, (int Shape, int Colour, int Size, int Mark) identity)
    {
        if (!reading.IsPresent)
        {
            return 0;
        }
        return Factor(Shape(reading, identity.Shape), 0.35) * Factor(Colour(reading, identity.Colour), 0.35)
            * Factor(Size(reading, identity.Size), 0.15) * Factor(Mark(reading, identity.Mark), 0.15);
    }

    /// <summary>Whether the background has the texture: 0 when another correlates better by 0.25.</summary>
    public static double Texture(in FrameReading reading, int texture)
    {
        float best = reading.TextureCorrelations[reading.Texture];
        return Clamp((best - 0.3) / 0.4) * Clamp(1 - (best - reading.TextureCorrelations[texture]) / 0.25);
    }

    /// <summary>Whether it has the palette: 0 when another is nearer by 0.03.</summary>
    public static double Palette(in FrameReading reading, int palette) =>
        Clamp(1 - (reading.PaletteErrors[palette] - reading.PaletteErrors[reading.Palette]) / 0.03);

    /// <summary>The background score B, a geometric mean: 0.22 when texture or palette is wrong, 0 when both are.</summary>
    public static double Background(in FrameReading reading, (int Texture, int Palette) background)
    {
        double texture = Texture(reading, background.Texture), palette = Palette(reading, background.Palette);
        return texture == 0 && palette == 0 ? 0 : Math.Sqrt(Math.Max(0.05, texture) * Math.Max(0.05, palette));
    }

    /// <summary>Render fidelity RF: 0 at 10 dB against the picture's own description, 1 at 40.</summary>
    public static double Fidelity(in FrameReading reading) => Clamp((reading.Psnr - 10) / 30);

    /// <summary>The angle between two hues in degrees, 0 to 180.</summary>
    public static double HueDistance(double a, double b)
    {
        double distance = Math.Abs(a - b) % 360;
        return Math.Min(distance, 360 - distance);
    }

    internal static double Clamp(double value) => Math.Clamp(value, 0, 1);

    private static double Factor(double score, double weight) => Math.Pow(Math.Max(0.05, score), weight);
}
