using System.Globalization;
using LongTake.Alignment.Data;
using LongTake.Alignment.FlowMatching;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// Second stage of distillation, Self-Forcing: the generator learns from its own rollouts. A frozen bidirectional transformer gives
/// the score of the data, a second one follows the generator's distribution; every step trains the second one on a rollout,
/// and every few steps their difference moves the generator. Source: spec autoregressive-streaming.md 10.2, 10.3 and 10.5.
/// </summary>
public sealed class DistributionMatchingTask : StudentTask
{
    private const int GeneratorUpdate = 1;
    private const int CriticUpdate = 2;

    private readonly DistributionMatchingRecipe _recipe;
    private readonly WanTransformer _real;
    private readonly WanTransformer _fake;
    private readonly SelfForcingRollout _rollout;
    private readonly ImageLatent _image;
    private readonly TrainedNetwork _generator;
    private readonly TrainedNetwork _critic;
    private readonly Dictionary<int, FullAttention> _attention = [];
    private readonly ParameterStore? _start;
    private readonly ParameterStore? _shown;
    private TextContext? _empty;
    private double _gap;

    /// <summary>Takes the networks.</summary>
    /// <param name="recipe">The options.</param>
    /// <param name="parts">The generator, with the weights it starts from.</param>
    /// <param name="real">The bidirectional transformer, frozen.</param>
    /// <param name="fake">The same with weights of its own, which follow the generator.</param>
    public DistributionMatchingTask(DistributionMatchingRecipe recipe, StudentParts parts, WanTransformer real, WanTransformer fake)
        : base(recipe, parts)
    {
        _recipe = recipe;
        _real = real;
        _fake = fake;
        _rollout = new SelfForcingRollout(parts.Student, new FewStepLevels(recipe.StepList, recipe.TimestepShift), recipe, parts.Side);
        _image = new ImageLatent(parts.Vae);
        _generator = new TrainedNetwork("transformer", parts.Student.Parameters)
        {
            AverageFrom = recipe.EmaStart,
            AverageWarmUp = false,
            IsShipped = true,
            Origin = parts.Bidirectional,
        };
        _critic = new TrainedNetwork("critic", fake.Parameters)
        {
            LearningRateFactor = recipe.CriticLearningRate / recipe.LearningRate,
            AverageFrom = recipe.EmaStart,
            AverageWarmUp = false,
        };
        Networks = [_generator, _critic];
        if (recipe.StartShare > 0)
        {
            // A resumed training loads its weights after this, so these are the first ones then too.
            _start = parts.Student.Parameters.Clone();
            _shown = parts.Student.Parameters.Clone();
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <inheritdoc/>
    protected override double ContextNoise => _recipe.ContextNoise;

    /// <inheritdoc/>
    public override IReadOnlyList<TrainingUpdate> Updates(int step)
    {
        TrainingUpdate critic = new(compute => CriticLoss(compute, step), [_critic]);
        return step >= _recipe.CriticWarmup && step % _recipe.CriticUpdates == 0
            ? [new TrainingUpdate(compute => GeneratorLoss(compute, step), [_generator]), critic]
            : [critic];
    }

    /// <inheritdoc/>
    protected override ParameterStore Shown(ParameterStore average)
    {
        if (_start is null || _shown is null)
        {
            return average;
        }
        float share = (float)_recipe.StartShare;
        foreach (string name in average.Names)
        {
            ReadOnlySpan<float> from = _start[name].Span, to = average[name].Span;
            Span<float> between = _shown[name].Span;
            for (int i = 0; i < between.Length; i++)
            {
                between[i] = to[i] + (share * (from[i] - to[i]));
            }
        }
        return _shown;
    }

    /// <summary>"gap 0.61": mean |g| of the generator's last update, how far the scores are apart.</summary>
    public override string Describe() => string.Create(CultureInfo.InvariantCulture, $"gap {_gap:F3}");

    /// <summary>The loss that moves the generator: its gradient is the difference of the scores.</summary>
    public Tensor GeneratorLoss(Compute compute, int step)
    {
        CounterRandom random = Choices(step, GeneratorUpdate);
        Compute constant = new(compute.Backend);
        Rollout rollout = Roll(compute, constant, random);
        Tensor direction = Direction(constant, random, rollout, step);
        if (rollout.IsSecondScene)
        {
            ImageLatent.LeaveFirst(direction);
        }
        _gap = MeanAbsolute(direction.Span);
        return DistributionMatching.Loss(compute, rollout.Made, direction);
    }

    /// <summary>The flow-matching loss of the fake score on a rollout of the generator's.</summary>
    public Tensor CriticLoss(Compute compute, int step)
    {
        CounterRandom random = Choices(step, CriticUpdate);
        Compute constant = new(compute.Backend);
        Rollout rollout = Roll(constant, constant, random);
        Tensor x = rollout.Judged;
        Tensor timesteps = DistributionMatching.DrawTimesteps(random, _recipe.Batch, _recipe);
        Tensor noise = FlowTimesteps.Noise(x.Shape, NextSeed(random), step);
        Tensor noisy = DistributionMatching.AddNoise(x, noise, timesteps);
        using TextContext text = _fake.PrepareText(compute, rollout.Prompts);
        Tensor predicted = _fake.Forward(compute, noisy, timesteps, text, AttentionFor(x.Shape[2]));
        return compute.MeanSquaredError(predicted, constant.Sub(noise, x));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _empty?.Dispose();
        foreach (FullAttention attention in _attention.Values)
        {
            attention.Dispose();
        }
        _real.Dispose();
        _fake.Dispose();
        _start?.Dispose();
        _shown?.Dispose();
        base.Dispose();
    }

    private static ulong NextSeed(CounterRandom random) => ((ulong)random.NextUInt32() << 32) | random.NextUInt32();

    private static double MeanAbsolute(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float v in values)
        {
            sum += Math.Abs(v);
        }
        return sum / values.Length;
    }

    /// <summary>What the generator made, and what of it is shown to the scores with which prompts.</summary>
    private sealed record Rollout(Tensor Made, Tensor Judged, Tensor Prompts, bool IsSecondScene);

    private Rollout Roll(Compute compute, Compute constant, CounterRandom random)
    {
        if (_recipe.SecondSceneShare > 0 && random.NextDouble() < _recipe.SecondSceneShare)
        {
            return RollSecond(compute, constant, random);
        }
        Tensor prompts = Encode(constant, Draw(random, number => TrainingPrompts.Get(number, _recipe.Profile)));
        int most = _recipe.Frames / _recipe.ChunkFrames;
        int least = _recipe.MinFrames == 0 ? most : _recipe.MinFrames / _recipe.ChunkFrames;
        int[] exits = _rollout.DrawExits(random, least + random.NextInt(most - least + 1));
        Tensor x = _rollout.Run(compute, prompts, exits, NextSeed(random));
        return new Rollout(x, x, prompts, false);
    }

    private Rollout RollSecond(Compute compute, Compute constant, CounterRandom random)
    {
        int chunks = _recipe.Frames / _recipe.ChunkFrames;
        SuiteItem[] stories = Draw(random, number => TrainingStories.Get(number, 2, _recipe.Profile));
        string[] full = [.. stories.Select(s => s.FullCaptions[1])];
        string[] told = [.. stories.Select((s, i) => random.NextDouble() < _recipe.PronounShare ? s.PronounCaptions[1] : full[i])];
        Tensor first = Encode(constant, stories.Select(s => s.FullCaptions[0])), second = Encode(constant, told);
        int[] exits = _rollout.DrawExits(random, chunks);
        (Tensor made, Tensor before) = _rollout.RunSecond(compute, first, second, 1 + random.NextInt(chunks), exits, NextSeed(random));
        return new Rollout(made, _image.Begin(constant, before, made), Encode(constant, full), true);
    }

    private T[] Draw<T>(CounterRandom random, Func<int, T> make) =>
        [.. Enumerable.Range(0, _recipe.Batch).Select(_ => make(random.NextInt(int.MaxValue)))];

    /// <summary>The gradient of the samples, from both scores at one timestep a sample.</summary>
    private Tensor Direction(Compute compute, CounterRandom random, Rollout rollout, int step)
    {
        Tensor x = rollout.Judged;
        using TensorScope scope = TensorScope.Open();
        FullAttention attention = AttentionFor(x.Shape[2]);
        Tensor timesteps = DistributionMatching.DrawTimesteps(random, _recipe.Batch, _recipe);
        Tensor noisy = DistributionMatching.AddNoise(x, FlowTimesteps.Noise(x.Shape, NextSeed(random), step), timesteps);
        using TextContext fakeText = _fake.PrepareText(compute, rollout.Prompts), realText = _real.PrepareText(compute, rollout.Prompts);
        Tensor fake = _fake.Forward(compute, noisy, timesteps, fakeText, attention);
        Tensor real = _real.Forward(compute, noisy, timesteps, realText, attention);
        if (_recipe.RealGuidance != 1)
        {
            _empty ??= _real.PrepareText(compute, Encode(compute, new string[_recipe.Batch].Select(_ => "")));
            Guide(real.Span, _real.Forward(compute, noisy, timesteps, _empty, attention).Span, (float)_recipe.RealGuidance);
        }
        return scope.Keep(DistributionMatching.Direction(x, noisy, timesteps, fake, real));
    }

    /// <summary>v = v_empty + g (v_prompt - v_empty). In clean estimates this is the same combination.</summary>
    private static void Guide(Span<float> prompt, ReadOnlySpan<float> empty, float guidance)
    {
        for (int i = 0; i < prompt.Length; i++)
        {
            prompt[i] = empty[i] + (guidance * (prompt[i] - empty[i]));
        }
    }

    private FullAttention AttentionFor(int frames)
    {
        if (!_attention.TryGetValue(frames, out FullAttention? attention))
        {
            TokenGrid grid = _real.Config.GridOf(frames, Parts.Side, Parts.Side);
            _attention[frames] = attention = new FullAttention(_real.Rotary, grid);
        }
        return attention;
    }
}
