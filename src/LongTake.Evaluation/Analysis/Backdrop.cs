using System.Numerics;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>The colours of a background as it would be behind the subject: what was read of it, looked up once for all pixels.</summary>
internal readonly struct Backdrop
{
    private readonly float[] _weights;
    private readonly Vector3 _a;
    private readonly Vector3 _b;
    private readonly float _gain;
    private readonly Vector3 _offset;

    private Backdrop(float[] weights, Vector3 a, Vector3 b, float gain, float offset) =>
        (_weights, _a, _b, _gain, _offset) = (weights, a, b, gain, new Vector3(offset));

    /// <summary>That of a frame.</summary>
    /// <param name="reading">Texture and palette.</param>
    /// <param name="background">Tone.</param>
    public static Backdrop Of(in FrameReading reading, BackgroundFit background)
    {
        (Rgb a, Rgb b) = ShapesWorld.Palettes[reading.Palette];
        return new Backdrop(TextureTemplates.Planes[reading.Texture], Colour(a), Colour(b), (float)background.ToneGain, (float)background.ToneOffset);
    }

    /// <summary>The colour at a pixel, in 0..1.</summary>
    public Vector3 At(int pixel) => Vector3.Lerp(_a, _b, _weights[pixel] + TextureTemplates.Centre) * _gain + _offset;

    private static Vector3 Colour(Rgb rgb) => new Vector3(rgb.R, rgb.G, rgb.B) * (1 / 255f);
}
