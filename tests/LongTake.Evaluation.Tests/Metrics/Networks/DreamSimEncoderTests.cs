using LongTake.Evaluation.Metrics.Networks;
using LongTake.Evaluation.Metrics.Networks.DreamSim;
using LongTake.Models.Checkpoints;
using LongTake.Models.Vision;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Evaluation.Tests.Metrics.Networks;

public sealed class DreamSimEncoderTests : IDisposable
{
    private const int Height = 12;
    private const int Width = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-dreamsim-").FullName;
    private readonly CpuBackend _backend = new(1);
    private readonly DreamSimPart[] _parts;

    public DreamSimEncoderTests()
    {
        _parts =
        [
            Part(VisionFamily.Dino, ImageTransform.DreamSimDino, 1),
            Part(VisionFamily.Clip, ImageTransform.DreamSimClip, 2),
            Part(VisionFamily.OpenClip, ImageTransform.DreamSimClip, 3),
        ];
    }

    public void Dispose()
    {
        _backend.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(DreamSimToken.BeforeNorm)]
    [InlineData(DreamSimToken.AfterNorm)]
    public void The_feature_is_that_of_three_adapted_networks_minus_its_mean(DreamSimToken token)
    {
        byte[] frame = Frame();
        using DreamSimEncoder encoder = new(_backend, _parts, new DreamSimOptions { Token = token });
        Assert.Null(encoder.WhyNot);
        Assert.Equal(8 + 6 + 6, encoder.Dim);
        List<double> expected = [];
        foreach (DreamSimPart part in _parts)
        {
            VisionTransformerConfig config = part.Config with { SkipsLastNorm = token == DreamSimToken.BeforeNorm && !part.Config.IsClip };
            using ParameterStore parameters = EncoderCheckpoint.LoadVision(part.Path!, config, new VisionAdapter(part.Adapter!));
            using VisionTransformer network = new(config, parameters);
            using TensorScope scope = TensorScope.Open();
            expected.AddRange(
                network.Encode(new Compute(_backend), new FrameTransform(part.Transform, Height, Width).Apply(frame)).Span.ToArray().Select(v => (double)v));
        }
        double mean = expected.Average();
        double length = Math.Sqrt(expected.Sum(v => (v - mean) * (v - mean)));
        Assert.Equal(expected.Select(v => (v - mean) / length), Encode(encoder, frame).Select(v => (double)v), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Adapters_change_the_feature_and_their_alpha_can_be_set()
    {
        byte[] frame = Frame();
        using DreamSimEncoder published = new(_backend, _parts), same = new(_backend, _parts, new DreamSimOptions { Alpha = 0.5f });
        using DreamSimEncoder none = new(_backend, _parts, new DreamSimOptions { Alpha = 0 });
        Assert.Equal(Encode(published, frame), Encode(same, frame));
        Assert.NotEqual(Encode(published, frame), Encode(none, frame));
    }

    [Fact]
    public void Without_an_adapter_there_is_no_ensemble()
    {
        using DreamSimEncoder encoder = new(_backend, [_parts[0], _parts[1] with { Adapter = null }, _parts[2]]);
        Assert.Contains("its DreamSim adapter", encoder.WhyNot!, StringComparison.Ordinal);
        Assert.Contains("adapter of a tiny Clip is missing", Assert.Throws<CheckpointException>(encoder.Load).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new DreamSimEncoder(_backend, _parts, new DreamSimOptions { Alpha = float.NaN }));
        Assert.Throws<ArgumentException>(() => new DreamSimEncoder(_backend, _parts, new DreamSimOptions { Token = (DreamSimToken)7 }));
    }

    private static float[] Encode(IFrameEncoder encoder, byte[] frame)
    {
        float[] feature = new float[encoder.Dim];
        encoder.Encode(frame, Height, Width, feature);
        return feature;
    }

    private static byte[] Frame()
    {
        byte[] frame = new byte[Height * Width * 3];
        new Random(4).NextBytes(frame);
        return frame;
    }

    private DreamSimPart Part(VisionFamily family, ImageTransform transform, ulong seed)
    {
        VisionTransformerConfig config = new()
        {
            Family = family,
            Name = "a tiny " + family,
            ImageSize = 16,
            PatchSize = 8,
            Width = 8,
            LayerCount = 1,
            HeadCount = 2,
            EmbeddingDim = family == VisionFamily.Dino ? 0 : 6,
        };
        string path = Path.Combine(_folder, family + ".safetensors"), folder = Directory.CreateDirectory(Path.Combine(_folder, family + "_lora")).FullName;
        using ParameterStore parameters = ParameterStore.CreateRandom(VisionTransformer.Specs(config), seed);
        SafetensorsWriter.Write(path, parameters);
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), """{"r": 2, "lora_alpha": 0.5, "target_modules": ["qkv"]}""");
        using ParameterStore pairs = ParameterStore.CreateRandom(
        [
            new("base_model.model.model.blocks.0.attn.qkv.lora_A.weight", [2, 8], ParameterInit.Normal),
            new("base_model.model.model.blocks.0.attn.qkv.lora_B.weight", [24, 2], ParameterInit.Normal),
        ], seed);
        SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), pairs);
        return new DreamSimPart(config, transform with { Side = 16 }, path, folder);
    }
}
