using System.Text;
using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video;

public class Y4mTests
{
    [Fact]
    public void Headers_and_planes_are_where_the_format_has_them()
    {
        using MemoryStream stream = new();
        Y4mWriter writer = new(stream, new VideoFormat(2, 1, 8), new Y4mOptions());

        // White and blue in BT.601: Y 235 and 41, Cb 128 and 240, Cr 128 and 110.
        writer.WriteFrame([255, 255, 255, 0, 0, 255]);
        writer.Complete();
        byte[] bytes = stream.ToArray();
        string header = "YUV4MPEG2 W2 H1 F8:1 Ip A1:1 C444 XCOLORRANGE=LIMITED\nFRAME\n";
        Assert.Equal(header, Encoding.ASCII.GetString(bytes, 0, header.Length));
        Assert.Equal([235, 41, 128, 240, 128, 110], bytes[header.Length..]);
    }

    [Fact]
    public void Half_chroma_is_the_mean_of_each_block()
    {
        using MemoryStream stream = new();
        Y4mWriter writer = new(stream, new VideoFormat(3, 2, 8), new Y4mOptions { Chroma = Y4mChroma.Half, Matrix = ColourMatrix.Bt709 });
        byte[] frame = new byte[18];

        // Left block half red, half black; right block (one column) black.
        frame[0] = 255;
        frame[3] = 255;
        writer.WriteFrame(frame);
        writer.Complete();
        byte[] planes = stream.ToArray()[^10..];

        // BT.709 red: Y 63, Cb 102, Cr 240; half of its distance from grey remains: 115, 184.
        Assert.Equal([63, 63, 16, 16, 16, 16], planes[..6]);
        Assert.Equal([115, 128], planes[6..8]);
        Assert.Equal([184, 128], planes[8..]);
    }

    [Theory]
    [InlineData(ColourMatrix.Bt601, .299, .114)]
    [InlineData(ColourMatrix.Bt709, .2126, .0722)]
    public void Colours_come_back_within_rounding(ColourMatrix matrix, double kr, double kb)
    {
        Random random = new(1);
        byte[] rgb = new byte[3 * 4096];
        random.NextBytes(rgb);
        YcbcrConverter converter = new(64, 64, new Y4mOptions { Matrix = matrix });
        byte[] planes = new byte[converter.Bytes];
        converter.Convert(rgb, planes);
        for (int i = 0; i < 4096; i++)
        {
            double y = (planes[i] - 16) / 219.0;
            double b = y + (planes[4096 + i] - 128) / 224.0 * 2 * (1 - kb);
            double r = y + (planes[8192 + i] - 128) / 224.0 * 2 * (1 - kr);
            double g = (y - kr * r - kb * b) / (1 - kr - kb);
            Assert.Equal(rgb[3 * i], r * 255, 2.5);
            Assert.Equal(rgb[3 * i + 1], g * 255, 2.5);
            Assert.Equal(rgb[3 * i + 2], b * 255, 2.5);
        }
    }
}
