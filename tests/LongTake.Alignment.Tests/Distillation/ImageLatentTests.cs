using LongTake.Alignment.Distillation;
using LongTake.Generation.Samplers;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Distillation;

public sealed class ImageLatentTests
{
    [Fact]
    public void The_first_latent_of_a_piece_becomes_that_of_the_last_frame_it_stands_for()
    {
        using CpuBackend backend = new(2);
        Compute compute = new(backend);
        using TensorScope scope = TensorScope.Open();
        WanVaeConfig config = new() { Dim = 4, ZDim = 4, ResBlockCount = 1 };
        using WanVae vae = new(config, ParameterStore.CreateRandom(WanVae.Specs(config), 5));

        // The chunk before is the beginning of the video, so that the decoder sees all there is.
        Tensor video = Tensor.Empty([2, 4, 5, 4, 4]);
        new CounterRandom(3, 1).FillNormal(video.Span);
        Tensor before = Tensor.Empty([2, 2, 4, 4, 4]);
        LatentLayout.Swap(compute.Slice(video, 2, 0, 2), before);
        Tensor piece = compute.Slice(video, 2, 2, 3), given = piece.Clone();
        Tensor clip = new ImageLatent(vae).Begin(compute, before, piece);

        Tensor frames = vae.Decode(compute, video);
        Tensor last = compute.Clamp(compute.Slice(frames, 2, config.PixelFrames(3) - 1, 1), -1, 1);
        float[] expected = vae.Encode(compute, last).Span.ToArray(), actual = compute.Slice(clip, 2, 0, 1).Clone().Span.ToArray();
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-4));
        Assert.Equal(compute.Slice(piece, 2, 1, 2).Clone().Span.ToArray(), compute.Slice(clip, 2, 1, 2).Clone().Span.ToArray());
        Assert.Equal(given.Span.ToArray(), piece.Span.ToArray());

        ImageLatent.LeaveFirst(given);
        Assert.All(compute.Slice(given, 2, 0, 1).Clone().Span.ToArray(), v => Assert.Equal(0, v));
        Assert.Equal(compute.Slice(piece, 2, 1, 2).Clone().Span.ToArray(), compute.Slice(given, 2, 1, 2).Clone().Span.ToArray());
    }
}
