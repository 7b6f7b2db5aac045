using LongTake.Evaluation.Shapes;
using LongTake.Tensors;

namespace LongTake.Alignment.Data;

/// <summary>Training clips of the Shapes world as tensors.</summary>
public static class ShapesBatch
{
    private const int Size = ShapesWorld.Size;

    /// <summary>Whole clips as [B, 3, F, 64, 64] in [-1, 1].</summary>
    /// <param name="clips">Numbers of the clips in the training stream.</param>
    /// <param name="frames">Frames of each.</param>
    /// <param name="world">What part of the world they show.</param>
    public static Tensor Video(ReadOnlySpan<int> clips, int frames, WorldProfile world) =>
        Video(clips, frames, world, Size, new (int, int)[clips.Length]);

    /// <summary>Squares cut from clips, as [B, 3, F, side, side] in [-1, 1].</summary>
    /// <param name="clips">Numbers of the clips in the training stream.</param>
    /// <param name="frames">Frames of each.</param>
    /// <param name="world">What part of the world they show.</param>
    /// <param name="side">Side of the square in pixels.</param>
    /// <param name="corners">Left upper corner of each square.</param>
    public static Tensor Video(ReadOnlySpan<int> clips, int frames, WorldProfile world, int side, (int X, int Y)[] corners)
    {
        Tensor video = Tensor.Empty([clips.Length, 3, frames, side, side]);
        TrainingClips stream = new(options: new TrainingClipOptions { World = world });
        Span<float> all = video.Span;
        int count = 3 * frames * side * side;
        for (int i = 0; i < clips.Length; i++)
        {
            Convert(stream.Get(clips[i], frames).Frames, frames, side, corners[i], all.Slice(i * count, count));
        }
        return video;
    }

    /// <summary>Every <paramref name="every"/>-th frame of one sample of [B, 3, F, H, W] as RGB bytes [H, W, 3], clamped and truncated.</summary>
    public static List<byte[]> ToFrames(Tensor video, int sample, int every)
    {
        int frames = video.Shape[2], height = video.Shape[3], width = video.Shape[4];
        int plane = height * width;
        ReadOnlySpan<float> values = video.Span.Slice(sample * 3 * frames * plane, 3 * frames * plane);
        List<byte[]> result = [];
        for (int f = 0; f < frames; f += every)
        {
            byte[] rgb = new byte[plane * 3];
            for (int c = 0; c < 3; c++)
            {
                ReadOnlySpan<float> source = values.Slice(((c * frames) + f) * plane, plane);
                for (int p = 0; p < plane; p++)
                {
                    rgb[(p * 3) + c] = (byte)((Math.Clamp(source[p], -1f, 1f) + 1f) / 2f * 255f);
                }
            }
            result.Add(rgb);
        }
        return result;
    }

    private static void Convert(ReadOnlySpan<byte> rgb, int frames, int side, (int X, int Y) corner, Span<float> values)
    {
        for (int f = 0; f < frames; f++)
        {
            for (int y = 0; y < side; y++)
            {
                ReadOnlySpan<byte> row = rgb.Slice(((((f * Size) + corner.Y + y) * Size) + corner.X) * 3, side * 3);
                for (int c = 0; c < 3; c++)
                {
                    Span<float> target = values.Slice(((((c * frames) + f) * side) + y) * side, side);
                    for (int x = 0; x < side; x++)
                    {
                        target[x] = (row[(x * 3) + c] / 127.5f) - 1f;
                    }
                }
            }
        }
    }
}
