using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video;

public class PngTests : VideoFixture
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(24, 16)]
    [InlineData(7, 33)]
    public void Pictures_are_read_back(int width, int height)
    {
        VideoFormat format = new(width, height, 1);
        RgbImage image = new(width, height, Frame(5, format));
        PngWriter.Save(At("a.png"), image);
        RgbImage read = PngReader.Load(At("a.png"));
        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.Equal(image.Pixels, read.Pixels);
    }

    [Fact]
    public void Filters_pay_off_on_smooth_pictures()
    {
        byte[] pixels = new byte[64 * 64 * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i / 3 % 64 + i / 192 * 2);
        }
        using MemoryStream stream = new();
        PngWriter.Write(stream, new RgbImage(64, 64, pixels));
        Assert.True(stream.Length < 500, $"{stream.Length} bytes");
    }

    [Fact]
    public void Damage_is_reported_with_the_file_name()
    {
        PngWriter.Save(At("a.png"), new RgbImage(24, 16, Frame(1)));
        byte[] bytes = File.ReadAllBytes(At("a.png"));
        bytes[60] ^= 1;
        File.WriteAllBytes(At("b.png"), bytes);
        FormatException error = Assert.Throws<FormatException>(() => PngReader.Load(At("b.png")));
        Assert.Contains("b.png", error.Message, StringComparison.Ordinal);
        Assert.Contains("checksum", error.Message, StringComparison.Ordinal);

        File.WriteAllBytes(At("c.png"), bytes[..50]);
        Assert.Contains("cut off", Assert.Throws<FormatException>(() => PngReader.Load(At("c.png"))).Message, StringComparison.Ordinal);
        File.WriteAllText(At("d.png"), "GIF89a and so on");
        Assert.Contains("not a PNG", Assert.Throws<FormatException>(() => PngReader.Load(At("d.png"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Animations_have_all_frames_and_their_number()
    {
        using MemoryStream stream = new();
        AnimatedPngWriter writer = new(stream, Format);
        for (int i = 0; i < 5; i++)
        {
            writer.WriteFrame(Frame(i));
        }
        writer.Complete();
        stream.Position = 0;
        RgbImage[] frames = [.. PngReader.ReadFrames(stream)];
        Assert.Equal(5, frames.Length);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(Frame(i), frames[i].Pixels);
        }

        // acTL stands after the header: 8 + 25 bytes, then length, type and the number of frames.
        byte[] bytes = stream.ToArray();
        Assert.Equal("acTL"u8.ToArray(), bytes[37..41]);
        Assert.Equal(5, bytes[44]);
        Assert.Equal(0, bytes[48]);
    }

    [Fact]
    public void Contact_sheets_hold_frames_and_captions()
    {
        ContactSheet sheet = new(24, 16, scale: 2);
        sheet.AddRow("first row", Frame(0), Frame(1));
        sheet.AddClip("", Frame(2).Concat(Frame(3)).Concat(Frame(4)).ToArray(), columns: 2);
        RgbImage image = sheet.Render();
        Assert.Equal(2 * (48 + 4) + 4, image.Width);

        // Two rows of frames, one line of text.
        Assert.Equal(4 + 2 * (32 + 4) + 9 + 4, image.Height);
        Assert.Equal(Frame(0)[..3], image.Pixels[((4 * image.Width + 4) * 3)..][..3]);
        Assert.Equal(Frame(4)[^3..], image.Pixels[(((4 + 36 + 13 + 31) * image.Width + 4 + 52 + 47) * 3)..][..3]);
        Assert.Contains((byte)30, image.Pixels[((4 + 36) * image.Width * 3)..((4 + 36 + 9) * image.Width * 3)]);
        Assert.Throws<ArgumentException>(() => sheet.AddRow("x", new byte[3]));
        Assert.Throws<InvalidOperationException>(() => new ContactSheet(1, 1).Render());
    }

    [Fact]
    public void Texts_wrap_at_spaces()
    {
        Assert.Equal(["a small cyan", "star", "counter-cloc", "kwise"], BitmapFont.Wrap("a small cyan star counter-clockwise", 12));
        Assert.Empty(BitmapFont.Wrap("", 12));
    }
}
