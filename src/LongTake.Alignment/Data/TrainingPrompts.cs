using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.Data;

/// <summary>
/// Captions of the training stream without their clips, for trainings that need no pixels. The first scene's caption of every
/// clip, and none of them empty: what is without a prompt is up to the guidance.
/// </summary>
public static class TrainingPrompts
{
    private static readonly TrainingClips s_stream = new(options: new TrainingClipOptions { EmptyShare = 0 });

    /// <summary>Caption of clip number <paramref name="index"/> of the endless stream.</summary>
    public static string Get(long index) => s_stream.Describe(index, 1).Captions[0];
}
