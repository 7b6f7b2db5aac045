using LongTake.Evaluation.Metrics.Networks;
using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Tensors.Backends;

namespace LongTake.Evaluation.Tests.Metrics.Networks;

/// <summary>A test on published weights; skipped unless the variable names a folder that has them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WeightsFactAttribute : FactAttribute
{
    public const string Variable = "LONGTAKE_METRIC_WEIGHTS";

    public WeightsFactAttribute()
    {
        if (!Directory.Exists(Environment.GetEnvironmentVariable(Variable)))
        {
            Skip = $"{Variable} names no folder with the weights of metric networks.";
        }
    }
}

public class RealWeightsTests
{
    private static readonly (string Text, string Ids)[] s_published =
    [
        ("a photo of a cat", "49406 320 1125 539 320 2368 49407"),
        (
            "A small cyan star moves slowly downward on a background of mint checkerboard.",
            "49406 320 2442 1470 550 1565 6880 9568 37430 525 320 5994 539 7506 1113 2352 1972 269 49407"),
        ("it's 2024, don't!", "49406 585 568 273 271 273 275 267 847 713 256 49407"),
        ("counter-clockwise", "49406 7352 268 46150 49407"),
        ("Zo\u00EB's caf\u00E9 &amp; bar", "49406 4397 40520 568 15304 261 2411 49407"),
        ("hello_world 12345", "49406 3306 318 1002 272 273 274 275 276 49407"),
    ];

    [WeightsFact]
    public void The_published_vocabulary_gives_the_published_ids()
    {
        using CpuBackend backend = new(1);
        using MetricWeights weights = Open(backend);
        if (weights.PathOf(MetricNetwork.ClipVocabulary) is not string path)
        {
            return;
        }
        ClipTokenizer tokenizer = new(ClipVocabulary.Load(path));
        Assert.All(s_published, p => Assert.Equal(p.Ids, string.Join(' ', tokenizer.Encode(p.Text))));
    }

    [WeightsFact]
    public void A_frame_is_like_itself_and_less_like_its_mirror_image()
    {
        using CpuBackend backend = new();
        using MetricWeights weights = Open(backend);
        IFrameEncoder[] encoders = [weights.Dino, weights.ClipBase32, weights.ClipLarge14, weights.DinoV2, weights.Hps, weights.DreamSim];
        foreach (IFrameEncoder encoder in encoders.Where(e => e.WhyNot is null))
        {
            byte[] frame = new byte[64 * 64 * 3];
            byte[] mirror = new byte[frame.Length];
            for (int i = 0; i < frame.Length; i++)
            {
                int x = i / 3 % 64, y = i / 192;
                frame[i] = (byte)((x < 20 && y > 30 ? 220 : 40) + (i % 3 * 10));
                mirror[(((y * 64) + 63 - x) * 3) + (i % 3)] = frame[i];
            }
            float[] a = new float[encoder.Dim], b = new float[encoder.Dim];
            encoder.Encode(frame, 64, 64, a);
            encoder.Encode(mirror, 64, 64, b);
            Assert.Equal(1, a.Zip(a).Sum(p => (double)p.First * p.Second), 1e-5);
            Assert.True(a.Zip(b).Sum(p => (double)p.First * p.Second) < 0.9999);
        }
    }

    [WeightsFact]
    public void Aesthetic_heads_are_the_published_ones()
    {
        using CpuBackend backend = new(1);
        using MetricWeights weights = Open(backend);
        foreach ((MetricNetwork network, int dim, double bias) in
            ((MetricNetwork, int, double)[])[(MetricNetwork.AestheticLarge14, 768, 3.529371738), (MetricNetwork.AestheticBase32, 512, 3.421470881)])
        {
            if (weights.PathOf(network) is not null)
            {
                AestheticHead head = weights.LoadHead(network, dim);
                Assert.Equal(bias, head.Score(new float[dim]), 1e-6);
            }
        }
    }

    private static MetricWeights Open(CpuBackend backend) => MetricWeights.Open(Environment.GetEnvironmentVariable(WeightsFactAttribute.Variable), backend);
}
