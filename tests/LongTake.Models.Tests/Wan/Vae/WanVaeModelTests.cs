using System.Text.Json;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;
using LongTake.Testing;

namespace LongTake.Models.Tests.Wan.Vae;

public class WanVaeModelTests
{
    private static readonly WanVaeConfig s_small = new() { Dim = 4, ZDim = 3, DimMult = [1, 2, 2], ResBlockCount = 1, TemporalDownsample = [false, true] };

    [GoldenFact]
    [Trait("Category", "Golden")]
    public void Parameters_are_those_of_the_published_checkpoint_in_both_layouts()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(GoldenFixture.PathOf("wan_keys", "wan2.1_vae.json")));
        WanVaeConfig config = WanVaeConfig.Parse(document.RootElement.GetProperty("config"));
        Assert.Equal(WanVaeConfig.Wan21.MeanOf(3), config.MeanOf(3));
        Assert.Equal(WanVaeConfig.Wan21.DeviationOf(15), config.DeviationOf(15));
        List<string> expected = [];
        List<string> diffusers = [];
        foreach (JsonElement key in document.RootElement.GetProperty("keys").EnumerateArray())
        {
            expected.Add($"{key.GetProperty("key").GetString()} [{string.Join(", ", key.GetProperty("shape").EnumerateArray())}]");
            diffusers.Add(key.GetProperty("converted_key").GetString()!);
        }
        IReadOnlyList<ParameterSpec> specs = WanVae.Specs(WanVaeConfig.Wan21);
        Assert.Equal(194, specs.Count);
        Assert.Equal(expected, specs.Select(s => $"{s.Name} {s.Shape}"));
        Assert.Equal(diffusers, specs.Select(s => VaeKeyMap.ToDiffusers(s.Name, config)));
        Assert.Equal(specs.Select(s => s.Name), diffusers.Select(d => VaeKeyMap.ToOriginal(d, config)));
        Assert.Equal(document.RootElement.GetProperty("parameter_count").GetInt64(), specs.Sum(s => s.Shape.Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Key_names_map_back_and_forth_at_other_sizes(int resBlocks)
    {
        WanVaeConfig config = s_small with { ResBlockCount = resBlocks };
        string[] original = [.. WanVae.Specs(config).Select(s => s.Name)];
        string[] diffusers = [.. original.Select(n => VaeKeyMap.ToDiffusers(n, config)!)];
        Assert.Equal(diffusers.Length, diffusers.Distinct().Count());
        Assert.Equal(original, diffusers.Select(n => VaeKeyMap.ToOriginal(n, config)));
    }

    [Theory]
    [InlineData("blocks.0.norm.weight")]
    [InlineData("encoder.up_blocks.0.resnets.0.conv1.weight")]
    [InlineData("decoder.up_blocks.0.resnets.9.conv1.weight")]
    [InlineData("decoder.up_blocks.x.resnets.0.conv1.weight")]
    [InlineData("decoder.mid_block.attentions.1.proj.weight")]
    [InlineData("decoder.mid_block.resnets")]
    [InlineData("encoder.")]
    [InlineData("")]
    public void Foreign_keys_have_no_original_name(string key) => Assert.Null(VaeKeyMap.ToOriginal(key, s_small));

    [Fact]
    public void Gradients_of_the_whole_autoencoder_agree_with_finite_differences()
    {
        using ReferenceBackend backend = new();
        Compute c = new(backend);
        using ParameterStore parameters = Doubles(s_small);
        using WanVae vae = new(s_small, parameters);
        using TensorScope scope = TensorScope.Open();
        Tensor video = Tensor.From<double>([.. WanVaeStreamTests.Noise([1, 3, 5, 4, 8], 3).Span.ToArray().Select(v => (double)v)], [1, 3, 5, 4, 8]);
        parameters.RequireGrad(true);
        using (Tape tape = c.Record())
        {
            tape.Backward(Loss(c, vae, video));
        }
        parameters.RequireGrad(false);
        // The norms of nearly empty positions bend sharply, so the step is small.
        const double Step = 3e-7;
        int probed = 0;
        foreach (string name in parameters.Names)
        {
            Tensor parameter = parameters[name];
            Assert.NotNull(parameter.Grad);
            // The element that matters most; some kernel positions see nothing but padding at this size.
            double[] gradient = parameter.Grad!.AsSpan<double>().ToArray();
            int element = Array.IndexOf(gradient, gradient.MaxBy(Math.Abs));
            double exact = gradient[element];
            ref double value = ref parameter.AsSpan<double>()[element];
            double before = value;
            value = before + Step;
            double above = Value(c, vae, video);
            value = before - Step;
            double below = Value(c, vae, video);
            value = before;
            double measured = (above - below) / (2 * Step);
            Assert.True(Math.Abs(exact - measured) <= 1e-6 * Math.Max(0.1, Math.Abs(measured)), $"{name}: gradient {exact:R}, measured {measured:R}");
            probed += exact == 0 ? 0 : 1;
        }
        Assert.Equal(parameters.Names.Count, probed);
    }

    [Fact]
    public void Training_starts_near_zero_and_learns()
    {
        using CpuBackend cpu = new(2);
        Compute c = new(cpu);
        using ParameterStore parameters = ParameterStore.CreateRandom(WanVae.Specs(s_small), 1);
        using WanVae vae = new(s_small, parameters);
        parameters.RequireGrad(true);
        using TensorScope scope = TensorScope.Open();
        Tensor video = Tensor.Empty([1, 3, 5, 8, 8]);
        for (int i = 0; i < video.Count; i++)
        {
            video.Span[i] = MathF.Sin(i * 0.05f);
        }
        float first = 0, last = 0;
        for (int step = 0; step < 60; step++)
        {
            using Tape tape = c.Record();
            Tensor loss = c.MeanSquaredError(vae.Decode(c, vae.Encode(c, video)), video);
            last = loss.Span[0];
            first = step == 0 ? last : first;
            tape.Backward(loss);
            foreach (Tensor p in parameters.Tensors)
            {
                for (int i = 0; i < p.Count; i++)
                {
                    p.Span[i] -= 0.05f * p.Grad!.Span[i];
                }
                p.Grad!.Clear();
            }
        }
        Assert.InRange(first, 0.2f, 2f);
        Assert.True(last < 0.5f * first, $"The loss went from {first} to {last}.");
    }

    [Fact]
    public void Configurations_of_other_models_are_refused()
    {
        Assert.Throws<CheckpointException>(() => Parse("""{"dim": 8}"""));
        Assert.Throws<CheckpointException>(() => Parse("[]"));
        const string Rest = """ "z_dim": 4, "dim_mult": [1, 2], "num_res_blocks": 1, """;
        Assert.Contains("attn_scales", Assert.Throws<CheckpointException>(
            () => Parse($$"""{"dim": 8, {{Rest}} "temperal_downsample": [true], "attn_scales": [0.5]}""")).Message);
        Assert.Throws<CheckpointException>(() => Parse($$"""{"dim": 8, {{Rest}} "temperal_downsample": [true, true]}"""));
        WanVaeConfig config = Parse($$"""{"base_dim": 8, {{Rest}} "temporal_downsample": [true], "latents_mean": [1, 2, 3, 4]}""");
        Assert.Equal((8, 2f, 1f, 2, 2), (config.Dim, config.MeanOf(1), config.DeviationOf(1), config.SpatialFactor, config.TemporalFactor));
    }

    private static WanVaeConfig Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return WanVaeConfig.Parse(document.RootElement);
    }

    private static Tensor Loss(Compute c, WanVae vae, Tensor video)
    {
        (Tensor mean, Tensor logVariance) = vae.EncodeMoments(c, video);
        Tensor latents = c.Add(mean, c.Mul(c.Exp(c.Scale(logVariance, 0.5f)), mean));
        return c.MeanSquaredError(vae.Decode(c, latents), video);
    }

    private static double Value(Compute c, WanVae vae, Tensor video)
    {
        using TensorScope scope = TensorScope.Open();
        return Loss(c, vae, video).AsSpan<double>()[0];
    }

    private static ParameterStore Doubles(WanVaeConfig config)
    {
        using ParameterStore single = WanVaeStreamTests.Parameters(config);
        ParameterStore store = new();
        foreach (string name in single.Names)
        {
            store.Add(name, Tensor.From<double>([.. single[name].Span.ToArray().Select(v => (double)v)], single[name].Shape));
        }
        return store;
    }
}
