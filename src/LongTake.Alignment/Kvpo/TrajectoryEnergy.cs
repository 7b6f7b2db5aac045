using LongTake.Alignment.Branches;
using LongTake.Alignment.Distillation;
using LongTake.Generation.Cache;
using LongTake.Generation.Schedulers;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;

namespace LongTake.Alignment.Kvpo;

/// <summary>
/// Trajectory velocity energy: a branch's recorded states are replayed under the context of generation, and the energy is how far the network's
/// velocities are from those that the branch used. Low energy is what the network would do by itself. Source: spec kvpo, section 6.
/// </summary>
/// <remarks>
/// Gradients flow through the first steps of each chunk, not through the cache: every one of these steps is a piece of its own, recorded and
/// propagated before the next begins. Memory is one forward pass, whatever the number of branches, chunks and steps.
/// </remarks>
/// <param name="replay">Goes through branches, with whatever adapters are attached. Owned.</param>
/// <param name="levels">The sampler's timesteps and noise levels.</param>
/// <param name="recipe">Weights, steps with gradient, context of the replay.</param>
internal sealed class TrajectoryEnergy(BranchReplay replay, FewStepLevels levels, KvpoRecipe recipe) : IDisposable
{
    /// <summary>E of a branch, accumulated in double precision.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="trajectory">The branch.</param>
    /// <param name="text">The prompt of its section, prepared with the adapters that are attached.</param>
    /// <param name="fork">What generation had in its cache at the fork.</param>
    public double Evaluate(Compute compute, Trajectory trajectory, TextContext text, KeyValueCache fork)
    {
        double energy = 0;
        Replay(compute, trajectory, text, fork, levels.Count, (k, step) =>
        {
            Tensor predicted = replay.Forward(compute, step.X, levels.Timesteps[k], text);
            energy += Weight(k, trajectory.Count) * MeanSquare(predicted.Span, step.Velocity.Span);
            return predicted;
        });
        return energy;
    }

    /// <summary>A branch's states with the velocities of the policy whose adapters are attached; the caller disposes it.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public Trajectory Retarget(Compute compute, Trajectory trajectory, TextContext text, KeyValueCache fork)
    {
        List<float[]> velocities = [];
        Replay(compute, trajectory, text, fork, levels.Count, (k, step) =>
        {
            Tensor predicted = replay.Forward(compute, step.X, levels.Timesteps[k], text);
            velocities.Add(predicted.Span.ToArray());
            return predicted;
        });
        return trajectory.With((chunk, step) => velocities[(chunk * levels.Count) + step]);
    }

    /// <summary>Adds coefficient dE / d(adapters) to the gradients of the adapters that are attached.</summary>
    /// <inheritdoc cref="Evaluate"/>
    public void Accumulate(Compute compute, Trajectory trajectory, TextContext text, KeyValueCache fork, double coefficient)
    {
        Replay(compute, trajectory, text, fork, recipe.GradientSteps, (k, step) =>
        {
            if (k >= recipe.GradientSteps)
            {
                return replay.Forward(compute, step.X, levels.Timesteps[k], text);
            }
            float[] predicted;
            using (Tape tape = compute.Record())
            {
                Tensor velocity = replay.Forward(compute, step.X, levels.Timesteps[k], text);
                Tensor error = compute.MeanSquaredError(velocity, step.Velocity);
                predicted = k == levels.Count - 1 ? velocity.Span.ToArray() : [];
                tape.Backward(error, (float)(coefficient * Weight(k, trajectory.Count)));
            }
            return predicted.Length > 0 ? Tensor.From(predicted, step.X.Shape) : null;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => replay.Dispose();

    /// <summary>Weight of a step's mean squared difference of velocities. Clean estimates differ by sigma times as much.</summary>
    private double Weight(int step, int chunks)
    {
        double sigma = levels.Sigmas[step];
        return recipe.EnergyWeights == EnergyWeights.Release ? sigma * sigma / 2 : 1.0 / (chunks * levels.Count);
    }

    /// <summary>Runs the steps of all chunks that are needed.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="trajectory">The branch.</param>
    /// <param name="text">The prompt.</param>
    /// <param name="fork">The cache at the fork.</param>
    /// <param name="steps">First steps of each chunk that are wanted; the last one is run too where a chunk follows.</param>
    /// <param name="run">Runs a step and gives the velocity of the last one.</param>
    private void Replay(
        Compute compute, Trajectory trajectory, TextContext text, KeyValueCache fork, int steps, Func<int, TrajectoryStep, Tensor?> run)
    {
        int last = levels.Count - 1;
        replay.Run(compute, fork, text, trajectory.FirstFrame(0), recipe.ChunkFrames, trajectory.Count, chunk =>
        {
            IReadOnlyList<TrajectoryStep> recorded = trajectory.Steps(chunk);
            bool follows = chunk + 1 < trajectory.Count;
            Tensor? velocity = null;
            for (int k = 0; k <= last; k++)
            {
                bool needed = k < steps || (k == last && follows && !recipe.TeacherForced);
                velocity = needed ? run(k, recorded[k]) : velocity;
            }
            if (!follows)
            {
                return null;
            }
            TrajectoryStep end = recorded[last];
            Tensor clean = Tensor.Empty(end.X.Shape);
            ReadOnlySpan<float> used = recipe.TeacherForced ? end.Velocity.Span : velocity!.Span;
            FlowMatchSchedule.ToClean(end.X.Span, used, levels.Sigmas[last], clean.Span);
            return clean;
        });
    }

    private static double MeanSquare(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double d = (double)a[i] - b[i];
            sum += d * d;
        }
        return sum / a.Length;
    }
}
