using LongTake.Alignment.Causal;
using LongTake.Alignment.Data;
using LongTake.Alignment.Training;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// First stage of distillation: the student, shown a teacher's trajectory at one of its timesteps, regresses the trajectory's clean
/// end; every chunk at a state of its own, under the block-causal mask. Source: spec autoregressive-streaming.md 10.1.
/// </summary>
public sealed class OdeTask : StudentTask
{
    private readonly OdeRecipe _recipe;
    private readonly TrajectoryCache _trajectories;
    private readonly FewStepLevels _levels;
    private readonly FullAttention _attention;
    private readonly Half[] _states;

    /// <summary>Takes the student, with the teacher's weights, and the trajectories, which stay the caller's.</summary>
    public OdeTask(OdeRecipe recipe, StudentParts parts, TrajectoryCache trajectories)
        : base(recipe, parts)
    {
        _recipe = recipe;
        _trajectories = trajectories;
        _levels = new FewStepLevels(recipe.StepList, recipe.TimestepShift);
        _states = new Half[trajectories.Info.Elements];
        WanTransformer student = parts.Student;
        TokenGrid grid = student.Config.GridOf(recipe.Frames, parts.Side, parts.Side);
        _attention = IsForced
            ? FullAttention.TeacherForcing(student.Rotary, grid, recipe.ChunkFrames)
            : FullAttention.BlockCausal(student.Rotary, grid, recipe.ChunkFrames);
        Networks = [new TrainedNetwork("transformer", student.Parameters) { IsShipped = true, Origin = parts.Bidirectional }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TrainedNetwork> Networks { get; }

    private bool IsForced => _recipe.Forcing == CausalForcing.Teacher;

    /// <inheritdoc/>
    public override IReadOnlyList<TrainingUpdate> Updates(int step) => [new(compute => Loss(compute, step), Networks)];

    /// <summary>Mean squared error of the student's clean estimates over the chunks that are not shown clean.</summary>
    public Tensor Loss(Compute compute, int step)
    {
        TrajectoryCacheInfo info = _trajectories.Info;
        int batch = _recipe.Batch;
        Shape shape = [batch, info.Channels, info.Frames, info.Height, info.Width];
        Tensor noisy = Tensor.Empty(shape), velocity = Tensor.Empty(shape), clean = Tensor.Empty(shape);
        Tensor timesteps = Tensor.Empty([batch, info.Frames]), weights = Tensor.Empty([batch, info.Channels, info.Frames]);
        List<string> captions = [];
        CounterRandom choices = Choices(step);
        int scored = 0;
        for (int i = 0; i < batch; i++)
        {
            int trajectory = choices.NextInt(_trajectories.Count);
            captions.Add(TrainingPrompts.Get(trajectory, _recipe.Profile));
            _trajectories.Read(trajectory, _states);
            for (int first = 0; first < info.Frames; first += _recipe.ChunkFrames)
            {
                // Published training draws the clean end too, as a past that is not scored; beside clean chunks there is no need.
                int state = choices.NextInt(IsForced ? _levels.Count : info.States);
                scored += state < _levels.Count ? 1 : 0;
                Span<float> times = timesteps.Span.Slice((i * info.Frames) + first, _recipe.ChunkFrames);
                times.Fill(state < _levels.Count ? _levels.Timesteps[state] : 0);
                CopyChunk(i, first, state, noisy.Span, velocity.Span, clean.Span, weights.Span);
            }
        }
        float share = (float)scored / (batch * (info.Frames / _recipe.ChunkFrames));
        using TextContext text = Parts.Student.PrepareText(compute, Encode(compute, captions));
        Tensor predicted = IsForced
            ? Parts.Student.ForwardTeacherForcing(compute, noisy, timesteps, clean, Tensor.Zeros(timesteps.Shape), text, _attention)
            : Parts.Student.Forward(compute, noisy, timesteps, text, _attention);
        return compute.Scale(compute.WeightedMeanSquaredError(predicted, velocity, weights), scored == 0 ? 0 : 1 / share);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _attention.Dispose();
        base.Dispose();
    }

    /// <summary>
    /// One chunk of one sample: what the student is shown, and the velocity that leads to the trajectory's end. An error of the
    /// clean estimate x - sigma v is sigma times the error of the velocity, hence the weight sigma^2.
    /// </summary>
    private void CopyChunk(
        int sample, int first, int state, Span<float> noisy, Span<float> velocity, Span<float> clean, Span<float> weights)
    {
        TrajectoryCacheInfo info = _trajectories.Info;
        int plane = info.Height * info.Width, count = _recipe.ChunkFrames * plane;
        float sigma = state < _levels.Count ? _levels.Sigmas[state] : 0;
        for (int c = 0; c < info.Channels; c++)
        {
            int source = ((c * info.Frames) + first) * plane;
            int target = (((sample * info.Channels) + c) * info.Frames) + first;
            ReadOnlySpan<Half> x = _states.AsSpan((state * info.ElementsPerState) + source, count);
            ReadOnlySpan<Half> end = _states.AsSpan(((info.States - 1) * info.ElementsPerState) + source, count);
            Span<float> shown = noisy.Slice(target * plane, count);
            Span<float> v = velocity.Slice(target * plane, count);
            Span<float> x0 = clean.Slice(target * plane, count);
            for (int p = 0; p < count; p++)
            {
                shown[p] = (float)x[p];
                x0[p] = (float)end[p];
                v[p] = sigma == 0 ? 0 : (shown[p] - x0[p]) / sigma;
            }
            weights.Slice(target, _recipe.ChunkFrames).Fill(sigma * sigma);
        }
    }
}
