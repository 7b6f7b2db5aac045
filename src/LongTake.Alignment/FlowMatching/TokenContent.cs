using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.FlowMatching;

/// <summary>
/// What each token of a clip's transformer shows, as numbers: its patch is 16 x 16 pixels of the frames of one latent. The world knows
/// it exactly, where a real one would need an encoder that was trained to see.
/// </summary>
internal static class TokenContent
{
    /// <summary>
    /// Numbers a token: coverage by the subject of 4 x 4 squares of 4 pixels, in the latent's first and last frame; then, times the
    /// token's coverage, its shape, colour, size and mark; then, of every token, the texture and palette of the background, which of the
    /// 17 motions it is, and the subject's movement to the right and downward in pixels a frame.
    /// </summary>
    /// <remarks>
    /// Motion is among them because a denoiser hardly learns its direction from captions: where noise hides which way the subject goes, knowing
    /// it helps little, and where it helps, the latents show it. Trained without, the embedded model followed axis and speed of a
    /// prompt and gave "left" and "right" the same video.
    /// </remarks>
    public const int Features = (2 * Squares) + 6 + 8 + 2 + 3 + 6 + 6 + Motions + 2;

    private const int Motions = 17;
    private const int Patch = 16;
    private const int Square = 4;
    private const int Squares = Patch / Square * (Patch / Square);
    private const int Side = ShapesWorld.Size / Patch;

    /// <summary>Describes all tokens of the first latents of a clip.</summary>
    /// <param name="story">What the clip shows.</param>
    /// <param name="frames">Latent frames.</param>
    /// <param name="content">Receives [frames * 16, <see cref="Features"/>], tokens in the order frame, row, column.</param>
    public static void Fill(Story story, int frames, Span<float> content)
    {
        content.Clear();
        int perFrame = Side * Side * Features;
        for (int latent = 0; latent < frames; latent++)
        {
            Span<float> tokens = content.Slice(latent * perFrame, perFrame);
            int last = 4 * latent, first = Math.Max(0, last - 3);
            AddCoverage(story, first, tokens, 0);
            AddCoverage(story, last, tokens, Squares);
            AddState(story.Scenes[story.SceneIndexAt(last)].State, tokens);
            AddMovement(story, last, tokens);
        }
    }

    private static void AddCoverage(Story story, int frame, Span<float> tokens, int offset)
    {
        SceneState state = story.Scenes[story.SceneIndexAt(frame)].State;
        (double x, double y) = story.PositionAt(frame);
        int room = SubjectMask.MaxSide(1);
        Span<byte> hits = stackalloc byte[room * room];
        PixelBox box = SubjectMask.Rasterize(state.Shape, ShapesWorld.Radii[state.Size], x, y, hits);
        for (int row = 0; row < box.Height; row++)
        {
            int py = (box.Top + row + ShapesWorld.Size) % ShapesWorld.Size;
            for (int column = 0; column < box.Width; column++)
            {
                int px = (box.Left + column + ShapesWorld.Size) % ShapesWorld.Size;
                int token = (py / Patch * Side) + (px / Patch);
                int square = (py % Patch / Square * (Patch / Square)) + (px % Patch / Square);
                tokens[(token * Features) + offset + square] +=
                    (float)hits[(row * box.Width) + column] / (SubjectMask.Samples * Square * Square);
            }
        }
    }

    private static void AddState(SceneState state, Span<float> tokens)
    {
        for (int token = 0; token < Side * Side; token++)
        {
            Span<float> values = tokens.Slice(token * Features, Features);
            float covered = 0;
            foreach (float square in values[..(2 * Squares)])
            {
                covered += square / (2 * Squares);
            }
            int at = 2 * Squares;
            foreach ((int value, int count, float weight) in (ReadOnlySpan<(int, int, float)>)
                [
                    (state.Shape, 6, covered),
                    (state.Colour, 8, covered),
                    (state.Size, 2, covered),
                    (state.Mark, 3, covered),
                    (state.Texture, 6, 1),
                    (state.Palette, 6, 1),
                    (state.MotionIndex, Motions, 1),
                ])
            {
                values[at + value] = weight;
                at += count;
            }
        }
    }

    /// <summary>From the frame before, or at a scene's start to the frame after: the shorter way round the canvas.</summary>
    private static void AddMovement(Story story, int frame, Span<float> tokens)
    {
        int from = frame > 0 && story.SceneIndexAt(frame - 1) == story.SceneIndexAt(frame) ? frame - 1 : frame;
        (double x, double y) = story.PositionAt(from);
        (double nextX, double nextY) = story.PositionAt(from + 1);
        for (int token = 0; token < Side * Side; token++)
        {
            tokens[(token * Features) + Features - 2] = Way(nextX - x);
            tokens[(token * Features) + Features - 1] = Way(nextY - y);
        }

        static float Way(double distance) => (float)Math.IEEERemainder(distance, ShapesWorld.Size);
    }
}
