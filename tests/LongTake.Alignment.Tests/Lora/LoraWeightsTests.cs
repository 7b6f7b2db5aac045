using LongTake.Alignment.Lora;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Lora;

public sealed class LoraWeightsTests : IDisposable
{
    private readonly CpuBackend _backend = new(2);
    private readonly Compute _compute;
    private readonly ParameterStore _weights = TinyTeacher.Weights(3);
    private readonly WanTransformer _transformer;
    private readonly TemporaryFolder _folder = new();
    private readonly TensorScope _scope = TensorScope.Open();

    public LoraWeightsTests()
    {
        _compute = new Compute(_backend);
        _transformer = new WanTransformer(TinyTeacher.Config, _weights);
    }

    [Fact]
    public void New_adapters_change_nothing_and_cover_every_linear_layer_of_the_blocks()
    {
        float[] before = Run();
        using LoraWeights lora = LoraWeights.Create(_transformer, new LoraOptions { Rank = 2 }, 1);
        Assert.Equal(10 * TinyTeacher.Config.LayerCount, lora.Layers.Count);
        lora.AttachTo(_transformer);
        Assert.Equal(before, Run());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Merged_equals_attached(double alpha)
    {
        float[] before = Run();
        using LoraWeights lora = Filled(new LoraOptions { Rank = 3, Alpha = alpha });
        lora.AttachTo(_transformer);
        float[] attached = Run();
        _transformer.Attach(null);
        Assert.Equal(before, Run());
        lora.MergeInto(_weights);
        float[] merged = Run();
        float size = merged.Max(MathF.Abs);
        Assert.True(before.Zip(merged).Max(p => MathF.Abs(p.First - p.Second)) > 0.05f * size);
        Assert.All(attached.Zip(merged), p => Assert.Equal(p.First, p.Second, 2e-5f * size));
    }

    [Fact]
    public void Gradients_flow_to_A_and_B_alone_and_are_those_of_finite_differences()
    {
        using ReferenceBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore weights = Wide(_weights);
        using WanTransformer transformer = new(TinyTeacher.Config, weights);
        using LoraWeights narrow = Filled(new LoraOptions { Rank = 2, Alpha = 3 });
        using ParameterStore parameters = Wide(narrow.Parameters);
        using LoraWeights lora = narrow.With(parameters);
        lora.AttachTo(transformer);
        parameters.RequireGrad(true);
        using (Tape tape = compute.Record())
        {
            tape.Backward(compute.Sum(compute.Square(Forward(compute, transformer, DType.F64))));
        }
        Assert.All(weights.Tensors, t => Assert.Null(t.Grad));
        foreach (string layer in (string[])["self_attn.q", "self_attn.v", "self_attn.o", "cross_attn.k", "cross_attn.o", "ffn.0", "ffn.2"])
        {
            foreach (string half in (string[])["lora_A", "lora_B"])
            {
                Tensor t = parameters[$"blocks.1.{layer}.{half}.weight"];
                double[] gradient = t.Grad!.AsSpan<double>().ToArray();
                double size = gradient.Max(Math.Abs);
                Assert.True(size > 1e-6, $"{layer} {half} has no effect.");
                for (int probe = 0; probe < 2; probe++)
                {
                    int i = (probe * 7919) % gradient.Length;
                    double before = t.AsSpan<double>()[i];
                    t.AsSpan<double>()[i] = before + 1e-5;
                    double above = Loss();
                    t.AsSpan<double>()[i] = before - 1e-5;
                    double below = Loss();
                    t.AsSpan<double>()[i] = before;
                    Assert.Equal((above - below) / 2e-5, gradient[i], 1e-5 * Math.Max(1, size));
                }
            }
        }

        double Loss() => compute.Sum(compute.Square(Forward(compute, transformer, DType.F64))).AsSpan<double>()[0];
    }

    [Theory]
    [InlineData(LoraLayout.Diffusers, "transformer.blocks.0.attn1.to_q.lora_A.weight")]
    [InlineData(LoraLayout.Peft, "base_model.model.blocks.0.self_attn.q.lora_A.weight")]
    public void Adapters_are_saved_and_loaded_under_the_names_of_others(LoraLayout layout, string name)
    {
        using LoraWeights lora = Filled(new LoraOptions { Rank = 2, Alpha = 3, Targets = ["self_attn.q", "ffn.2"] });
        string path = _folder.File("lora.safetensors");
        lora.Save(path, layout);
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            Assert.True(file.Contains(name));
        }
        using LoraWeights loaded = LoraWeights.Load(path, _transformer);
        Assert.Equal(lora.Parameters.Names.Order(), loaded.Parameters.Names.Order());
        lora.AttachTo(_transformer);
        float[] expected = Run();
        loaded.AttachTo(_transformer);
        Assert.Equal(expected, Run());
    }

    [Fact]
    public void Adapters_of_another_model_are_refused_by_the_layers_name()
    {
        WanTransformerConfig larger = TinyTeacher.Config with { FfnDim = 40 }, deeper = TinyTeacher.Config with { LayerCount = 3 };
        foreach ((WanTransformerConfig config, string named) in ((WanTransformerConfig, string)[])[(larger, "blocks.0.ffn.0"), (deeper, "blocks.2.")])
        {
            using ParameterStore weights = ParameterStore.CreateRandom(WanTransformer.Specs(config), 1);
            using WanTransformer other = new(config, weights);
            using LoraWeights lora = LoraWeights.Create(other, new LoraOptions { Rank = 2 }, 1);
            string path = _folder.File("other.safetensors");
            lora.Save(path);
            CheckpointException e = Assert.Throws<CheckpointException>(() => LoraWeights.Load(path, _transformer));
            Assert.Contains("another network", e.Message, StringComparison.Ordinal);
            Assert.Contains(named, e.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => lora.AttachTo(_transformer));
            Assert.Throws<ArgumentException>(() => lora.MergeInto(_weights));
        }
    }

    public void Dispose()
    {
        _scope.Dispose();
        _transformer.Dispose();
        _weights.Dispose();
        _backend.Dispose();
        _folder.Dispose();
    }

    private static Tensor Normal(Shape shape, ulong stream, DType type)
    {
        Tensor t = Tensor.Empty(shape);
        new CounterRandom(7, stream).FillNormal(t.Span);
        return type == DType.F32 ? t : TensorConversion.To(t, type);
    }

    private static ParameterStore Wide(ParameterStore source)
    {
        ParameterStore wide = new();
        foreach (string name in source.Names)
        {
            wide.Add(name, TensorConversion.To(source[name], DType.F64));
        }
        return wide;
    }

    private static Tensor Forward(Compute compute, WanTransformer transformer, DType type)
    {
        WanTransformerConfig config = TinyTeacher.Config;
        using TextContext text = transformer.PrepareText(compute, Normal([1, 5, config.TextDim], 1, type));
        using FullAttention attention = new(transformer.Rotary, config.GridOf(2, 4, 4));
        return transformer.Forward(compute, Normal([1, config.InChannels, 2, 4, 4], 2, type), Tensor.From([600f], [1]), text, attention);
    }

    private float[] Run() => Forward(_compute, _transformer, DType.F32).Span.ToArray();

    /// <summary>Adapters as after some training: B is not zero.</summary>
    private LoraWeights Filled(LoraOptions options)
    {
        LoraWeights lora = LoraWeights.Create(_transformer, options, 1);
        ulong stream = 0;
        foreach (string name in lora.Parameters.Names)
        {
            new CounterRandom(5, stream++).FillNormal(lora.Parameters[name].Span);
            foreach (ref float v in lora.Parameters[name].Span)
            {
                v *= 0.15f;
            }
        }
        return lora;
    }
}
