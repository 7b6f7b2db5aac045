using LongTake.Models.Checkpoints;
using LongTake.Tensors.Parameters;

namespace LongTake.Testing;

/// <summary>The model of <see cref="TinyTeacher"/> with a few-step transformer of two steps, 64 x 64 pixels, and a recipe that fits it.</summary>
internal static class TinyFewStep
{
    /// <summary>
    /// What alignments have in common: videos of two sections, 9 and 6 latent frames; a window of 6 with a sink of 1; one step. The name of the
    /// model and rewards are to be added.
    /// </summary>
    public const string Recipe = """
        frames: 15
        first_section: 9
        section: 6
        window: 6
        sink: 1
        group_size: 2
        scenes: 1
        lora_rank: 2
        evaluation_scripts: 1
        steps: 1
        warmup_steps: 0

        """;

    /// <summary>What KVPO adds: branches of one chunk that choose two frames.</summary>
    public const string Kvpo = """
        nearest: 3
        history: 9
        perturbed_chunks: 1

        """;

    /// <summary>Writes the model.</summary>
    public static string Write(string folder)
    {
        TinyTeacher.Write(folder);
        TransformerSettings settings = TinyTeacher.Settings with
        {
            Sampler = "few-step",
            StepList = [1000, 500],
            Shift = 5,
            Guidance = 1,
            Height = 64,
            Width = 64,
            SinkFrames = 1,
            WindowFrames = 6,
        };
        using ParameterStore weights = TinyTeacher.Weights(1);
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, TinyTeacher.Config, settings, weights);
        return folder;
    }
}
