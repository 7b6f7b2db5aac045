using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Models.Tests.Wan.Vae;

public sealed class WanVaeStreamTests : IDisposable
{
    internal static readonly WanVaeConfig Small = new() { Dim = 6, ZDim = 5, DimMult = [1, 2, 2], ResBlockCount = 1, TemporalDownsample = [true, true] };

    private readonly CpuBackend _cpu = new(2);
    private readonly ParameterStore _parameters = Parameters(Small);
    private readonly WanVae _vae;
    private readonly Compute _c;
    private readonly TensorScope _scope = TensorScope.Open();

    public WanVaeStreamTests()
    {
        _vae = new WanVae(Small, _parameters);
        _c = new Compute(_cpu);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _vae.Dispose();
        _parameters.Dispose();
        _cpu.Dispose();
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1, 1, 1)]
    [InlineData(3, 1, 3)]
    [InlineData(2, 5)]
    [InlineData(7)]
    public void Decoding_in_parts_gives_the_same_bytes(params int[] parts)
    {
        Tensor latents = Noise([2, 5, 7, 3, 4], 1);
        float[] whole = _vae.Decode(_c, latents).Span.ToArray();
        using WanVaeStreamingDecoder stream = new(_vae.Decoder);
        for (int pass = 0; pass < 2; pass++)
        {
            Tensor[] frames = [.. WanVaeGoldenTests.Parts(_c, latents, parts).Select(p => stream.Decode(_c, p))];
            Assert.Equal(4 * (parts[0] - 1) + 1, frames[0].Shape[2]);
            Assert.Equal(whole, _c.Concat(frames, 2).Span.ToArray());
            Assert.Equal(7, stream.LatentCount);
            stream.Reset();
        }
    }

    [Theory]
    [InlineData(1, 4, 4, 4)]
    [InlineData(5, 8)]
    [InlineData(13)]
    public void Encoding_in_parts_gives_the_same_bytes(params int[] parts)
    {
        Tensor video = Noise([2, 3, 13, 8, 12], 2);
        float[] whole = _vae.Encode(_c, video).Span.ToArray();
        using WanVaeStreamingEncoder stream = new(_vae.Encoder);
        for (int pass = 0; pass < 2; pass++)
        {
            Tensor[] latents = [.. WanVaeGoldenTests.Parts(_c, video, parts).Select(p => stream.Encode(_c, p))];
            Assert.Equal(whole, _c.Concat(latents, 2).Span.ToArray());
            Assert.Equal(4, stream.LatentCount);
            stream.Reset();
        }
    }

    [Fact]
    public void Large_frames_pass_one_by_one_with_the_same_bytes()
    {
        Tensor latents = Noise([2, 5, 3, 3, 4], 1);
        Tensor video = Noise([2, 3, 13, 8, 12], 2);
        using WanVaeStreamingDecoder decoder = new(_vae.Decoder) { IntermediateBytes = 1 };
        using WanVaeStreamingEncoder encoder = new(_vae.Encoder) { IntermediateBytes = 1 };
        Assert.Equal(_vae.Decode(_c, latents).Span.ToArray(), decoder.Decode(_c, latents).Span.ToArray());
        Assert.Equal(_vae.Encode(_c, video).Span.ToArray(), encoder.Encode(_c, video).Span.ToArray());
    }

    [Fact]
    public void A_saved_stream_goes_on_byte_for_byte()
    {
        Tensor latents = Noise([1, 5, 6, 2, 3], 3);
        using WanVaeStreamingDecoder first = new(_vae.Decoder);
        Tensor[] parts = [.. WanVaeGoldenTests.Parts(_c, latents, [2, 3, 1])];
        first.Decode(_c, parts[0]);
        IReadOnlyList<Tensor> saved = first.Save();
        float[][] expected = [first.Decode(_c, parts[1]).Span.ToArray(), first.Decode(_c, parts[2]).Span.ToArray()];

        using WanVaeStreamingDecoder second = new(_vae.Decoder);
        second.Decode(_c, parts[2]);
        second.Load(saved);
        foreach (Tensor t in saved)
        {
            t.Dispose();
        }
        Assert.Equal(2, second.LatentCount);
        Assert.Equal(expected[0], second.Decode(_c, parts[1]).Span.ToArray());
        Assert.Equal(expected[1], second.Decode(_c, parts[2]).Span.ToArray());
        Assert.Throws<CheckpointException>(() => second.Load([]));
        Assert.Throws<CheckpointException>(() => second.Load([Tensor.Zeros([3], DType.I64)]));
    }

    [Fact]
    public void Wrong_inputs_are_named()
    {
        using WanVaeStreamingDecoder decoder = new(_vae.Decoder);
        using WanVaeStreamingEncoder encoder = new(_vae.Encoder);
        Assert.Contains("[B, 5, T, h, w]", Assert.Throws<ArgumentException>(() => decoder.Decode(_c, Noise([1, 4, 1, 2, 2], 1))).Message);
        Assert.Contains("multiples of 4", Assert.Throws<ArgumentException>(() => _vae.Encode(_c, Noise([1, 3, 1, 6, 8], 1))).Message);
        Assert.Contains("begins with", Assert.Throws<ArgumentException>(() => encoder.Encode(_c, Noise([1, 3, 4, 8, 8], 1))).Message);
        encoder.Encode(_c, Noise([1, 3, 1, 8, 8], 1));
        Assert.Contains("goes on", Assert.Throws<ArgumentException>(() => encoder.Encode(_c, Noise([1, 3, 5, 8, 8], 1))).Message);
        decoder.Decode(_c, Noise([1, 5, 1, 2, 2], 1));
        Assert.Contains("reset", Assert.Throws<ArgumentException>(() => decoder.Decode(_c, Noise([1, 5, 1, 3, 2], 1))).Message);
        using ParameterStore empty = new();
        Assert.Contains("conv2.weight", Assert.Throws<CheckpointException>(() => new WanVaeDecoder(Small, empty)).Message);
        Assert.Throws<ArgumentException>(() => new WanVae(Small with { TemporalDownsample = [true] }, _parameters));
    }

    internal static Tensor Noise(Shape shape, ulong seed)
    {
        Tensor t = Tensor.Empty(shape);
        new CounterRandom(seed, 9).FillNormal(t.Span);
        return t;
    }

    /// <summary>Initial values with every bias and gamma moved, so that none is idle.</summary>
    internal static ParameterStore Parameters(WanVaeConfig config)
    {
        ParameterStore store = ParameterStore.CreateRandom(WanVae.Specs(config), 5);
        ulong stream = 0;
        foreach (Tensor t in store.Tensors)
        {
            float[] noise = new float[t.Count];
            new CounterRandom(8, stream++).FillNormal(noise);
            for (int i = 0; i < noise.Length; i++)
            {
                t.Span[i] += 0.05f * noise[i];
            }
        }
        return store;
    }
}
