using System.Globalization;
using LongTake.Alignment.Data;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Methods;
using LongTake.Generation.Streaming;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// Computes trajectories. The multi-step causal teacher's are streamed over its cache as it would generate: each chunk follows the
/// clean ends of the teacher's own earlier chunks, which is what the student shall imitate. (A teacher-forcing mask would need the
/// clips' true latents as the past, and would compute the clean half again at every step: twice the work.) The bidirectional one's are
/// those of a stream whose one chunk is the whole clip.
/// </summary>
/// <param name="compute">Where to compute.</param>
/// <param name="teacher">The teacher.</param>
/// <param name="textEncoder">Reads captions.</param>
/// <param name="tokenizer">Cuts them into tokens.</param>
/// <param name="recipe">Sampler, guidance and lengths.</param>
/// <param name="side">Rows and columns of a latent frame.</param>
internal sealed class TrajectoryTeacher(
    Compute compute, WanTransformer teacher, Umt5Encoder textEncoder, WanTokenizer tokenizer, OdeRecipe recipe, int side)
{
    private int ChunkFrames => recipe.Teacher == TrajectorySource.Causal ? recipe.ChunkFrames : recipe.Frames;

    /// <summary>What the trajectories are, for the file that keeps them.</summary>
    /// <param name="textWeights">Weights of the text encoder, which shape the trajectories too.</param>
    public TrajectoryCacheInfo Describe(ParameterStore textWeights) => new(
        recipe.Profile.Version,
        WeightFingerprint.Of(teacher.Parameters, textWeights),
        string.Join(',', recipe.StepList.Select(s => s.ToString(CultureInfo.InvariantCulture))),
        recipe.TimestepShift,
        recipe.TeacherSteps,
        recipe.TeacherGuidance,
        recipe.Preset,
        recipe.Seed,
        ChunkFrames,
        teacher.Config.InChannels,
        recipe.Frames,
        side,
        side);

    /// <summary>Computes trajectories side by side; trajectory i has caption i of the training stream.</summary>
    /// <returns>[count, K + 1, C, T, H, W].</returns>
    public Half[] Compute(int first, int count)
    {
        using TensorScope scope = TensorScope.Open();
        int channels = teacher.Config.InChannels, states = recipe.StepList.Count + 1;
        int perState = channels * recipe.Frames * side * side;
        Half[] result = new Half[count * states * perState];
        TrajectorySampler sampler = new(recipe.TeacherSteps, recipe.TimestepShift, recipe.StepList, Keep);
        StreamingMethod method = MethodPresets.Create(recipe.Preset) with { Noise = _ => new TrajectoryNoise(recipe.Seed, first) };
        RunInfo run = new(recipe.Seed, ChunkFrames, recipe.Frames);
        using ChunkGenerator generator = new(compute, teacher, method, sampler, recipe.TeacherGuidance, run, count, side, side);
        string[] captions = [.. Enumerable.Range(first, count).Select(i => TrainingPrompts.Get(i, recipe.Profile))];
        Tensor prompt = textEncoder.Encode(compute, tokenizer.Encode(captions));
        Tensor? empty = recipe.TeacherGuidance == 1 ? null : textEncoder.Encode(compute, tokenizer.Encode([.. captions.Select(_ => "")]));
        generator.SetPrompt(prompt, empty);
        for (int chunk = 0; chunk < recipe.Frames / ChunkFrames; chunk++)
        {
            generator.Next().Dispose();
        }
        return result;

        // [B, n, C, H, W] of a chunk into its place of [B, K + 1, C, T, H, W].
        void Keep(long firstFrame, int state, Tensor x)
        {
            int plane = side * side, n = x.Shape[1];
            ReadOnlySpan<float> from = x.Span;
            for (int b = 0; b < count; b++)
            {
                for (int f = 0; f < n; f++)
                {
                    for (int c = 0; c < channels; c++)
                    {
                        int to = (((b * states) + state) * perState) + (((c * recipe.Frames) + (int)firstFrame + f) * plane);
                        int source = ((((b * n) + f) * channels) + c) * plane;
                        for (int p = 0; p < plane; p++)
                        {
                            result[to + p] = (Half)from[source + p];
                        }
                    }
                }
            }
        }
    }
}
