using LongTake.Alignment.Distillation;
using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Methods;
using LongTake.Generation.Positions;
using LongTake.Generation.Samplers;
using LongTake.Generation.Schedulers;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Distillation;

public sealed class SelfForcingRolloutTests : IDisposable
{
    private const ulong Seed = 9;
    private const int Batch = 2;
    private const int Chunk = 3;

    private static readonly Shape s_chunk = [Batch, TinyTeacher.Config.InChannels, Chunk, TinyTeacher.Side, TinyTeacher.Side];

    private readonly CpuBackend _backend = new(2);
    private readonly Compute _compute;
    private readonly ParameterStore _weights = TinyTeacher.Weights(3);
    private readonly WanTransformer _generator;
    private readonly DistributionMatchingRecipe _recipe = new() { Frames = 9, ContextNoise = 30 };
    private readonly FewStepLevels _levels = new([1000, 750, 500, 250], 5);
    private readonly TensorScope _scope = TensorScope.Open();

    public SelfForcingRolloutTests()
    {
        _compute = new Compute(_backend);
        _generator = new WanTransformer(TinyTeacher.Config, _weights);
        _weights.RequireGrad(true);
    }

    private SelfForcingRollout Rollout => new(_generator, _levels, _recipe, TinyTeacher.Side);

    [Fact]
    public void A_second_scene_goes_on_from_the_first_as_the_streaming_generator_does()
    {
        _recipe.Preset = "longlive-infinity";
        _recipe.ContextNoise = 0;
        Tensor first = Normal([Batch, 7, TinyTeacher.Config.TextDim], 1), second = Normal([Batch, 7, TinyTeacher.Config.TextDim], 2);
        int[] exits = [3, 3];
        (Tensor scene, Tensor before) = Rollout.RunSecond(_compute, first, second, 2, exits, Seed);
        (Tensor other, Tensor same) = Rollout.RunSecond(_compute, Normal(first.Shape, 3), second, 2, exits, Seed);
        Assert.Equal(s_chunk.With(2, 2 * Chunk), scene.Shape);

        SamplerOptions sampler = new() { Kind = SamplerKind.FewStep, Shift = 5, StepList = [1000, 750, 500, 250] };
        using ChunkGenerator user = new(
            _compute,
            _generator,
            MethodPresets.Create("longlive-infinity"),
            sampler,
            new RunInfo(Seed, Chunk, 4 * Chunk),
            Batch,
            TinyTeacher.Side,
            TinyTeacher.Side);
        user.SetPrompt(first);
        user.Next();
        AssertClose(user.Next().Span.ToArray(), before.Span.ToArray(), 0);
        Assert.NotEqual(before.Span.ToArray(), same.Span.ToArray());

        // The noise of a second scene is the rollout's own, so it is the context that tells: another first scene, another second one.
        Assert.NotEqual(scene.Span.ToArray(), other.Span.ToArray());
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(0, 2, 3)]
    public void Values_and_gradients_are_those_of_one_call_a_chunk_with_everything_before_it_constant(params int[] exits)
    {
        Tensor prompts = Normal([Batch, 7, TinyTeacher.Config.TextDim], 1);
        Tensor scale = Normal([Batch, s_chunk[1], Chunk * exits.Length, s_chunk[3], s_chunk[4]], 2);
        float[] values;
        using (Tape tape = _compute.Record())
        {
            Tensor x = Rollout.Run(_compute, prompts, exits, Seed);
            values = x.Span.ToArray();
            tape.Backward(_compute.Sum(_compute.Mul(x, scale)));
        }
        Dictionary<string, float[]> gradients = TakeGradients();
        float[] without = Rollout.Run(_compute, prompts, exits, Seed).Span.ToArray();
        AssertClose(without, values, 1e-5f);

        // By hand: every chunk on a tape of its own, its input and its past computed without one.
        for (int recorded = 0; recorded < exits.Length; recorded++)
        {
            ByHand(prompts, scale, exits, recorded, values);
        }
        foreach ((string name, float[] expected) in TakeGradients())
        {
            AssertClose(expected, gradients[name], 1e-3f);
        }
        Assert.Contains(gradients["text_embedding.0.weight"], v => v != 0);
    }

    [Fact]
    public void Exit_steps_are_shared_unless_told_otherwise()
    {
        CounterRandom random = new(1, 1);
        int[][] shared = [.. Enumerable.Range(0, 50).Select(_ => Rollout.DrawExits(random, 5))];
        Assert.All(shared, e => Assert.Single(e.Distinct()));
        Assert.Equal([0, 1, 2, 3], shared.Select(e => e[0]).Distinct().Order());
        _recipe.SameStepAcrossChunks = false;
        Assert.True(Rollout.DrawExits(random, 50).Distinct().Count() == 4);
        _recipe.LastStepOnly = true;
        Assert.All(Rollout.DrawExits(random, 5), e => Assert.Equal(3, e));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _generator.Dispose();
        _weights.Dispose();
        _backend.Dispose();
    }

    private static Tensor Normal(Shape shape, ulong stream, ulong seed = 5)
    {
        Tensor t = Tensor.Empty(shape);
        new CounterRandom(seed, stream).FillNormal(t.Span);
        return t;
    }

    // Differences are measured against the largest value of the tensor.
    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        float size = expected.Max(MathF.Abs) + 1e-6f;
        Assert.True(expected.Zip(actual).All(p => MathF.Abs(p.First - p.Second) <= tolerance * size));
    }

    private Dictionary<string, float[]> TakeGradients()
    {
        Dictionary<string, float[]> taken = _weights.Names.Where(n => _weights[n].Grad is not null)
            .ToDictionary(n => n, n => _weights[n].Grad!.Span.ToArray());
        foreach (Tensor t in _weights.Tensors)
        {
            t.Grad?.Clear();
        }
        return taken;
    }

    /// <summary>Runs all chunks up to one, and records the call that makes that one's output.</summary>
    private void ByHand(Tensor prompts, Tensor scale, int[] exits, int recorded, float[] expected)
    {
        CacheLayout layout = CacheLayout.For(TinyTeacher.Config, Batch, TinyTeacher.Side, TinyTeacher.Side);
        using KeyValueCache cache = new(
            _compute, layout, _generator.Rotary, new FullContext(Chunk * exits.Length), new AbsolutePositions(), new StandardFrequencies());
        for (int i = 0; i < recorded; i++)
        {
            cache.BeginChunk(i * Chunk, Chunk);
            Tensor clean = Slice(expected, i);
            Tensor x = Noise(i, 4);
            FlowMatchSchedule.AddNoise(clean.Span, x.Span, _levels.SigmaOf(30), x.Span);
            Velocity(x, 30, cache, prompts);
            cache.Commit();
        }
        cache.BeginChunk(recorded * Chunk, Chunk);
        Tensor input = Noise(recorded, 0);
        for (int k = 0; k < exits[recorded]; k++)
        {
            Tensor v = Velocity(input, _levels.Timesteps[k], cache, prompts);
            FlowMatchSchedule.ToClean(input.Span, v.Span, _levels.Sigmas[k], input.Span);
            FlowMatchSchedule.AddNoise(input.Span, Noise(recorded, k + 1).Span, _levels.Sigmas[k + 1], input.Span);
        }
        using Tape tape = _compute.Record();
        Tensor last = Velocity(input, _levels.Timesteps[exits[recorded]], cache, prompts);
        Tensor output = _compute.Sub(input, _compute.Scale(last, _levels.Sigmas[exits[recorded]]));
        AssertClose(Slice(expected, recorded).Span.ToArray(), output.Span.ToArray(), 1e-4f);
        Tensor part = _compute.Slice(scale, 2, recorded * Chunk, Chunk);
        tape.Backward(_compute.Sum(_compute.Mul(output, part)));
    }

    private Tensor Velocity(Tensor x, float timestep, KeyValueCache cache, Tensor prompts)
    {
        Tensor timesteps = Tensor.Empty([Batch]);
        timesteps.Span.Fill(timestep);
        using TextContext text = _generator.PrepareText(_compute, prompts);
        return _generator.Forward(_compute, x, timesteps, text, cache);
    }

    private Tensor Slice(float[] all, int chunk)
    {
        Tensor whole = Tensor.From(all, s_chunk.With(2, all.Length / (int)s_chunk.Count * Chunk));
        return _compute.Slice(whole, 2, chunk * Chunk, Chunk);
    }

    private static Tensor Noise(int chunk, int draw) => Normal(s_chunk, ((ulong)chunk << 32) | (uint)draw, Seed);
}
