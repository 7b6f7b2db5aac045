using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using LongTake.Testing;

namespace LongTake.Models.Tests.Wan.Vae;

/// <summary>Every <c>wan_vae_*</c> fixture, in whatever size its configuration says; a fixture may hold only one half of the model.</summary>
[Trait("Category", "Golden")]
public class WanVaeGoldenTests
{
    [GoldenTheory]
    [MemberData(nameof(GoldenFixture.Names), "wan_vae", MemberType = typeof(GoldenFixture))]
    public void Encoder_meets_the_reference(string name)
    {
        using GoldenFixture golden = GoldenFixture.Load(name);
        if (!golden.Has("inputs.video_9f"))
        {
            Assert.True(golden.Has("inputs.latent_3l"), $"{name} has neither an encoder's nor a decoder's inputs.");
            return;
        }
        using ParameterStore weights = golden.Weights();
        WanVaeConfig config = Config(golden);
        using WanVaeEncoder encoder = new(config, weights);
        using CpuBackend cpu = new(2);
        Compute c = new(cpu);
        using TensorScope scope = TensorScope.Open();
        Tensor video = golden.Tensor("inputs.video_9f");
        (Tensor mean, Tensor logVariance) = encoder.EncodeMoments(c, video);
        golden.AssertClose("intermediate.enc_moments", c.Concat([mean, logVariance], 1));
        golden.AssertClose("outputs.latent_9f", encoder.Encode(c, video));
        golden.AssertClose("outputs.latent_1f", encoder.Encode(c, golden.Tensor("inputs.video_1f")));

        // Frames beyond the last whole group are dropped.
        Tensor longer = c.Concat([video, c.Slice(video, 2, 0, config.TemporalFactor - 1)], 2);
        golden.AssertClose("outputs.latent_9f", encoder.Encode(c, longer));

        using WanVaeStreamingEncoder stream = new(encoder);
        Tensor[] parts = [.. Parts(c, video, [1, 4, 4]).Select(p => stream.Encode(c, p))];
        golden.AssertClose("outputs.latent_9f", c.Concat(parts, 2));
    }

    [GoldenTheory]
    [MemberData(nameof(GoldenFixture.Names), "wan_vae", MemberType = typeof(GoldenFixture))]
    public void Decoder_meets_the_reference(string name)
    {
        using GoldenFixture golden = GoldenFixture.Load(name);
        if (!golden.Has("inputs.latent_3l"))
        {
            Assert.True(golden.Has("inputs.video_9f"), $"{name} has neither an encoder's nor a decoder's inputs.");
            return;
        }
        using ParameterStore weights = golden.Weights();
        using WanVaeDecoder decoder = new(Config(golden), weights);
        using CpuBackend cpu = new(2);
        Compute c = new(cpu);
        using TensorScope scope = TensorScope.Open();
        Tensor latents = golden.Tensor("inputs.latent_3l");
        golden.AssertClose("outputs.video_3l", decoder.Decode(c, latents));
        golden.AssertClose("outputs.video_1l", decoder.Decode(c, c.Slice(latents, 2, 0, 1)));

        using WanVaeStreamingDecoder stream = new(decoder);
        golden.AssertClose("outputs.video_3l", stream.Decode(c, latents));
        golden.AssertClose("outputs.video_stream_part1", stream.Decode(c, golden.Tensor("inputs.latent_extra2")));
        stream.Reset();
        golden.AssertClose("outputs.video_1l", stream.Decode(c, c.Slice(latents, 2, 0, 1)));
    }

    internal static IEnumerable<Tensor> Parts(Compute c, Tensor x, int[] lengths)
    {
        int first = 0;
        foreach (int n in lengths)
        {
            yield return c.Slice(x, 2, first, n);
            first += n;
        }
    }

    private static WanVaeConfig Config(GoldenFixture golden) => WanVaeConfig.Parse(golden.Config) with
    {
        LatentsMean = golden.Tensor("inputs.mean").Span.ToArray(),
        LatentsStd = golden.Tensor("inputs.std").Span.ToArray(),
    };
}
