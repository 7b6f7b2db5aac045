namespace LongTake.Alignment.Distillation;

/// <summary>What a <see cref="TrajectoryCache"/> holds.</summary>
/// <param name="World">Version of the world that the captions are of.</param>
/// <param name="Teacher">Fingerprint of the weights of teacher and text encoder.</param>
/// <param name="StepList">The student's steps, separated by commas.</param>
/// <param name="Shift">Timestep shift.</param>
/// <param name="TeacherSteps">Euler steps of the teacher.</param>
/// <param name="Guidance">Its classifier-free guidance.</param>
/// <param name="Preset">What it remembered of the past.</param>
/// <param name="Seed">Seed of the noise.</param>
/// <param name="ChunkFrames">Latent frames that the teacher made at once: a chunk, or the clip.</param>
/// <param name="Channels">Latent channels.</param>
/// <param name="Frames">Latent frames a clip.</param>
/// <param name="Height">Latent rows.</param>
/// <param name="Width">Latent columns.</param>
public sealed record TrajectoryCacheInfo(
    string World,
    string Teacher,
    string StepList,
    double Shift,
    int TeacherSteps,
    double Guidance,
    string Preset,
    ulong Seed,
    int ChunkFrames,
    int Channels,
    int Frames,
    int Height,
    int Width)
{
    /// <summary>States of a trajectory: one for each of the student's steps, and the clean end.</summary>
    public int States => StepList.Split(',').Length + 1;

    /// <summary>Numbers of one state.</summary>
    public int ElementsPerState => Channels * Frames * Height * Width;

    /// <summary>Numbers of one trajectory.</summary>
    public int Elements => States * ElementsPerState;
}
