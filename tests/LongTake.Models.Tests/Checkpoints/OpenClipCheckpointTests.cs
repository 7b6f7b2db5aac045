using LongTake.Models.Checkpoints;
using LongTake.Models.Tests.Text.Clip;
using LongTake.Models.Tests.Vision;
using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints;

/// <summary>The layouts in which HPSv2 and DreamSim are published, and adapters of vision transformers.</summary>
public sealed class OpenClipCheckpointTests : IDisposable
{
    private static readonly VisionTransformerConfig s_config = VisionTransformerTests.Tiny(VisionFamily.OpenClip);

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-openclip-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "")]
    [InlineData("state_dict/", "")]
    [InlineData("state_dict/module.", "")]
    [InlineData("module.", "text.")]
    public void Either_tower_loads_from_what_a_training_wraps_it_into(string wrapper, string beforeText)
    {
        using ParameterStore clip = VisionTransformerTests.Random([.. VisionTransformer.Specs(s_config), .. ClipTextEncoder.Specs(ClipTextEncoderTests.Tiny)]);
        List<(string, Tensor)> tensors =
        [
            .. clip.Names.Select(n => (wrapper + (ClipKeyMap.IsImage(n) ? n : beforeText + n), clip[n])),
            (wrapper + "logit_scale", Tensor.Zeros([])),
            (wrapper + beforeText + "attn_mask", Tensor.Zeros([9, 9])),
        ];
        if (wrapper.StartsWith("state_dict", StringComparison.Ordinal))
        {
            tensors.Add(("optimizer/exp_avg", Tensor.Zeros([3])));
        }
        string path = Write("hps.safetensors", tensors);
        using ParameterStore image = EncoderCheckpoint.LoadVision(path, s_config);
        AssertSame(clip, image);
        using ParameterStore text = EncoderCheckpoint.LoadClipText(path, ClipTextEncoderTests.Tiny with { Activation = UnaryFunction.GeluExact });
        AssertSame(clip, text);
    }

    [Fact]
    public void A_clip_under_the_names_of_dino_is_the_same_network()
    {
        using ParameterStore clip = VisionTransformerTests.Random(VisionTransformer.Specs(s_config));
        float[] bias = [.. Enumerable.Range(0, s_config.Width).Select(i => 0.1f * i)];
        string path = WriteAsDino(clip, bias);
        using ParameterStore loaded = EncoderCheckpoint.LoadVision(path, s_config);
        // The bias of the patches went into their positions, and not into that of the class token.
        for (int i = 0; i < clip["visual.positional_embedding"].Count; i++)
        {
            float added = i < s_config.Width ? 0 : bias[i % s_config.Width];
            Assert.Equal(clip["visual.positional_embedding"].Span[i] + added, loaded["visual.positional_embedding"].Span[i], 1e-6f);
        }
        AssertSame(clip, loaded, except: "visual.positional_embedding");
    }

    [Theory]
    [InlineData(VisionFamily.Dino, "base_model.model.", null)]
    [InlineData(VisionFamily.OpenClip, "base_model.model.base_model.model.model.", null)]
    [InlineData(VisionFamily.Clip, "base_model.model.base_model.model.", 3f)]
    public void An_adapter_is_merged_as_its_configuration_says(VisionFamily family, string prefix, float? alpha)
    {
        VisionTransformerConfig config = VisionTransformerTests.Tiny(family);
        using ParameterStore network = VisionTransformerTests.Random(VisionTransformer.Specs(config));
        string path = family == VisionFamily.OpenClip
            ? WriteAsDino(network, new float[config.Width])
            : Write("base.safetensors", [.. network.Names.Select(n => (n, network[n]))]);
        Tensor a = Values([2, 8], 0.3f), b = Values([24, 2], 0.7f);
        string folder = Adapter(
            """{"peft_type": "LORA", "r": 2, "lora_alpha": 0.5, "target_modules": ["qkv"], "fan_in_fan_out": false, "enable_lora": null}""",
            a,
            b,
            prefix);
        Assert.True(VisionAdapter.IsIn(folder));
        using ParameterStore merged = EncoderCheckpoint.LoadVision(path, config, new VisionAdapter(folder, alpha));
        string adapted = config.IsClip ? "visual.transformer.resblocks.1.attn.in_proj_weight" : "blocks.1.attn.qkv.weight";
        for (int i = 0; i < 24 * 8; i++)
        {
            double product = Enumerable.Range(0, 2).Sum(r => (double)b.Span[(i / 8 * 2) + r] * a.Span[(r * 8) + (i % 8)]);
            Assert.Equal(network[adapted].Span[i] + ((alpha ?? 0.5f) / 2 * product), merged[adapted].Span[i], 1e-5);
        }
        AssertSame(network, merged, except: adapted);
    }

    [Fact]
    public void Adapters_that_do_not_fit_are_refused()
    {
        using ParameterStore network = VisionTransformerTests.Random(VisionTransformer.Specs(s_config));
        string path = Write("base.safetensors", [.. network.Names.Select(n => (n, network[n]))]);
        Tensor a = Values([2, 8], 1), b = Values([24, 2], 1);
        Refused("rank 2, and its adapter_config.json says 4", """{"r": 4, "lora_alpha": 1, "target_modules": ["qkv"]}""");
        Refused("layers 'fc1' are adapted", """{"r": 2, "lora_alpha": 1, "target_modules": ["qkv", "fc1"]}""");
        Refused("sets 'use_rslora'", """{"r": 2, "lora_alpha": 1, "use_rslora": true}""");
        Refused("no rank 'r' and no 'lora_alpha'", """{"r": 2}""");
        Refused("cannot be read", "{");
        a = Values([2, 5], 1);
        Refused("for another network", """{"r": 2, "lora_alpha": 1}""");
        Assert.Contains("adapter_model.safetensors nor adapter_model.bin", Failure(new VisionAdapter(_folder)), StringComparison.Ordinal);

        void Refused(string why, string configuration) => Assert.Contains(
            why, Failure(new VisionAdapter(Adapter(configuration, a, b, "base_model.model."))), StringComparison.Ordinal);

        string Failure(VisionAdapter adapter) => Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadVision(path, s_config, adapter)).Message;
    }

    [Fact]
    public void Another_activation_than_the_networks_is_refused()
    {
        using ParameterStore clip = VisionTransformerTests.Random(VisionTransformer.Specs(s_config));
        string path = Write("model.safetensors", [.. clip.Names.Select(n => (n, clip[n]))]);
        File.WriteAllText(Path.Combine(_folder, "config.json"), """{"vision_config": {"hidden_act": "quick_gelu"}}""");
        string message = Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadVision(path, s_config)).Message;
        Assert.Contains("has 'gelu'; take OpenCLIP's", message.Replace("the network needed here ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "config.json"), """{"vision_config": {"hidden_act": "gelu"}}""");
        using ParameterStore loaded = EncoderCheckpoint.LoadVision(path, s_config);
        AssertSame(clip, loaded);
    }

    private static Tensor Values(Shape shape, float scale) => Tensor.From([.. Enumerable.Range(0, (int)shape.Count).Select(i => scale * MathF.Sin(i + 1))], shape);

    private static void AssertSame(ParameterStore expected, ParameterStore actual, string? except = null)
    {
        Assert.NotEmpty(actual.Names);
        foreach (string name in actual.Names.Where(n => n != except))
        {
            Assert.Equal(expected[name].Span.ToArray(), actual[name].Span.ToArray());
        }
    }

    // Written from the names in DreamSim's vision transformer, the other way round from the key map.
    private string WriteAsDino(ParameterStore clip, float[] bias)
    {
        List<(string, Tensor)> tensors = [("state_dict/patch_embed.proj.bias", Tensor.From(bias, [bias.Length]))];
        foreach (string name in clip.Names)
        {
            string other = name.Replace("visual.transformer.resblocks", "blocks", StringComparison.Ordinal)
                .Replace("attn.in_proj_", "attn.qkv.", StringComparison.Ordinal).Replace("attn.out_proj", "attn.proj", StringComparison.Ordinal)
                .Replace("ln_1", "norm1", StringComparison.Ordinal).Replace("ln_2", "norm2", StringComparison.Ordinal)
                .Replace("mlp.c_fc", "mlp.fc1", StringComparison.Ordinal).Replace("mlp.c_proj", "mlp.fc2", StringComparison.Ordinal)
                .Replace("visual.ln_pre", "pos_drop", StringComparison.Ordinal).Replace("visual.ln_post", "norm", StringComparison.Ordinal)
                .Replace("visual.conv1", "patch_embed.proj", StringComparison.Ordinal).Replace("visual.proj", "proj", StringComparison.Ordinal);
            Tensor tensor = clip[name];
            (other, tensor) = name switch
            {
                "visual.class_embedding" => ("cls_token", tensor.View([1, 1, tensor.Shape[0]])),
                "visual.positional_embedding" => ("pos_embed", tensor.View([1, tensor.Shape[0], tensor.Shape[1]])),
                _ => (other, tensor),
            };
            tensors.Add(("state_dict/" + other, tensor));
        }
        return Write("as_dino.safetensors", tensors);
    }

    private string Adapter(string configuration, Tensor a, Tensor b, string prefix)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "adapter")).FullName;
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), configuration);
        // Every layer twice where the model was wrapped twice, as PEFT saves modules that have two names.
        string[] prefixes = prefix.EndsWith(".model.model.", StringComparison.Ordinal) ? [prefix, prefix[..^"model.".Length]] : [prefix];
        Dictionary<string, Tensor> tensors = [];
        foreach (string before in prefixes)
        {
            tensors.Add(before + "blocks.1.attn.qkv.lora_A.weight", a);
            tensors.Add(before + "blocks.1.attn.qkv.lora_B.weight", b);
        }
        SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), tensors);
        return folder;
    }

    private string Write(string name, List<(string Name, Tensor Tensor)> tensors)
    {
        string path = Path.Combine(_folder, name);
        SafetensorsWriter.Write(path, tensors.ToDictionary(t => t.Name, t => t.Tensor));
        return path;
    }
}
