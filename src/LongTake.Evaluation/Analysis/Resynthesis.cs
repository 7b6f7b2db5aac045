using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Analysis;

/// <summary>Draws what a reading describes, with the world's own colours: what the frame would be if it were perfect.</summary>
internal static class Resynthesis
{
    /// <summary>Draws it; only the background where no subject is.</summary>
    /// <param name="reading">What was measured.</param>
    /// <param name="rgb">Receives [64, 64, 3] bytes.</param>
    public static void Render(in FrameReading reading, Span<byte> rgb)
    {
        if (reading.IsPresent)
        {
            SceneRenderer.Render(reading.State, reading.X, reading.Y, rgb);
        }
        else
        {
            Background.Get(reading.Texture, reading.Palette, 1).Bytes.CopyTo(rgb);
        }
    }
}
