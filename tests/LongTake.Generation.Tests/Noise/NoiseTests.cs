using LongTake.Generation.Noise;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Noise;

public class NoiseTests
{
    [Fact]
    public void Noise_of_a_frame_depends_on_seed_and_frame_alone()
    {
        using TensorScope scope = TensorScope.Open();
        float[] all = Draw(new CounterNoise(4), 0, 9);
        CounterNoise noise = new(4);

        // Any order, any chunk length, with or without other draws before.
        Assert.Equal(all[(6 * 12)..], Draw(noise, 6, 3));
        noise.Renoise(0, 0, Tensor.Empty([1, 3, 3, 2, 2]));
        Assert.Equal(all[(3 * 12)..(5 * 12)], Draw(noise, 3, 2));
        Assert.NotEqual(all, Draw(new CounterNoise(5), 0, 9));
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void Draws_frames_and_samples_are_all_different_and_normal()
    {
        using TensorScope scope = TensorScope.Open();
        CounterNoise noise = new(1);
        Tensor a = Tensor.Empty([2, 3, 4, 16, 16]);
        Tensor b = Tensor.Empty([2, 3, 4, 16, 16]);
        Tensor c = Tensor.Empty([2, 3, 4, 16, 16]);
        noise.Initial(5, a);
        noise.Renoise(5, 0, b);
        noise.Renoise(5, 1, c);
        float[] all = [.. a.Span, .. b.Span, .. c.Span];
        Assert.True(all.Distinct().Count() > all.Length - 20);
        Assert.Equal(0, all.Average(), 0.02);
        Assert.Equal(1, all.Average(x => (double)x * x), 0.02);
        double product = 0;
        for (int i = 0; i < a.Count; i++)
        {
            product += a.Span[i] * b.Span[i];
        }
        Assert.Equal(0, product / a.Count, 0.05);
    }

    [Fact]
    public void Torch_noise_is_the_clip_first_and_then_fresh_draws()
    {
        using TensorScope scope = TensorScope.Open();
        TorchRandom random = new(11);
        Tensor clip = random.Normal([2, 6, 3, 2, 2]);
        Tensor first = random.Normal([2, 3, 3, 2, 2]);
        Tensor second = random.Normal([2, 3, 3, 2, 2]);
        using TorchNoise noise = new(11, 6);
        Tensor x = Tensor.Empty([2, 3, 3, 2, 2]);
        noise.Initial(3, x);
        Assert.Equal(clip.Row(1).Span[..36].ToArray(), x.Row(1).Span.ToArray());
        noise.Renoise(3, 0, x);
        Assert.Equal(first.Span.ToArray(), x.Span.ToArray());
        byte[] state = noise.SaveState();
        noise.Initial(6, x);
        Assert.Equal(clip.Row(0).Span[36..].ToArray(), x.Row(0).Span.ToArray());

        using TorchNoise later = new(11, 6);
        later.RestoreState(state);
        later.Initial(6, x);
        Assert.Equal(clip.Row(0).Span[36..].ToArray(), x.Row(0).Span.ToArray());
        later.Renoise(6, 0, x);
        Assert.Equal(second.Span.ToArray(), x.Span.ToArray());
        Assert.Contains("drawn for 6 latent frames", Assert.Throws<InvalidOperationException>(() => later.Initial(9, x)).Message);
        Assert.Contains("no saved state", Assert.Throws<ArgumentException>(() => later.RestoreState([1, 2])).Message);
    }

    [Fact]
    public void Recorded_noise_ends_where_the_recording_does()
    {
        using TensorScope scope = TensorScope.Open();
        RecordedNoise noise = new(Tensor.Zeros([1, 3, 3, 2, 2]), [Tensor.Zeros([3, 3, 2, 2])], offset: 3);
        Tensor x = Tensor.Empty([1, 3, 3, 2, 2]);
        noise.Initial(3, x);
        noise.Renoise(3, 0, x);
        Assert.Contains("has 3 latent frames", Assert.Throws<InvalidOperationException>(() => noise.Initial(6, x)).Message);
        Assert.Contains("has 3 latent frames", Assert.Throws<InvalidOperationException>(() => noise.Initial(0, x)).Message);
        Assert.Contains("used up", Assert.Throws<InvalidOperationException>(() => noise.Renoise(6, 0, x)).Message);
    }

    private static float[] Draw(CounterNoise noise, long firstFrame, int frames)
    {
        Tensor x = Tensor.Empty([1, frames, 3, 2, 2]);
        noise.Initial(firstFrame, x);
        return x.Span.ToArray();
    }
}
