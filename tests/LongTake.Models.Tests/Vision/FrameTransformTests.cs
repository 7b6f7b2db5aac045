using LongTake.Models.Vision;

namespace LongTake.Models.Tests.Vision;

public class FrameTransformTests
{
    [Fact]
    public void Halfway_the_bicubic_weights_are_the_published_ones()
    {
        // From 4 to 8 no output lies halfway; from 8 to 4 all do.
        SampledAxis axis = SampledAxis.Bicubic(8, 4);
        Assert.Equal([1, 2, 3, 4], axis.Indices(1).ToArray());
        Assert.Equal([-0.09375f, 0.59375f, 0.59375f, -0.09375f], axis.Weights(1).ToArray());
        Assert.Equal([0, 0, 1, 2], axis.Indices(0).ToArray());
    }

    [Theory]
    [InlineData(ResamplingKernel.Bilinear)]
    [InlineData(ResamplingKernel.Bicubic)]
    [InlineData(ResamplingKernel.SmoothBicubic)]
    public void A_frame_of_the_right_size_stays_what_it_is(ResamplingKernel kernel)
    {
        byte[] frame = Noise(5, 7);
        float[] result = Apply(Plain(5, kernel), frame, 5, 7);
        for (int i = 0; i < frame.Length; i++)
        {
            Assert.Equal(frame[i] / 255f, result[Planar(i, 5, 7)], 1e-6f);
        }
    }

    [Theory]
    [InlineData(ResamplingKernel.Bilinear, 1e-4)]
    [InlineData(ResamplingKernel.Bicubic, 2e-3)]
    [InlineData(ResamplingKernel.SmoothBicubic, 2e-3)]
    public void A_ramp_stays_a_ramp_away_from_the_edges(ResamplingKernel kernel, double tolerance)
    {
        byte[] frame = new byte[40 * 40 * 3];
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] = (byte)(5 * (i / 3 % 40));
        }
        float[] result = Apply(Plain(16, kernel), frame, 40, 40);
        // Of the three, only the bilinear kernel keeps straight lines straight; the others bend them by half a level.
        for (int x = 3; x < 13; x++)
        {
            Assert.Equal(5 * SampledAxis.Position(x, 2.5), 255 * result[x], 255 * tolerance);
        }
    }

    [Fact]
    public void Without_a_filter_large_frames_are_point_sampled_and_with_one_averaged()
    {
        // Thin bright columns that no tap of the plain kernel meets.
        byte[] frame = new byte[64 * 64 * 3];
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] = (byte)(i / 3 % 16 == 0 ? 255 : 0);
        }
        Assert.All(Apply(Plain(4, ResamplingKernel.Bicubic), frame, 64, 64), v => Assert.Equal(0, v, 1e-6f));
        float[] smooth = Apply(Plain(4, ResamplingKernel.SmoothBicubic), frame, 64, 64);
        Assert.Equal(1 / 16f, smooth.Average(), 0.02f);
        Assert.All(smooth, v => Assert.True(v > 0.01f));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bicubic_overshoot_survives_unless_values_are_rounded(bool rounds)
    {
        byte[] frame = new byte[8 * 8 * 3];
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] = (byte)(i / 3 % 8 < 4 ? 0 : 255);
        }
        float[] result = Apply(Plain(12, ResamplingKernel.Bicubic) with { RoundsTo8Bit = rounds }, frame, 8, 8);
        Assert.Equal(!rounds, result.Max() > 1.01f);
        Assert.Equal(!rounds, result.Min() < -0.01f);
        Assert.Equal(rounds, result.All(v => MathF.Abs((v * 255) - MathF.Round(v * 255)) < 1e-3f));
    }

    [Fact]
    public void Sizes_are_those_of_the_published_transforms()
    {
        Assert.Equal((224, 388), ImageTransform.Dino224.ResizedSize(480, 832));
        Assert.Equal((388, 224), ImageTransform.Dino224.ResizedSize(832, 480));
        Assert.Equal((224, 224), ImageTransform.Dino224.ResizedSize(64, 64));
        FrameTransform dino = new(ImageTransform.Dino224, 480, 832);
        Assert.Equal((224, 388), (dino.Height, dino.Width));
        FrameTransform clip = new(ImageTransform.Clip224, 480, 832);
        Assert.Equal((224, 224), (clip.Height, clip.Width));
        // 164 left over make 82 on each side; halves go to the even number.
        Assert.Equal(82, FrameTransform.CropStart(388, 224));
        Assert.Equal(2, FrameTransform.CropStart(8, 3));
        Assert.Equal(2, FrameTransform.CropStart(8, 4));
        Assert.Equal(4, FrameTransform.CropStart(10, 3));
    }

    [Fact]
    public void A_crop_is_the_middle_of_the_whole()
    {
        byte[] frame = Noise(12, 23);
        ImageTransform whole = Plain(6, ResamplingKernel.Bicubic);
        float[] all = Apply(whole, frame, 12, 23);
        float[] cropped = Apply(whole with { Crop = 5 }, frame, 12, 23);
        int start = FrameTransform.CropStart(11, 5);
        for (int y = 0; y < 5; y++)
        {
            for (int x = 0; x < 5; x++)
            {
                // One row is left over, and half of it rounds to none.
                Assert.Equal(all[(y * 11) + start + x], cropped[(y * 5) + x]);
            }
        }
    }

    [Fact]
    public void Channels_are_normalised_each_by_its_own_numbers()
    {
        byte[] frame = [10, 20, 30];
        ImageTransform transform = Plain(1, ResamplingKernel.Bilinear) with { Mean = [0.1f, 0.2f, 0.3f], Deviation = [0.5f, 0.25f, 2f] };
        float[] result = Apply(transform, frame, 1, 1);
        Assert.Equal(((10 / 255f) - 0.1f) / 0.5f, result[0], 1e-6f);
        Assert.Equal(((20 / 255f) - 0.2f) / 0.25f, result[1], 1e-6f);
        Assert.Equal(((30 / 255f) - 0.3f) / 2f, result[2], 1e-6f);
    }

    [Fact]
    public void The_longer_side_is_kept_whole_and_the_rest_is_black()
    {
        Assert.Equal((129, 224), ImageTransform.Hps.ResizedSize(480, 832));
        Assert.Equal((224, 129), ImageTransform.Hps.ResizedSize(832, 480));
        Assert.Equal((1, 224), ImageTransform.Hps.ResizedSize(1, 9000));
        byte[] frame = new byte[480 * 832 * 3];
        Array.Fill(frame, (byte)255);
        FrameTransform hps = new(ImageTransform.Hps, 480, 832);
        Assert.Equal((224, 224), (hps.Height, hps.Width));
        float[] image = Apply(ImageTransform.Hps, frame, 480, 832);
        // Of 95 black rows, 47 lie above and 48 below; black is what 0 is after normalisation.
        for (int y = 0; y < 224; y++)
        {
            float expected = ((y is >= 47 and < 176 ? 1 : 0) - ImageTransform.Hps.Mean[0]) / ImageTransform.Hps.Deviation[0];
            Assert.Equal(expected, image[(y * 224) + 100], 1e-4f);
        }
    }

    [Fact]
    public void A_stretched_frame_loses_nothing_but_its_proportions()
    {
        ImageTransform transform = Plain(4, ResamplingKernel.Bilinear) with { Fit = ImageFit.Stretch };
        byte[] frame = Noise(4, 8);
        float[] result = Apply(transform, frame, 4, 8);
        Assert.Equal(3 * 4 * 4, result.Length);
        // Every other pair of columns is averaged.
        for (int y = 0; y < 4; y++)
        {
            for (int x = 0; x < 4; x++)
            {
                float mean = (frame[((y * 8) + (2 * x)) * 3] + frame[((y * 8) + (2 * x) + 1) * 3]) / 510f;
                Assert.Equal(mean, result[(y * 4) + x], 1e-6f);
            }
        }
        Assert.Equal((224, 224), ImageTransform.DreamSimDino.ResizedSize(480, 832));
        Assert.Contains("Crop", Assert.Throws<ArgumentException>(() => (transform with { Crop = 4 }).Validate()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unusable_settings_and_frames_are_refused()
    {
        ImageTransform transform = Plain(4, ResamplingKernel.Bilinear);
        Assert.Throws<ArgumentException>(() => new FrameTransform(transform with { Crop = 5 }, 8, 8));
        Assert.Throws<ArgumentException>(() => new FrameTransform(transform with { Side = 0 }, 8, 8));
        Assert.Throws<ArgumentException>(() => new FrameTransform(transform with { Deviation = [1, 0, 1] }, 8, 8));
        Assert.Throws<ArgumentException>(() => Apply(transform, new byte[5], 8, 8));
    }

    private static ImageTransform Plain(int side, ResamplingKernel kernel) => new() { Side = side, Kernel = kernel, Mean = [0, 0, 0], Deviation = [1, 1, 1] };

    private static float[] Apply(ImageTransform transform, byte[] frame, int height, int width)
    {
        FrameTransform prepared = new(transform, height, width);
        float[] result = new float[3 * prepared.Height * prepared.Width];
        prepared.Apply(frame, result);
        return result;
    }

    private static byte[] Noise(int height, int width)
    {
        byte[] frame = new byte[height * width * 3];
        new Random(3).NextBytes(frame);
        return frame;
    }

    private static int Planar(int i, int height, int width) => (i % 3 * height * width) + (i / 3);
}
