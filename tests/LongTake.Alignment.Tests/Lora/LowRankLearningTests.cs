using LongTake.Alignment.Lora;
using LongTake.Alignment.Tests.Distillation;
using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Lora;

public sealed class LowRankLearningTests : IDisposable
{
    private const int Rank = 2;
    private const string Layer = "blocks.0.ffn.0";

    private readonly CpuBackend _backend = new(2);
    private readonly Compute _compute;
    private readonly ParameterStore _origin = TinyTeacher.Weights(3);
    private readonly ParameterStore _whole = TinyTeacher.Weights(3);

    public LowRankLearningTests()
    {
        _compute = new Compute(_backend);
        _whole.RequireGrad(true);
    }

    public void Dispose()
    {
        _whole.Dispose();
        _origin.Dispose();
        _backend.Dispose();
    }

    /// <summary>The gradients of A and B are those that layers of their own would get.</summary>
    [Fact]
    public void Learns_what_attached_adapters_learn()
    {
        using LowRankLearning learning = new(_compute, _whole, _origin, Rank, 7);
        Fill(learning.Learned);
        learning.Merge();
        using WanTransformer merged = new(TinyTeacher.Config, _whole), attached = new(TinyTeacher.Config, _origin);
        using LoraWeights lora = LoraWeights.Create(attached, new LoraOptions { Rank = Rank }, 1);
        foreach (string name in lora.Parameters.Names)
        {
            lora.Parameters[name].CopyFrom(learning.Learned[name]);
        }
        lora.Parameters.RequireGrad(true);
        lora.AttachTo(attached);
        Backward(merged);
        Backward(attached);
        learning.TakeGradients();
        foreach (string name in lora.Parameters.Names)
        {
            float[] want = lora.Parameters[name].Grad!.Span.ToArray(), have = learning.Learned[name].Grad!.Span.ToArray();
            float size = want.Max(MathF.Abs);
            Assert.True(size > 0, name);
            Assert.All(want.Zip(have), p => Assert.Equal(p.First, p.Second, 1e-4f * size));
        }
        Assert.All(learning.Learned.Names.Where(n => n.Contains("lora", StringComparison.Ordinal)), n => Assert.False(_whole.TryGet(n, out _)));
        Assert.All(_whole[Layer + ".weight"].Grad!.Span.ToArray(), g => Assert.Equal(0, g));
        Assert.Contains(_whole[Layer + ".bias"].Grad!.Span.ToArray(), g => g != 0);
    }

    [Fact]
    public void Begins_with_the_network_as_it_is_and_finds_an_earlier_trainings_factors()
    {
        using (LowRankLearning first = new(_compute, _whole, _origin, Rank, 7))
        {
            Assert.All(_whole.Names, n => Assert.Equal(_origin[n].Span.ToArray(), _whole[n].Span.ToArray()));
            Assert.Contains(first.Learned[Layer + ".lora_A.weight"].Span.ToArray(), v => v != 0);
            Assert.All(first.Learned[Layer + ".lora_B.weight"].Span.ToArray(), v => Assert.Equal(0, v));
            Fill(first.Learned);
            first.Merge();
        }
        float[] before = _whole[Layer + ".weight"].Span.ToArray();
        using (LowRankLearning second = new(_compute, _whole, _origin, Rank, 8))
        {
            Assert.All(before.Zip(_whole[Layer + ".weight"].Span.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-4f));
            Assert.Equal(Shape.Create([Rank, before.Length / TinyTeacher.Config.FfnDim]), second.Learned[Layer + ".lora_A.weight"].Shape);
        }
        RecipeException e = Assert.Throws<RecipeException>(() => new LowRankLearning(_compute, _whole, _origin, Rank - 1, 8));
        Assert.Contains("'low_rank'", e.Message, StringComparison.Ordinal);
        Assert.Contains("% of the difference", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_parameters_learn_whole_unless_they_do_not_learn_at_all()
    {
        _whole.RequireGrad(false);
        _whole[Layer + ".weight"].RequiresGrad = true;
        _whole[Layer + ".bias"].RequiresGrad = true;
        using LowRankLearning learning = new(_compute, _whole, _origin, Rank, 7);
        Assert.Equal([Layer + ".lora_A.weight", Layer + ".lora_B.weight", Layer + ".bias"], learning.Learned.Names);
        Assert.Same(_whole[Layer + ".bias"], learning.Learned[Layer + ".bias"]);
    }

    [Fact]
    public void Averages_are_merged_into_a_copy()
    {
        using LowRankLearning learning = new(_compute, _whole, _origin, Rank, 7);
        Fill(learning.Learned);
        using ParameterStore average = learning.Learned.Clone(), copy = _origin.Clone();
        average[Layer + ".bias"].Span.Fill(4);
        learning.MergeInto(copy, average);
        learning.Merge();
        Assert.Equal(_whole[Layer + ".weight"].Span.ToArray(), copy[Layer + ".weight"].Span.ToArray());
        Assert.NotEqual(_origin[Layer + ".weight"].Span.ToArray(), copy[Layer + ".weight"].Span.ToArray());
        Assert.All(copy[Layer + ".bias"].Span.ToArray(), v => Assert.Equal(4, v));
    }

    private void Backward(WanTransformer transformer)
    {
        using TensorScope scope = TensorScope.Open();
        WanTransformerConfig config = TinyTeacher.Config;
        Tensor x = Normal(11, [1, config.InChannels, 3, 4, 4]), prompt = Normal(12, [1, config.TextLength, config.TextDim]);
        Tensor timesteps = Tensor.From([600f], [1]);
        using FullAttention attention = new(transformer.Rotary, config.GridOf(3, 4, 4));
        using Tape tape = _compute.Record();
        using TextContext text = transformer.PrepareText(_compute, prompt);
        tape.Backward(_compute.Sum(_compute.Square(transformer.Forward(_compute, x, timesteps, text, attention))));
    }

    private static void Fill(ParameterStore learned)
    {
        foreach (string name in learned.Names.Where(n => n.StartsWith("blocks.", StringComparison.Ordinal) && n.Contains(".lora_", StringComparison.Ordinal)))
        {
            new CounterRandom((ulong)name.Sum(c => c * 17), 0).FillNormal(learned[name].Span);
            foreach (ref float v in learned[name].Span)
            {
                v *= 0.15f;
            }
        }
    }

    private static Tensor Normal(ulong seed, Shape shape)
    {
        Tensor t = Tensor.Empty(shape);
        new CounterRandom(seed, 0).FillNormal(t.Span);
        return t;
    }
}
