using LongTake.Generation.Methods.InfLvg;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Methods.InfLvg;

public class InfLvgPolicyTests
{
    private static readonly InfLvgPolicyConfig s_small = new()
    {
        Dim = 8,
        Heads = 2,
        ModelLayers = 2,
        KeyLayer = 1,
        FfnDim = 12,
        ScorerDim = 4,
        SubjectTokens = 1,
    };

    [Fact]
    public void At_full_size_it_has_the_releases_parameters()
    {
        InfLvgPolicyConfig config = InfLvgPolicyConfig.For(WanTransformerConfig.Wan21Small, 4);
        Assert.Equal(19, config.KeyLayer);
        Assert.Equal(28_919_809, InfLvgPolicy.Specs(config).Sum(s => s.Shape.Count));
        Assert.Equal(3 * 28_919_809L, InfLvgPolicy.Specs(config with { Transitions = 3 }).Sum(s => s.Shape.Count));
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        const double Step = 1e-5;
        using TensorScope scope = TensorScope.Open();
        using ReferenceBackend backend = new();
        Compute compute = new(backend);
        using ParameterStore parameters = Wide(s_small, 1);
        parameters.RequireGrad(true);
        InfLvgPolicy policy = new(s_small, parameters);
        Tensor keys = Normal([7, 8], 2, DType.F64);
        Tensor text = Normal([3, 8], 3, DType.F64);
        Tensor weights = Normal([7], 4, DType.F64);
        using (Tape tape = compute.Record())
        {
            tape.Backward(policy.Score(compute, keys, text), weights);
        }
        foreach (string name in parameters.Names)
        {
            Span<double> values = parameters[name].AsSpan<double>();
            for (int i = 0; i < values.Length; i += Math.Max(1, values.Length / 5))
            {
                double before = values[i];
                values[i] = before + Step;
                double more = Loss();
                values[i] = before - Step;
                double less = Loss();
                values[i] = before;
                Assert.Equal((more - less) / (2 * Step), parameters[name].Grad!.AsSpan<double>()[i], 1e-6);
            }
        }

        double Loss()
        {
            using TensorScope inner = TensorScope.Open();
            ReadOnlySpan<double> scores = policy.Score(compute, keys, text).AsSpan<double>();
            double sum = 0;
            for (int i = 0; i < scores.Length; i++)
            {
                sum += scores[i] * weights.AsSpan<double>()[i];
            }
            return sum;
        }
    }

    /// <summary>Rows go through in pieces; the norm over them does not notice, and neither do gradients.</summary>
    [Fact]
    public void Many_candidates_are_scored_like_few()
    {
        const int Many = 5000;
        using TensorScope scope = TensorScope.Open();
        using CpuBackend backend = new(2);
        Compute compute = new(backend);
        using ParameterStore parameters = ParameterStore.CreateRandom(InfLvgPolicy.Specs(s_small), 1);
        parameters.RequireGrad(true);
        InfLvgPolicy policy = new(s_small, parameters);
        Tensor few = Normal([50, 8], 2);
        Tensor text = Normal([3, 8], 3);
        Tensor many = Tensor.Empty([Many, 8]);
        for (int i = 0; i < Many / 50; i++)
        {
            few.Span.CopyTo(many.Span[(i * 400)..]);
        }

        // The same candidates a hundred times over have the same mean and variance.
        float[] expected = policy.Score(compute, few, text).Span.ToArray();
        Tensor scores = policy.Score(compute, many, text);
        for (int i = 0; i < Many; i++)
        {
            Assert.Equal(expected[i % 50], scores.Span[i], 1e-4f);
        }
        float[] one = Gradient(few, Normal([50], 5));
        float[] hundred = Gradient(many, Repeated(Normal([50], 5), Many));
        for (int i = 0; i < one.Length; i++)
        {
            Assert.Equal(one[i], hundred[i] / 100, 1e-4f);
        }

        float[] Gradient(Tensor keys, Tensor seed)
        {
            using Tape tape = compute.Record();
            tape.Backward(policy.Score(compute, keys, text), seed);
            Tensor parameter = parameters["policies.0.blocks.0.cross_attn.q.weight"];
            float[] gradient = parameter.Grad!.Span.ToArray();
            foreach (Tensor t in parameters.Tensors)
            {
                t.Grad!.Clear();
            }
            return gradient;
        }

        static Tensor Repeated(Tensor values, int count)
        {
            Tensor all = Tensor.Empty([count]);
            for (int i = 0; i < count; i++)
            {
                all.Span[i] = values.Span[i % values.Span.Length];
            }
            return all;
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Contains("8 does not divide into 3 heads", Refused(s_small with { Heads = 3 }));
        Assert.Contains("key layer 2 is not one of the generator's 2", Refused(s_small with { KeyLayer = 2 }));
        Assert.Contains("it has at least 1", Refused(s_small with { SubjectTokens = 0 }));
        using ParameterStore parameters = ParameterStore.CreateRandom(InfLvgPolicy.Specs(s_small with { Transitions = 2 }), 1);
        Assert.Contains(
            "2 changes of scene, one network each, and this is number 3",
            Assert.Throws<InvalidOperationException>(() => new InfLvgPolicy(s_small with { Transitions = 2 }, parameters, 3)).Message);
        using TensorScope scope = TensorScope.Open();
        using CpuBackend backend = new(1);
        InfLvgPolicy policy = new(s_small with { Transitions = 2 }, parameters, 2);
        Assert.Contains(
            "scores keys [N, 8] under a text [L, 8]",
            Assert.Throws<ArgumentException>(() => policy.Score(new Compute(backend), Normal([4, 8], 1), Normal([3, 9], 1))).Message);

        static string Refused(InfLvgPolicyConfig config) => Assert.Throws<ArgumentException>(() => InfLvgPolicy.Specs(config)).Message;
    }

    [Fact]
    public void Draws_are_distinct_and_never_more_than_there_are()
    {
        int[] order = new int[40];
        GumbelTopK.Sample(new double[40], new CounterRandom(1, 1), order);
        Assert.Equal(Enumerable.Range(0, 40), order.Order());
        Assert.Contains("41 of 40 candidates", Assert.Throws<ArgumentException>(
            () => GumbelTopK.Sample(new double[40], new CounterRandom(1, 1), new int[41])).Message);
    }

    private static Tensor Normal(Shape shape, ulong stream, DType type = DType.F32)
    {
        float[] values = new float[shape.Count];
        new CounterRandom(9, stream).FillNormal(values);
        return type == DType.F32 ? Tensor.From(values, shape) : Tensor.From<double>(Array.ConvertAll(values, v => (double)v), shape);
    }

    private static ParameterStore Wide(InfLvgPolicyConfig config, ulong seed)
    {
        using ParameterStore narrow = ParameterStore.CreateRandom(InfLvgPolicy.Specs(config), seed);
        ParameterStore wide = new();
        foreach (string name in narrow.Names)
        {
            wide.Add(name, Tensor.From<double>(Array.ConvertAll(narrow[name].Span.ToArray(), v => (double)v), narrow[name].Shape));
        }
        return wide;
    }
}
