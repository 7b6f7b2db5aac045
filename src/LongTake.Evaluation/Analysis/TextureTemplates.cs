using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>The texture weights of every pixel minus one half, as the renderer draws them: what backgrounds are compared with.</summary>
internal static class TextureTemplates
{
    /// <summary>Subtracted from every weight, so that sums of squares in single precision lose nothing.</summary>
    public const float Centre = 0.5f;

    /// <summary>Six planes [64, 64].</summary>
    public static float[][] Planes { get; } = [.. Enumerable.Range(0, 6).Select(Plane)];

    private static float[] Plane(int texture)
    {
        float[] plane = new float[ShapesWorld.Size * ShapesWorld.Size];
        for (int i = 0; i < plane.Length; i++)
        {
            plane[i] = (float)Background.PixelWeight(texture, i % ShapesWorld.Size, i / ShapesWorld.Size, 1) - Centre;
        }
        return plane;
    }
}
