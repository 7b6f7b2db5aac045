namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>
/// The prompts of a video as its frames go by: which one is in force, and the features of the different texts. A story that comes back to a prompt has it
/// once.
/// </summary>
internal sealed class PromptWalk
{
    private readonly VideoDescription _video;

    /// <summary>Encodes the prompts.</summary>
    /// <param name="video">The video; it has at least one prompt.</param>
    /// <param name="encoder">Encodes texts.</param>
    public PromptWalk(VideoDescription video, ITextEncoder encoder)
    {
        _video = video;
        string[] texts = [.. video.Prompts.Select(p => p.Text).Distinct()];
        Features = [.. texts.Select(encoder.Encode)];
        Texts = [.. video.Prompts.Select(p => Array.IndexOf(texts, p.Text))];
    }

    /// <summary>Features of the different texts, in the order in which they first appear.</summary>
    public float[][] Features { get; }

    /// <summary>For each prompt of the video, its text among the different ones.</summary>
    public IReadOnlyList<int> Texts { get; }

    /// <summary>The prompt in force.</summary>
    public int Current { get; private set; }

    /// <summary>The feature of the prompt in force.</summary>
    public float[] Feature => Features[Texts[Current]];

    /// <summary>The frame after the last one that a prompt is in force in.</summary>
    /// <param name="prompt">Which prompt.</param>
    public int EndOf(int prompt) => prompt + 1 < Texts.Count ? _video.Prompts[prompt + 1].StartFrame : _video.FrameCount;

    /// <summary>Goes on to a frame.</summary>
    /// <param name="frame">Its number; not before the last one.</param>
    public void MoveTo(int frame)
    {
        while (Current + 1 < Texts.Count && frame >= _video.Prompts[Current + 1].StartFrame)
        {
            Current++;
        }
    }
}
