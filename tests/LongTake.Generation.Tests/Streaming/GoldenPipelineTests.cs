using System.Text.Json;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Generation.Tests.Cache;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Streaming;

[Trait("Category", "Golden")]
public class GoldenPipelineTests
{
    public static TheoryData<string> Fixtures => GoldenFixture.Names("causal_pipeline_");

    /// <summary>Whole runs on latents: every network call's input and output, the video, and what the cache holds at the end.</summary>
    [GoldenTheory]
    [MemberData(nameof(Fixtures))]
    public void Run_is_the_reference(string fixture)
    {
        using GoldenFixture golden = GoldenFixture.Load(fixture);
        using WanTransformer transformer = golden.Transformer(out ParameterStore parameters);
        using ParameterStore owned = parameters;
        using CpuBackend backend = new(2);
        using TensorScope scope = TensorScope.Open();
        Compute compute = new(backend);
        Tensor noise = golden.Tensor("inputs.noise");
        Shape s = noise.Shape;
        int given = golden.Has("inputs.initial_latent") ? golden.Tensor("inputs.initial_latent").Shape[1] : 0;
        int chunk = golden.Int("num_frame_per_block");
        Tensor[] redraws = [.. golden.TensorNames("inputs.renoise").Select(golden.Tensor)];
        StreamingMethod method = golden.Method() with { Noise = _ => new RecordedNoise(noise, redraws, given) };
        SamplerOptions sampler = new() { StepList = [.. golden.I64("inputs.denoising_step_list").ToArray().Select(i => (int)i)] };
        using ChunkGenerator generator = new(compute, transformer, method, sampler, new RunInfo(0, chunk, s[1] + given), s[0], s[3], s[4]);
        int call = 0;
        generator.Observer = (x, t, velocity) => CheckCall(golden, call++, x, t, velocity);

        Tensor[] prompts = Prompts(golden, s[0]);
        (int Frame, bool Cut)[] switches = Switches(golden, chunk);
        generator.SetPrompt(prompts[0]);
        List<Tensor> parts = [];
        if (given > 0)
        {
            generator.Append(golden.Tensor("inputs.initial_latent"));
            parts.Add(golden.Tensor("inputs.initial_latent"));
        }
        int prompt = 0;
        while (generator.NextFrame < s[1] + given)
        {
            if (prompt < switches.Length && generator.NextFrame >= switches[prompt].Frame)
            {
                generator.SetPrompt(prompts[prompt + 1], cut: switches[prompt].Cut);
                prompt++;
            }
            parts.Add(generator.Next());
        }
        golden.AssertClose("outputs.latents", compute.Concat([.. parts], 1));
        Assert.Equal(golden.Tensor("intermediate.call_current_start").Count, call);
        for (int layer = 0; layer < transformer.Config.LayerCount; layer++)
        {
            GoldenCacheTests.AssertCache(golden, transformer, generator.Cache, $"outputs.k_cache_layer{layer}", generator.Cache.Keys(layer), isKeys: true);
            GoldenCacheTests.AssertCache(golden, transformer, generator.Cache, $"outputs.v_cache_layer{layer}", generator.Cache.Values(layer), isKeys: false);
        }
    }

    private static void CheckCall(GoldenFixture golden, int call, Tensor x, float timestep, Tensor? velocity)
    {
        string name = $"intermediate.call{call:000}";
        golden.AssertClose($"{name}_x", x);
        Assert.All(golden.Tensor($"{name}_t").Span.ToArray(), t => Assert.Equal(t, timestep));
        if (velocity is not null)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor clean = Tensor.Empty(x.Shape);
            LongTake.Generation.Schedulers.FlowMatchSchedule table = new(golden.Config.GetProperty("timestep_shift").GetDouble());
            LongTake.Generation.Schedulers.FlowMatchSchedule.ToClean(x.Span, velocity.Span, table.SigmaOf(timestep), clean.Span);
            golden.AssertClose($"{name}_x0", clean);
        }
    }

    /// <summary>One prompt after the other; with several samples, one a sample.</summary>
    private static Tensor[] Prompts(GoldenFixture golden, int batch)
    {
        Tensor[] prompts = [.. golden.TensorNames("inputs.prompt_embeds").Select(golden.Tensor)];
        if (batch == 1)
        {
            return prompts;
        }
        using ReferenceBackend backend = new();
        return [new Compute(backend).Concat(prompts, 0)];
    }

    private static (int Frame, bool Cut)[] Switches(GoldenFixture golden, int chunk)
    {
        if (golden.Config.TryGetProperty("switch_frame_indices", out JsonElement indices))
        {
            return [.. indices.EnumerateArray().Select(e => (e.GetInt32(), false))];
        }
        if (golden.Name != "causal_pipeline_infinityrope_scenes")
        {
            return [];
        }

        // "a[2s] | b[2s#] | c[1s]" at 16 frames a second: two chunks each; the mark on b cuts at the start of c.
        Assert.Equal("a[2s] | b[2s#] | c[1s]", golden.Config.GetProperty("prompt").GetString());
        return [(2 * chunk, false), (4 * chunk, true)];
    }
}
