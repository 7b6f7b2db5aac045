using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Samplers;

[Trait("Category", "Golden")]
public class GoldenBidirectionalTests
{
    public static TheoryData<string> Fixtures => GoldenFixture.Names("wan_t2v_pipeline_");

    [GoldenTheory]
    [MemberData(nameof(Fixtures))]
    public void Text_to_video_loop_is_the_reference(string fixture)
    {
        using GoldenFixture golden = GoldenFixture.Load(fixture);
        using WanTransformer transformer = golden.Transformer(out ParameterStore parameters);
        using ParameterStore owned = parameters;
        using CpuBackend backend = new(2);
        using TensorScope scope = TensorScope.Open();
        SamplerOptions options = new()
        {
            Kind = golden.Config.GetProperty("sample_solver").GetString() == "unipc" ? SamplerKind.UniPC : SamplerKind.DpmSolver,
            Steps = golden.Int("sampling_steps"),
            Shift = golden.Config.GetProperty("shift").GetDouble(),
            Guidance = golden.Config.GetProperty("guide_scale").GetDouble(),
        };
        float g = (float)options.Guidance;
        int step = 0;
        BidirectionalSampler sampler = new(transformer, options)
        {
            Observer = (x, t, velocity) =>
            {
                string name = $"intermediate.step{step:00}";
                Assert.Equal(golden.I64("intermediate.timesteps")[step], t);
                golden.AssertClose($"{name}_sample_in", golden.F32($"{name}_sample_in"), ToModelLayout(x).Span);
                Tensor v = ToModelLayout(velocity!);
                for (int i = 0; i < v.Count; i++)
                {
                    float cond = golden.F32($"{name}_cond")[i];
                    float uncond = golden.F32($"{name}_uncond")[i];
                    Assert.Equal(uncond + (g * (cond - uncond)), v.Span[i], 1e-4f);
                }
                step++;
            },
        };
        Tensor noise = golden.Tensor("inputs.noise");
        Tensor clip = noise.Rank == 4 ? noise.View([1, noise.Shape[0], noise.Shape[1], noise.Shape[2], noise.Shape[3]]) : noise;
        Tensor latents = sampler.Sample(
            new Compute(backend),
            ToModelLayout(clip),
            new CounterNoise(0),
            Batched(golden.Tensor("inputs.context")),
            Batched(golden.Tensor("inputs.context_null")));
        golden.AssertClose("outputs.latents", golden.F32("outputs.latents"), ToModelLayout(latents).Span);
        Assert.Equal(options.Steps, step);
    }

    private static Tensor Batched(Tensor t) => t.Rank == 3 ? t : t.View([1, t.Shape[0], t.Shape[1]]);

    private static Tensor ToModelLayout(Tensor x)
    {
        Shape s = x.Shape;
        Tensor y = Tensor.Empty([s[0], s[2], s[1], s[3], s[4]]);
        LatentLayout.Swap(x, y);
        return y;
    }
}
