using LongTake.Alignment.FlowMatching;
using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.Tests;

public class TokenContentTests
{
    private const int Tokens = 16;
    private const int Attributes = 32;

    [Fact]
    public void Coverage_is_what_the_renderer_draws()
    {
        // A clip whose subject crosses borders: large, fast, starting in a corner.
        SceneState state = new(5, 0, 1, 0, 0, 0, MotionKind.Right, 1);
        Story story = new(16, 60, 2, [new StoryScene(state, 0, 0, 9)]);
        float[] content = Fill(story, 3);
        foreach ((int latent, int offset, int frame) in ((int, int, int)[])[(0, 0, 0), (0, 16, 0), (1, 0, 1), (1, 16, 4), (2, 0, 5), (2, 16, 8)])
        {
            double[] expected = Coverage(story, frame);
            for (int token = 0; token < Tokens; token++)
            {
                for (int square = 0; square < 16; square++)
                {
                    int y = (token / 4 * 4) + (square / 4), x = (token % 4 * 4) + (square % 4);
                    float actual = content[(((latent * Tokens) + token) * TokenContent.Features) + offset + square];
                    Assert.Equal(expected[(y * 16) + x], actual, 1e-5);
                }
            }
        }
    }

    [Fact]
    public void Attributes_stand_where_the_subject_is_and_change_with_the_scene()
    {
        SceneState first = new(1, 3, 0, 2, 4, 5, MotionKind.Still, 0);
        SceneState second = first with { Texture = 0, Palette = 1 };
        const int Motion = 31, Right = 48;
        Story story = new(16, 8, 8, [new StoryScene(first, 0, 0, 9), new StoryScene(second, 0, 9, 12)]);
        float[] content = Fill(story, 5);
        for (int latent = 0; latent < 5; latent++)
        {
            Span<float> token = content.AsSpan(latent * Tokens * TokenContent.Features, TokenContent.Features);
            float covered = token[..Attributes].ToArray().Average();
            Assert.InRange(covered, 0.3f, 1f);
            float[] wanted = new float[TokenContent.Features - Attributes];
            wanted[1] = wanted[6 + 3] = wanted[14] = wanted[16 + 2] = covered;
            wanted[19 + (latent < 3 ? 4 : 0)] = wanted[25 + (latent < 3 ? 5 : 1)] = 1;
            wanted[Motion] = 1;
            Assert.Equal(wanted, token[Attributes..].ToArray());

            // The opposite corner of the canvas is background alone.
            token = content.AsSpan(((latent * Tokens) + 10) * TokenContent.Features, TokenContent.Features);
            Assert.Equal(3, token.ToArray().Sum());
            Assert.Equal(Right + 2, wanted.Length);
        }
    }

    [Theory]
    [InlineData(MotionKind.Right, 1, 0)]
    [InlineData(MotionKind.Left, -1, 0)]
    [InlineData(MotionKind.Up, 0, -1)]
    [InlineData(MotionKind.Down, 0, 1)]
    public void Movement_is_told_in_pixels_a_frame_across_borders(MotionKind kind, int right, int down)
    {
        // Fast: 20 pixels a second, so that a border is crossed within 21 latents.
        SceneState state = new(0, 0, 1, 0, 0, 0, kind, 1);
        float[] content = Fill(new Story(16, 30, 2, [new StoryScene(state, 0, 0, 81)]), 21);
        for (int token = 0; token < 21 * Tokens; token++)
        {
            Span<float> values = content.AsSpan(token * TokenContent.Features, TokenContent.Features);
            Assert.Equal(1, values[Attributes + 31 + state.MotionIndex]);
            Assert.Equal(1.25 * right, values[^2], 1e-5);
            Assert.Equal(1.25 * down, values[^1], 1e-5);
        }
    }

    private static float[] Fill(Story story, int frames)
    {
        float[] content = new float[frames * Tokens * TokenContent.Features];
        TokenContent.Fill(story, frames, content);
        return content;
    }

    /// <summary>Share of each 4 x 4 square that the subject covers, from masks rendered far from any border.</summary>
    private static double[] Coverage(Story story, int frame)
    {
        SceneState state = story.Scenes[0].State;
        (double x, double y) = story.PositionAt(frame);
        byte[] hits = new byte[SubjectMask.MaxSide(1) * SubjectMask.MaxSide(1)];
        PixelBox box = SubjectMask.Rasterize(state.Shape, ShapesWorld.Radii[state.Size], x + 640, y + 640, hits);
        double[] result = new double[256];
        for (int i = 0; i < box.Width * box.Height; i++)
        {
            int px = (box.Left + (i % box.Width)) % 64, py = (box.Top + (i / box.Width)) % 64;
            result[(py / 4 * 16) + (px / 4)] += hits[i] / 256.0;
        }
        return result;
    }
}
