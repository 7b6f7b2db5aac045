using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using static LongTake.Models.Tests.Wan.TinyTransformer;

namespace LongTake.Models.Tests.Wan;

/// <summary>
/// Velocities of the tiny transformer as this code computed them in double precision when it met the golden data: a guard
/// for machines without that data. Not a reference of its own.
/// </summary>
public sealed class WanTransformerRegressionTests
{
    /// <summary>Every 16th velocity.</summary>
    private static readonly double[] s_expected =
    [
        2.488855398822151, 1.96889631007727, 1.6471417037412324, 2.0852663574960904,
        1.3359064002020833, 1.2895580472237227, 1.4054690601851176, 2.9897759160152435,
        -0.6190207830366843, -0.12808489766417408, 1.340744111648413, 1.5741565830532733,
        -0.07344312227452976, -0.3566876364717452, 1.0283280061026097, 1.1035593552263414,
    ];

    [Fact]
    public void Velocities_are_what_they_were_in_vector_kernels()
    {
        using CpuBackend backend = new(2);
        AssertClose(s_expected, Sample(new Compute(backend), DType.F32), 2e-6, "velocity");
    }

    [Fact]
    public void Velocities_are_what_they_were_in_double_precision()
    {
        using ReferenceBackend backend = new();
        AssertClose(s_expected, Sample(new Compute(backend), DType.F64), 1e-9, "velocity");
    }

    private static double[] Sample(Compute compute, DType type)
    {
        using ParameterStore parameters = RandomParameters(type);
        using WanTransformer transformer = new(Config, parameters);
        using FullAttention attention = FullAttention.BlockCausal(transformer.Rotary, Grid, framesPerBlock: 2);
        using TensorScope scope = TensorScope.Open();
        using TextContext text = transformer.PrepareText(compute, Prompts(2, type));
        Tensor timesteps = Tensor.From([937.5f, 937.5f, 40, 40, 625, 625, 0, 0], [2, Frames]);
        double[] all = Doubles(transformer.Forward(compute, Latents(2, type), timesteps, text, attention));
        return [.. all.Where((_, i) => i % 16 == 0)];
    }
}
