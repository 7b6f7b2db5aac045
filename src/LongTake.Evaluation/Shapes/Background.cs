using System.Collections.Concurrent;

namespace LongTake.Evaluation.Shapes;

/// <summary>
/// The rendered backgrounds. They do not move, so each is drawn once per size and shared: as exact values in 8-bit units for
/// compositing under the subject, and as bytes for everything the subject does not touch.
/// </summary>
internal sealed class Background
{
    private static readonly ConcurrentDictionary<(int Texture, int Palette, int Scale), Background> Cache = new();

    private Background(int texture, int palette, int scale)
    {
        int size = ShapesWorld.Size * scale;
        Values = new float[size * size * 3];
        Bytes = new byte[Values.Length];
        (Rgb a, Rgb b) = ShapesWorld.Palettes[palette];
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                float weight = (float)PixelWeight(texture, x, y, scale);
                Span<float> pixel = Values.AsSpan((y * size + x) * 3, 3);
                pixel[0] = (1 - weight) * a.R + weight * b.R;
                pixel[1] = (1 - weight) * a.G + weight * b.G;
                pixel[2] = (1 - weight) * a.B + weight * b.B;
            }
        }
        for (int i = 0; i < Bytes.Length; i++)
        {
            Bytes[i] = SceneRenderer.Quantize(Values[i]);
        }
    }

    /// <summary>[H, W, 3] values in 0..255, not rounded.</summary>
    public float[] Values { get; }

    /// <summary>[H, W, 3], rounded.</summary>
    public byte[] Bytes { get; }

    /// <summary>The background of a texture and a palette.</summary>
    public static Background Get(int texture, int palette, int scale) =>
        Cache.GetOrAdd((texture, palette, scale), static key => new Background(key.Texture, key.Palette, key.Scale));

    /// <summary>Texture weight at one sample point, in units of scale 1.</summary>
    internal static double Weight(int texture, double x, double y) => texture switch
    {
        0 => y / ShapesWorld.Size,
        1 => (int)(y / 8) & 1,
        2 => (int)(x / 8) & 1,
        3 => (int)((x + y) / 8) & 1,
        4 => ((int)(x / 8) + (int)(y / 8)) & 1,
        5 => InDot(x, y) ? 1 : 0,
        _ => throw new ArgumentOutOfRangeException(nameof(texture), texture, "There is no such texture."),
    };

    private static bool InDot(double x, double y)
    {
        double dx = x % 16 - 8;
        double dy = y % 16 - 8;
        return dx * dx + dy * dy <= 25;
    }

    /// <summary>Texture weight of a pixel: the mean over its sample points.</summary>
    internal static double PixelWeight(int texture, int x, int y, int scale)
    {
        double sum = 0;
        for (int j = 0; j < 4; j++)
        {
            for (int i = 0; i < 4; i++)
            {
                sum += Weight(texture, (x + (i + 0.5) / 4) / scale, (y + (j + 0.5) / 4) / scale);
            }
        }
        return sum / 16;
    }
}
