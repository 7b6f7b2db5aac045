using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Wan;

/// <summary>Gradients of the whole network with a block-causal mask and a timestep a frame.</summary>
public sealed class WanTransformerGradientTests
{
    private const int Batch = 2;

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        using ReferenceBackend backend = new();
        using Example example = new(backend, DType.F64);
        Dictionary<string, double[]> gradients = example.Gradients();
        string[] probed =
        [
            "latents", "embeddings", "patch_embedding.weight", "patch_embedding.bias", "text_embedding.0.weight", "text_embedding.2.bias",
            "time_embedding.0.weight", "time_projection.1.weight", "blocks.0.modulation", "blocks.0.self_attn.q.weight",
            "blocks.0.self_attn.k.bias", "blocks.0.self_attn.norm_k.weight", "blocks.0.self_attn.v.weight", "blocks.1.self_attn.o.weight",
            "blocks.0.norm3.weight", "blocks.0.norm3.bias", "blocks.1.cross_attn.q.weight", "blocks.0.cross_attn.k.weight",
            "blocks.1.cross_attn.norm_q.weight", "blocks.1.cross_attn.v.bias", "blocks.0.cross_attn.o.weight", "blocks.0.ffn.0.weight",
            "blocks.1.ffn.2.weight", "head.modulation", "head.head.weight", "head.head.bias",
        ];
        foreach (string name in probed)
        {
            Span<double> values = example.Tensors[name].AsSpan<double>();
            double[] gradient = gradients[name];
            double size = gradient.Max(Math.Abs);
            Assert.True(size > 1e-4, $"{name} has no effect.");
            for (int probe = 0; probe < 4; probe++)
            {
                int i = (probe * 7919) % values.Length;
                double before = values[i];
                const double step = 1e-5;
                values[i] = before + step;
                double above = example.Loss();
                values[i] = before - step;
                double below = example.Loss();
                values[i] = before;
                double expected = (above - below) / (2 * step);
                Assert.True(Math.Abs(gradient[i] - expected) <= 1e-6 * Math.Max(size, 1), $"{name}[{i}]: {gradient[i]}, expected {expected}.");
            }
        }
    }

    [Fact]
    public void Single_precision_gradients_match_the_reference()
    {
        using ReferenceBackend reference = new();
        using Example exact = new(reference, DType.F64);
        using CpuBackend cpu = new(2);
        using Example measured = new(cpu, DType.F32);
        AssertEqualGradients(exact.Gradients(), measured.Gradients(), 2e-4);
    }

    [Fact]
    public void Recomputing_blocks_gives_the_same_gradients()
    {
        using CpuBackend cpu = new(2);
        using Example example = new(cpu, DType.F32);
        Dictionary<string, double[]> stored = example.Gradients();
        example.Transformer.RecomputeBlocks = true;
        AssertEqualGradients(stored, example.Gradients(), 1e-6);
    }

    [Fact]
    public void Frozen_text_gets_no_gradient_and_is_not_cached_while_a_tape_is_open()
    {
        using CpuBackend cpu = new(1);
        using Example example = new(cpu, DType.F32);
        using TextContext text = example.Transformer.PrepareText(example.Compute, example.Tensors["embeddings"]);
        using (Tape tape = example.Compute.Record())
        {
            Tensor y = example.Forward(text);
            tape.Backward(y, example.Weights);
        }
        Assert.Null(example.Tensors["text_embedding.0.weight"].Grad);
        Assert.NotNull(example.Tensors["blocks.0.cross_attn.k.weight"].Grad);

        // A training step changes the cross-attention; the next call must see it.
        example.Tensors["blocks.0.cross_attn.k.weight"].Clear();
        using TensorScope scope = TensorScope.Open();
        Tensor kept = example.Forward(text);
        using TextContext fresh = example.Transformer.PrepareText(example.Compute, example.Tensors["embeddings"]);
        TinyTransformer.AssertClose(example.Forward(fresh), kept, 0);
    }

    private static void AssertEqualGradients(Dictionary<string, double[]> expected, Dictionary<string, double[]> actual, double tolerance)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        // A key bias shifts all scores of a query alike, so its true gradient may be next to nothing: compare on a common scale.
        double floor = 1e-2 * expected.Values.Max(g => g.Max(Math.Abs));
        foreach ((string name, double[] gradient) in expected)
        {
            double size = Math.Max(gradient.Max(Math.Abs), floor);
            double error = gradient.Zip(actual[name], (e, a) => Math.Abs(e - a)).Max();
            Assert.True(error <= tolerance * size, $"{name}: off by {error:E2} where the largest value is {size:E2}.");
        }
    }

    /// <summary>A network, its inputs, and a loss: the sum of the velocity times fixed random weights.</summary>
    private sealed class Example : IDisposable
    {
        private readonly ParameterStore _parameters;
        private readonly FullAttention _attention;
        private readonly TensorScope _scope = TensorScope.Open();

        public Example(Backend backend, DType type)
        {
            Compute = new Compute(backend);
            _parameters = TinyTransformer.RandomParameters(type);
            _parameters.RequireGrad(true);
            Transformer = new WanTransformer(TinyTransformer.Config, _parameters);
            _attention = FullAttention.BlockCausal(Transformer.Rotary, TinyTransformer.Grid, framesPerBlock: 2);
            Tensors = _parameters.Names.ToDictionary(n => n, n => _parameters[n]);
            Tensors["latents"] = TinyTransformer.Latents(Batch, type);
            Tensors["embeddings"] = TinyTransformer.Prompts(Batch, type);
            Tensors["latents"].RequiresGrad = Tensors["embeddings"].RequiresGrad = true;
            using Tensor weights = TinyTransformer.Random([Batch, TinyTransformer.Config.OutChannels, TinyTransformer.Frames, 4, 4], 9);
            Weights = LongTake.Tensors.Files.TensorConversion.To(weights, type);
        }

        public Compute Compute { get; }

        public WanTransformer Transformer { get; }

        public Dictionary<string, Tensor> Tensors { get; }

        public Tensor Weights { get; }

        public Tensor Forward(TextContext text)
        {
            Tensor timesteps = Tensor.From([900, 900, 500.5f, 500.5f, 20, 20, 700, 700], [Batch, TinyTransformer.Frames]);
            return Transformer.Forward(Compute, Tensors["latents"], timesteps, text, _attention);
        }

        public double Loss()
        {
            using TensorScope scope = TensorScope.Open();
            using TextContext text = Transformer.PrepareText(Compute, Tensors["embeddings"]);
            return TinyTransformer.Doubles(Forward(text)).Zip(TinyTransformer.Doubles(Weights), (y, w) => y * w).Sum();
        }

        public Dictionary<string, double[]> Gradients()
        {
            using (Tape tape = Compute.Record())
            {
                using TextContext text = Transformer.PrepareText(Compute, Tensors["embeddings"]);
                tape.Backward(Forward(text), Weights);
            }
            Dictionary<string, double[]> gradients = [];
            foreach ((string name, Tensor tensor) in Tensors)
            {
                Assert.True(tensor.Grad is not null, $"{name} has no gradient.");
                gradients[name] = TinyTransformer.Doubles(tensor.Grad);
                tensor.Grad.Dispose();
                tensor.Grad = null;
            }
            return gradients;
        }

        public void Dispose()
        {
            _scope.Dispose();
            _attention.Dispose();
            Transformer.Dispose();
            _parameters.Dispose();
        }
    }
}
