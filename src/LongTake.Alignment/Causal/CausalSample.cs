using LongTake.Alignment.FlowMatching;
using LongTake.Evaluation.Shapes;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Causal;

/// <summary>What a sample of the causal training shows: chunks of a clip, the caption they are shown under, and which of them count.</summary>
/// <param name="Clip">The clip.</param>
/// <param name="Skipped">Latent frames left out after the first chunk.</param>
/// <param name="IsSecond">Whether the caption is the second scene's, and its chunks count; else the first one's.</param>
/// <param name="Caption">What the network reads.</param>
public sealed record CausalSample(TrainingClip Clip, int Skipped, bool IsSecond, string Caption)
{
    // In a row with one scene; of the stream's clips, seven of ten have one.
    private const int MostDraws = 10_000;

    /// <summary>Whether a latent frame of the clip is one of the scene that the caption speaks of.</summary>
    public bool Counts(int latent) => Clip.CutLatent is not int cut || (latent >= cut) == IsSecond;

    /// <summary>Draws a sample.</summary>
    /// <param name="recipe">Shares of gaps, second scenes and captions.</param>
    /// <param name="draw">Clips, their number of frames, and the randomness.</param>
    /// <param name="number">Number of the sample in its batch.</param>
    /// <exception cref="InvalidDataException">Second scenes are asked for, and no clip has one.</exception>
    public static CausalSample Draw(CausalRecipe recipe, ClipDraw draw, int number)
    {
        (int frames, int chunk, CounterRandom choices) = (draw.Size.Frames, recipe.ChunkFrames, draw.Choices);

        // Held-out clips are taken as they come, so that the loss on them can be compared whatever is trained on.
        bool isSecond = recipe.SecondSceneShare > 0 && draw.FirstHeldOut is null && frames > chunk && choices.NextDouble() < recipe.SecondSceneShare;
        TrainingClip clip = DrawClip(draw, number, isSecond);
        int latents = draw.Source.Latents.Info.Frames;
        int room = (latents - frames) / chunk;
        bool skips = room > 0 && frames > chunk && (recipe.GapFrames > 0 || choices.NextDouble() < recipe.SinkGap);
        int skipped = skips ? choices.NextInt(room + 1) * chunk : 0;
        if (isSecond && clip.CutLatent >= skipped + frames)
        {
            // The second scene begins after these: the last chunks then, which it reaches.
            skipped = latents - frames;
        }
        bool second = isSecond || (clip.CutLatent < skipped + frames && choices.NextInt(2) == 1);
        bool dropped = choices.NextDouble() < recipe.CaptionDropout;
        string caption = dropped ? "" : isSecond ? SecondCaption(clip, recipe, choices) : clip.Captions[second ? 1 : 0];
        return new CausalSample(clip, skipped, second, caption);
    }

    private static TrainingClip DrawClip(ClipDraw draw, int number, bool isSecond)
    {
        TrainingClip clip = draw.Source.Describe(draw.DrawClip(number));
        for (int i = 0; isSecond && clip.CutLatent is null; i++)
        {
            clip = i < MostDraws
                ? draw.Source.Describe(draw.DrawClip(number))
                : throw new InvalidDataException("No clip that is trained on has two scenes; set second_scene_share to 0, or use more clips.");
        }
        return clip;
    }

    private static string SecondCaption(TrainingClip clip, CausalRecipe recipe, CounterRandom choices)
    {
        if (clip.Captions[1].Length == 0)
        {
            return "";
        }
        (SceneState before, SceneState state) = (clip.Story.Scenes[0].State, clip.Story.Scenes[1].State);
        return choices.NextDouble() < recipe.PronounShare ? Captions.Pronoun(before, state) : Captions.Full(state);
    }
}
