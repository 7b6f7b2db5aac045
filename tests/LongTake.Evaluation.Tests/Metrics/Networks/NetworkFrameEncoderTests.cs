using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Consistency;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Models.Vision;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Parameters;

namespace LongTake.Evaluation.Tests.Metrics.Networks;

/// <summary>Alone, because it watches the memory of the whole process.</summary>
[CollectionDefinition(nameof(NetworkFrameEncoderTests), DisableParallelization = true)]
[Collection(nameof(NetworkFrameEncoderTests))]
public sealed class NetworkFrameEncoderTests : IDisposable
{
    private static readonly VisionTransformerConfig s_config = new()
    {
        Family = VisionFamily.Dino,
        Name = "a tiny DINO",
        ImageSize = 16,
        PatchSize = 8,
        Width = 16,
        LayerCount = 2,
        HeadCount = 2,
    };

    private static readonly ImageTransform s_transform = ImageTransform.Dino224 with { Side = 16 };

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-encoder-").FullName;
    private readonly CpuBackend _backend = new(1);
    private readonly string _path;

    public NetworkFrameEncoderTests()
    {
        _path = Path.Combine(_folder, "dino.safetensors");
        using ParameterStore parameters = ParameterStore.CreateRandom(VisionTransformer.Specs(s_config), 3);
        SafetensorsWriter.Write(_path, parameters);
    }

    public void Dispose()
    {
        _backend.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Features_have_length_one_and_a_known_frame_costs_nothing()
    {
        using NetworkFrameEncoder encoder = new(_backend, _path, s_config, s_transform);
        float[] first = Encode(encoder, Frame(1));
        Assert.Equal(1, Math.Sqrt(first.Sum(v => (double)v * v)), 1e-6);
        float[] second = Encode(encoder, Frame(2));
        Assert.NotEqual(first, second);
        Assert.Equal(first, Encode(encoder, Frame(1)));
        Assert.Equal(2, encoder.Runs);
        // The same bytes in another shape are another picture.
        float[] feature = new float[encoder.Dim];
        encoder.Encode(Frame(1), 24, 20, feature);
        Assert.Equal(3, encoder.Runs);
    }

    [Fact]
    public void Several_metrics_share_a_pass_and_memory_does_not_grow()
    {
        using NetworkFrameEncoder encoder = new(_backend, _path, s_config, s_transform);
        MetricSet set = new([Metric("a"), Metric("b")]);
        VideoDescription video = new() { FrameCount = 60, Height = 20, Width = 24, FramesPerSecond = 8 };
        using MetricSetRun run = set.Start(video);
        long used = 0;
        for (int i = 0; i < video.FrameCount; i++)
        {
            run.Add(Frame(i));
            if (i == 5)
            {
                used = NativeMemoryPool.Shared.BytesInUse;
            }
        }
        Assert.Equal(used, NativeMemoryPool.Shared.BytesInUse);
        Assert.Equal(60, encoder.Runs);
        VideoMeasurement measured = run.Finish();
        Assert.Equal(measured.Figures["a"], measured.Figures["b"]);
        Assert.InRange(measured.Figures["a"], 0, 1);

        ConsistencyMetric Metric(string name) => new(new MetricColumn(name, BetterWhen.Higher, ""), encoder);
    }

    [Fact]
    public void Weights_of_another_network_are_refused_when_the_measurement_begins()
    {
        using NetworkFrameEncoder encoder = new(_backend, _path, s_config with { Width = 32 }, s_transform);
        ConsistencyMetric metric = new(new MetricColumn("a", BetterWhen.Higher, ""), encoder);
        VideoDescription video = new() { FrameCount = 6, Height = 20, Width = 24, FramesPerSecond = 8 };
        Assert.Null(metric.WhyNot(video));
        Assert.Contains("width 16", Assert.Throws<CheckpointException>(() => metric.Start(video)).Message, StringComparison.Ordinal);
    }

    private static float[] Encode(NetworkFrameEncoder encoder, byte[] frame)
    {
        float[] feature = new float[encoder.Dim];
        encoder.Encode(frame, 20, 24, feature);
        return feature;
    }

    private static byte[] Frame(int seed)
    {
        byte[] frame = new byte[20 * 24 * 3];
        new Random(seed).NextBytes(frame);
        return frame;
    }
}
