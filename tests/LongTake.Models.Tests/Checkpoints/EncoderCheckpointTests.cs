using LongTake.Models.Checkpoints;
using LongTake.Models.Tests.Text.Clip;
using LongTake.Models.Tests.Vision;
using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints;

public sealed class EncoderCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-encoders-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Clip_of_OpenAI_loads_either_tower()
    {
        using ParameterStore clip = Clip();
        string path = Write("clip.safetensors", [.. clip.Names.Select(n => (n, clip[n])), ("logit_scale", Tensor.Zeros([])), ("context_length", Tensor.Zeros([1]))]);
        AssertTowers(clip, path);
    }

    [Fact]
    public void Clip_of_transformers_is_the_same_network()
    {
        using ParameterStore clip = Clip();
        string path = Write("model.safetensors", [.. ClipForTransformers(clip)]);
        AssertTowers(clip, path);
        // A folder is as good as the file in it.
        AssertTowers(clip, _folder);
    }

    [Fact]
    public void Half_precision_weights_are_computed_with_in_single_precision()
    {
        // Large enough that matrices stay as stored.
        VisionTransformerConfig image = VisionTransformerTests.Tiny(VisionFamily.Clip) with { Width = 256, LayerCount = 1 };
        ClipTextConfig text = ClipTextEncoderTests.Tiny with { Width = 256, LayerCount = 1, VocabularySize = 300 };
        using ParameterStore clip = VisionTransformerTests.Random([.. VisionTransformer.Specs(image), .. ClipTextEncoder.Specs(text)]);
        string half = Path.Combine(_folder, "half.safetensors");
        SafetensorsWriter.Write(half, clip, floatType: DType.F16);
        using ParameterStore visual = EncoderCheckpoint.LoadVision(half, image);
        using ParameterStore textual = EncoderCheckpoint.LoadClipText(half, text);
        Assert.Equal(DType.F16, visual["visual.transformer.resblocks.0.mlp.c_fc.weight"].DType);
        Assert.Equal(DType.F16, textual["token_embedding.weight"].DType);
        using ParameterStore wideVisual = Widened(visual);
        using ParameterStore wideTextual = Widened(textual);
        using CpuBackend backend = new(1);
        Compute compute = new(backend);
        using TensorScope scope = TensorScope.Open();
        Tensor frame = Tensor.From([.. Enumerable.Range(0, 3 * 8 * 8).Select(i => MathF.Sin(i))], [1, 3, 8, 8]);
        int[][] ids = [[298, 7, 200, 299]];
        using VisionTransformer a = new(image, visual), b = new(image, wideVisual);
        using ClipTextEncoder c = new(text, textual), d = new(text, wideTextual);
        Assert.Equal(b.Encode(compute, frame).Span.ToArray(), a.Encode(compute, frame).Span.ToArray(), (x, y) => MathF.Abs(x - y) < 1e-5f);
        Assert.Equal(d.Encode(compute, ids).Span.ToArray(), c.Encode(compute, ids).Span.ToArray(), (x, y) => MathF.Abs(x - y) < 1e-5f);
    }

    [Fact]
    public void Dino_of_transformers_is_the_same_network()
    {
        VisionTransformerConfig config = VisionTransformerTests.Tiny(VisionFamily.Dino);
        using ParameterStore dino = VisionTransformerTests.Random(VisionTransformer.Specs(config));
        string original = Write("dino.safetensors", [.. dino.Names.Select(n => (n, dino[n]))]);
        string transformers = Write("model.safetensors", [.. DinoForTransformers(dino), ("pooler.dense.weight", Tensor.Zeros([8, 8]))]);
        foreach (string path in (string[])[original, transformers])
        {
            using ParameterStore loaded = EncoderCheckpoint.LoadVision(path, config);
            AssertSame(dino, loaded, VisionTransformer.Specs(config));
        }
    }

    [Fact]
    public void Another_network_is_called_by_its_name()
    {
        string path = Write("clip.safetensors", [("visual.conv1.weight", Tensor.Zeros([1024, 3, 14, 14]))]);
        Assert.Equal(
            $"'{path}' holds CLIP ViT-L/14, and CLIP ViT-B/32 has width 768 and patches of 32 pixels; take the weights of CLIP ViT-B/32.",
            Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadVision(path, VisionTransformerConfig.ClipBase32)).Message);
        string small = Write("small.safetensors", [("patch_embed.proj.weight", Tensor.Zeros([384, 3, 8, 8]))]);
        Assert.Contains(
            "holds a vision transformer of width 384 with patches of 8 pixels",
            Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadVision(small, VisionTransformerConfig.DinoBase16)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "holds no vision transformer of DINO",
            Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadVision(path, VisionTransformerConfig.DinoBase16)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "holds no text tower of CLIP",
            Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadClipText(path, ClipTextConfig.Base32)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_strange_and_misshaped_tensors_are_named()
    {
        using ParameterStore clip = Clip();
        VisionTransformerConfig config = VisionTransformerTests.Tiny(VisionFamily.Clip);
        IEnumerable<(string, Tensor)> tensors = ClipForTransformers(clip)
            .Where(t => !t.Name.EndsWith("vision_model.encoder.layers.1.self_attn.k_proj.bias", StringComparison.Ordinal))
            .Append(("vision_model.stray", Tensor.Zeros([1])))
            .Select(t => t.Item1.EndsWith("vision_model.post_layernorm.bias", StringComparison.Ordinal) ? (t.Item1, Tensor.Zeros([7])) : t);
        string path = Write("model.safetensors", [.. tensors]);
        string message = Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadVision(path, config)).Message;
        Assert.Contains("1 missing (visual.transformer.resblocks.1.attn.in_proj_bias)", message, StringComparison.Ordinal);
        Assert.Contains("visual.ln_post.bias is [7], not [8]", message, StringComparison.Ordinal);
        string text = Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadClipText(path, ClipTextEncoderTests.Tiny)).Message;
        Assert.Contains("vision_model.stray", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_activation_is_refused_though_all_shapes_fit()
    {
        using ParameterStore clip = Clip();
        string path = Write("model.safetensors", [.. ClipForTransformers(clip)]);
        File.WriteAllText(Path.Combine(_folder, "config.json"), """{"vision_config": {"hidden_act": "quick_gelu"}, "text_config": {"hidden_act": "gelu"}}""");
        string message = Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadVision(path, VisionTransformerTests.Tiny(VisionFamily.Clip))).Message;
        Assert.Contains("text_config has the activation 'gelu'", message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "config.json"), "{");
        Assert.Throws<CheckpointException>(() => EncoderCheckpoint.LoadVision(path, VisionTransformerTests.Tiny(VisionFamily.Clip)));
    }

    [Fact]
    public void An_aesthetic_head_adds_up_and_must_fit_the_embedding()
    {
        string path = Write("head.safetensors", [("weight", Tensor.From([1f, -2f, 0.5f], [1, 3])), ("bias", Tensor.From([3f], [1]))]);
        AestheticHead head = AestheticHead.Load(path, 3);
        Assert.Equal(3 + 0.6 - 1.6, head.Score([0.6f, 0.8f, 0f]), 1e-6);
        Assert.Contains("embeddings of 3 values", Assert.Throws<CheckpointException>(() => AestheticHead.Load(path, 512)).Message, StringComparison.Ordinal);
    }

    private static ParameterStore Widened(ParameterStore stored)
    {
        ParameterStore wide = new();
        foreach (string name in stored.Names)
        {
            wide.Add(name, TensorConversion.To(stored[name], DType.F32));
        }
        return wide;
    }

    private static void AssertTowers(ParameterStore clip, string path)
    {
        VisionTransformerConfig config = VisionTransformerTests.Tiny(VisionFamily.Clip);
        using ParameterStore image = EncoderCheckpoint.LoadVision(path, config);
        AssertSame(clip, image, VisionTransformer.Specs(config));
        using ParameterStore text = EncoderCheckpoint.LoadClipText(path, ClipTextEncoderTests.Tiny);
        AssertSame(clip, text, ClipTextEncoder.Specs(ClipTextEncoderTests.Tiny));
    }

    private static void AssertSame(ParameterStore expected, ParameterStore actual, IReadOnlyList<ParameterSpec> specs)
    {
        Assert.Equal(specs.Select(s => s.Name), actual.Names);
        foreach (ParameterSpec spec in specs)
        {
            Assert.Equal(expected[spec.Name].Span.ToArray(), actual[spec.Name].Span.ToArray());
        }
    }

    private static ParameterStore Clip()
    {
        ParameterSpec[] specs =
            [.. VisionTransformer.Specs(VisionTransformerTests.Tiny(VisionFamily.Clip)), .. ClipTextEncoder.Specs(ClipTextEncoderTests.Tiny)];
        return VisionTransformerTests.Random(specs);
    }

    // What transformers' conversion script does, the other way round from the key map.
    private static IEnumerable<(string Name, Tensor Tensor)> ClipForTransformers(ParameterStore clip)
    {
        yield return ("text_model.embeddings.position_ids", Tensor.Zeros([1, 9], DType.I64));
        yield return ("logit_scale", Tensor.Zeros([]));
        foreach (string name in clip.Names)
        {
            Tensor t = clip[name];
            if (name is "visual.proj" or "text_projection")
            {
                Tensor transposed = Tensor.Empty([t.Shape[1], t.Shape[0]]);
                for (int i = 0; i < t.Count; i++)
                {
                    transposed.Span[(i % t.Shape[1] * t.Shape[0]) + (i / t.Shape[1])] = t.Span[i];
                }
                yield return (name == "visual.proj" ? "visual_projection.weight" : "text_projection.weight", transposed);
                continue;
            }
            string other = name
                .Replace("visual.transformer.resblocks", "vision_model.encoder.layers", StringComparison.Ordinal)
                .Replace("transformer.resblocks", "text_model.encoder.layers", StringComparison.Ordinal)
                .Replace("attn.out_proj", "self_attn.out_proj", StringComparison.Ordinal)
                .Replace("ln_1", "layer_norm1", StringComparison.Ordinal).Replace("ln_2", "layer_norm2", StringComparison.Ordinal)
                .Replace("mlp.c_fc", "mlp.fc1", StringComparison.Ordinal).Replace("mlp.c_proj", "mlp.fc2", StringComparison.Ordinal)
                .Replace("visual.class_embedding", "vision_model.embeddings.class_embedding", StringComparison.Ordinal)
                .Replace("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight", StringComparison.Ordinal)
                .Replace("visual.conv1", "vision_model.embeddings.patch_embedding", StringComparison.Ordinal)
                .Replace("visual.ln_pre", "vision_model.pre_layrnorm", StringComparison.Ordinal)
                .Replace("visual.ln_post", "vision_model.post_layernorm", StringComparison.Ordinal)
                .Replace("token_embedding", "text_model.embeddings.token_embedding", StringComparison.Ordinal)
                .Replace("ln_final", "text_model.final_layer_norm", StringComparison.Ordinal);
            other = other == "positional_embedding" ? "text_model.embeddings.position_embedding.weight" : other;
            foreach ((string part, Tensor rows) in Parts(other, t, "attn.in_proj_", "self_attn.{0}_proj.", ["q", "k", "v"]))
            {
                yield return (part, rows);
            }
        }
    }

    private static IEnumerable<(string Name, Tensor Tensor)> DinoForTransformers(ParameterStore dino)
    {
        foreach (string name in dino.Names)
        {
            string other = name
                .Replace("blocks.", "encoder.layer.", StringComparison.Ordinal)
                .Replace("norm1", "layernorm_before", StringComparison.Ordinal).Replace("norm2", "layernorm_after", StringComparison.Ordinal)
                .Replace("attn.proj", "attention.output.dense", StringComparison.Ordinal)
                .Replace("mlp.fc1", "intermediate.dense", StringComparison.Ordinal).Replace("mlp.fc2", "output.dense", StringComparison.Ordinal)
                .Replace("cls_token", "embeddings.cls_token", StringComparison.Ordinal)
                .Replace("pos_embed", "embeddings.position_embeddings", StringComparison.Ordinal)
                .Replace("patch_embed.proj", "embeddings.patch_embeddings.projection", StringComparison.Ordinal);
            other = other.StartsWith("norm.", StringComparison.Ordinal) ? "layer" + other : other;
            foreach ((string part, Tensor rows) in Parts(other, dino[name], "attn.qkv.", "attention.attention.{0}.", ["query", "key", "value"]))
            {
                yield return (part, rows);
            }
        }
    }

    private static IEnumerable<(string, Tensor)> Parts(string name, Tensor stacked, string marker, string format, string[] parts)
    {
        if (!name.Contains(marker, StringComparison.Ordinal))
        {
            yield return (name, stacked);
            yield break;
        }
        int rows = stacked.Shape[0] / 3;
        for (int i = 0; i < 3; i++)
        {
            yield return (name.Replace(marker, string.Format(null, format, parts[i]), StringComparison.Ordinal), stacked.Rows(i * rows, rows));
        }
    }

    private string Write(string name, (string Name, Tensor Tensor)[] tensors)
    {
        string path = Path.Combine(_folder, name);
        SafetensorsWriter.Write(path, tensors.ToDictionary(t => t.Name, t => t.Tensor));
        return path;
    }
}
