using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.Grpo;

/// <summary>One scene of a script.</summary>
/// <param name="Prompt">What it shows.</param>
/// <param name="State">The same for the analyser of the Shapes world; null for anything else.</param>
/// <param name="Phase">Phase of the motion in radians, for the true story of a Shapes scene.</param>
public sealed record ScriptScene(string Prompt, SceneState? State = null, double Phase = 0);

/// <summary>The scenes that a video shall show, one after the other; where they change is for whoever makes the video to say.</summary>
/// <param name="Scenes">At least one.</param>
public sealed record VideoScript(IReadOnlyList<ScriptScene> Scenes)
{
    /// <summary>Latent frame at which each scene begins when all are as long as the chunks allow.</summary>
    /// <param name="frames">Latent frames of the video.</param>
    /// <param name="chunkFrames">Latent frames of a chunk; scenes begin with one.</param>
    /// <exception cref="ArgumentException">There are more scenes than chunks.</exception>
    public int[] EqualStarts(int frames, int chunkFrames)
    {
        int chunks = frames / chunkFrames;
        return chunks >= Scenes.Count
            ? [.. Enumerable.Range(0, Scenes.Count).Select(i => i * chunks / Scenes.Count * chunkFrames)]
            : throw new ArgumentException($"{Scenes.Count} scenes do not fit in {chunks} chunks of {chunkFrames} latent frames; use more frames.");
    }
}

/// <summary>Where scripts come from.</summary>
public interface IScriptSource
{
    /// <summary>A script to train on; a function of its number.</summary>
    /// <param name="index">From 0, without end.</param>
    VideoScript Training(long index);

    /// <summary>A script that is never trained on; a function of its number.</summary>
    /// <param name="index">From 0.</param>
    VideoScript HeldOut(int index);
}
