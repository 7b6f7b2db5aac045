using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.Data;

/// <summary>
/// Captions of the training stream without their clips, for trainings that need no pixels. The first scene's caption of every
/// clip, and none of them empty: what is without a prompt is up to the guidance.
/// </summary>
public static class TrainingPrompts
{
    /// <summary>Caption of clip number <paramref name="index"/> of the endless stream.</summary>
    /// <param name="index">Number of the clip, from 0.</param>
    /// <param name="world">What part of the world it shows.</param>
    public static string Get(long index, WorldProfile world) =>
        new TrainingClips(options: new TrainingClipOptions { EmptyShare = 0, World = world }).Describe(index, 1).Captions[0];
}
