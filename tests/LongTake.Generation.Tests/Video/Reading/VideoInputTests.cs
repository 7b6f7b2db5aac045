using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video.Reading;

public class VideoInputTests : VideoFixture
{
    [Theory]
    [InlineData("a.png")]
    [InlineData("frames")]
    public void Lossless_videos_come_back_bit_by_bit(string name)
    {
        Save(name, 12);
        using IVideoReader reader = VideoInput.Open(At(name));
        Assert.Equal((12, 16, 24, 16.0), (reader.FrameCount, reader.Height, reader.Width, reader.FramesPerSecond));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => Frame(i)), ReadAll(reader));
        Assert.False(reader.Read(new byte[Format.FrameBytes]));
    }

    [Theory]
    [InlineData(Y4mChroma.Full, ColourMatrix.Bt601, 2)]
    [InlineData(Y4mChroma.Full, ColourMatrix.Bt709, 2)]
    [InlineData(Y4mChroma.Half, ColourMatrix.Bt601, 7)]
    public void Y4m_comes_back_within_rounding(Y4mChroma chroma, ColourMatrix matrix, int tolerance)
    {
        VideoFormat format = new(23, 15, 8);
        using (IVideoWriter writer = VideoOutput.Create(
            At("a.y4m"), format, new VideoOutputOptions { Y4m = new Y4mOptions { Chroma = chroma, Matrix = matrix } }))
        {
            for (int i = 0; i < 5; i++)
            {
                writer.WriteFrame(Ramp(format, i));
            }
            writer.Complete();
        }
        using IVideoReader reader = VideoInput.Open(At("a.y4m"), new VideoInputOptions { Y4mMatrix = matrix });
        Assert.Equal((5, 15, 23, 8.0), (reader.FrameCount, reader.Height, reader.Width, reader.FramesPerSecond));
        byte[][] frames = ReadAll(reader);
        for (int i = 0; i < 5; i++)
        {
            Assert.All(Ramp(format, i).Zip(frames[i]), p => Assert.InRange(p.Second - p.First, -tolerance, tolerance));
        }
    }

    [FfmpegFact]
    public void Encoded_videos_come_back_almost()
    {
        VideoFormat format = new(64, 48, 16);
        foreach (string name in (string[])["a.mp4", "a.webm"])
        {
            using (IVideoWriter writer = VideoOutput.Create(At(name), format))
            {
                for (int i = 0; i < 9; i++)
                {
                    writer.WriteFrame(Ramp(format, i));
                }
                writer.Complete();
            }
            using IVideoReader reader = VideoInput.Open(At(name));
            Assert.Equal((9, 48, 64, 16.0), (reader.FrameCount, reader.Height, reader.Width, reader.FramesPerSecond));
            byte[][] frames = ReadAll(reader);
            for (int i = 0; i < 9; i++)
            {
                Assert.True(Ramp(format, i).Zip(frames[i]).Average(p => Math.Abs(p.First - p.Second)) < 4, $"{name}, frame {i}");
            }
        }
    }

    [FfmpegFact]
    public void An_encoded_video_may_be_left_before_its_end_and_be_named_like_an_option()
    {
        VideoFormat format = new(64, 48, 16);
        using (IVideoWriter writer = VideoOutput.Create(At("a.mp4"), format))
        {
            for (int i = 0; i < 200; i++)
            {
                writer.WriteFrame(Ramp(format, i));
            }
            writer.Complete();
        }
        File.Move(At("a.mp4"), At("-y.mp4"));
        using IVideoReader reader = VideoInput.Open(At("-y.mp4"), new VideoInputOptions { FramesPerSecond = 8 });
        Assert.Equal(8, reader.FramesPerSecond);
        Assert.True(reader.Read(new byte[format.FrameBytes]));
    }

    [FfmpegFact]
    public void Cut_off_and_foreign_files_are_refused_before_the_first_frame()
    {
        VideoFormat format = new(64, 48, 16);
        using (IVideoWriter writer = VideoOutput.Create(At("a.mp4"), format))
        {
            for (int i = 0; i < 60; i++)
            {
                writer.WriteFrame(Frame(i, format));
            }
            writer.Complete();
        }
        byte[] bytes = File.ReadAllBytes(At("a.mp4"));
        File.WriteAllBytes(At("cut.mp4"), bytes[..(bytes.Length / 2)]);
        File.WriteAllText(At("text.mp4"), "this is no video");
        foreach (string name in (string[])["cut.mp4", "text.mp4"])
        {
            string message = Assert.Throws<VideoInputException>(() => VideoInput.Open(At(name))).Message;
            Assert.StartsWith(At(name) + " cannot be read:", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void Frames_of_different_sizes_are_found_by_the_probe()
    {
        string message = Assert.Throws<FormatException>(() => FfmpegProbe.Parse(new StringReader(
            "frame|width=64|height=48\nframe|width=32|height=48\nstream|r_frame_rate=16/1|avg_frame_rate=16/1\n"))).Message;
        Assert.Contains("64x48 at first and 32x48 from frame 1 on", message, StringComparison.Ordinal);
        Assert.Equal(
            new FfmpegProbe(1, 64, 48, 24000.0 / 1001),
            FfmpegProbe.Parse(new StringReader("frame|width=64|height=48side_data|x=y\nstream|r_frame_rate=24000/1001|avg_frame_rate=0/0\n")));
    }

    [Fact]
    public void Without_ffmpeg_the_error_says_what_needs_none()
    {
        File.WriteAllText(At("a.mp4"), "anything");
        string message = Assert.Throws<VideoInputException>(
            () => VideoInput.Open(At("a.mp4"), new VideoInputOptions { Ffmpeg = At("no-such-program") })).Message;
        Assert.Contains("no-such-program", message, StringComparison.Ordinal);
        Assert.Contains(".y4m", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_are_read_in_natural_order_at_the_rate_given()
    {
        Directory.CreateDirectory(At("frames"));
        foreach (int i in (int[])[10, 9, 100, 2])
        {
            PngWriter.Save(At($"frames/f{i}.PNG"), new RgbImage(24, 16, Frame(i)));
        }
        File.WriteAllText(At("frames/notes.txt"), "not a frame");
        using IVideoReader reader = VideoInput.Open(At("frames"), new VideoInputOptions { FramesPerSecond = 12.5 });
        Assert.Equal(12.5, reader.FramesPerSecond);
        Assert.Equal(((int[])[2, 9, 10, 100]).Select(i => Frame(i)), ReadAll(reader));
    }

    [Theory]
    [InlineData("a7b", "a07b", 1)]
    [InlineData("a9", "a10", -1)]
    [InlineData("a", "a1", -1)]
    [InlineData("b1", "a2", 1)]
    [InlineData("x00000000000000000000000000000002", "x1", 1)]
    [InlineData("same3", "same3", 0)]
    public void Names_are_compared_as_people_count(string a, string b, int sign)
    {
        Assert.Equal(sign == 0 ? 0 : -sign, Math.Sign(NaturalOrder.Compare(b, a)));
        Assert.Equal(sign, Math.Sign(NaturalOrder.Compare(a, b)));
    }

    [Fact]
    public void Mixed_sizes_empty_folders_and_missing_files_are_one_line()
    {
        Directory.CreateDirectory(At("mixed"));
        PngWriter.Save(At("mixed/1.png"), new RgbImage(24, 16, Frame(1)));
        PngWriter.Save(At("mixed/2.png"), new RgbImage(16, 24, Frame(2)));
        Assert.Contains("2.png is 16x24", Refusal("mixed"), StringComparison.Ordinal);
        Directory.CreateDirectory(At("empty"));
        Assert.Contains("no .png file", Refusal("empty"), StringComparison.Ordinal);
        Assert.Contains("There is no video", Refusal("missing.mp4"), StringComparison.Ordinal);
        File.WriteAllBytes(At("nothing.y4m"), []);
        Assert.Contains("is empty", Refusal("nothing.y4m"), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => VideoInput.Open(At("mixed"), new VideoInputOptions { FramesPerSecond = 0 }));
    }

    [Theory]
    [InlineData("YUV4MPEG2 W2 H1 F8:1 C444\n", "no frame")]
    [InlineData("YUV4MPEG2 W2 H1 F8:1 C444\nFRAME\nabcde", "cut off in frame 0")]
    [InlineData("YUV4MPEG2 W2 H1 F8:1 C444\nFRAME\nabcdefFRAMX\n", "before frame 1")]
    [InlineData("YUV4MPEG2 W2 H1 F8:1 C420p10\nFRAME\n", "C420p10")]
    [InlineData("YUV4MPEG2 W2 H1 F8:1 It C444\nFRAME\nabcdef", "interlaced")]
    [InlineData("YUV4MPEG2 W2 F8:1 C444\nFRAME\nabcdef", "2x0")]
    [InlineData("YUV4MPEG2 W2 H1 C444\nFRAME\nabcdef", "frame rate")]
    [InlineData("YUV4MPEG2 W99999 H1 F8:1\nFRAME\n", "99999x1")]
    [InlineData("YUV5MPEG2 W2 H1 F8:1\nFRAME\n", "not a YUV4MPEG2")]
    public void Bad_y4m_is_refused_with_the_reason(string text, string reason)
    {
        File.WriteAllText(At("a.y4m"), text);
        Assert.Contains(reason, Refusal("a.y4m"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C422 XCOLORRANGE=FULL", 4, 4)]
    [InlineData("C420mpeg2", 2, 2)]
    [InlineData("Cmono", 0, 0)]
    [InlineData("", 2, 2)]
    public void Other_y4m_formats_show_grey_as_grey(string format, int blue, int red)
    {
        bool full = format.Contains("FULL", StringComparison.Ordinal);
        byte[] luma = [16, 16, 235, 235, 16, 16, 235, 235];
        byte[] chroma = [.. Enumerable.Repeat((byte)128, blue + red)];
        File.WriteAllBytes(At("a.y4m"), [.. System.Text.Encoding.ASCII.GetBytes($"YUV4MPEG2 W4 H2 F24000:1001 {format}\nFRAME Ip\n"), .. luma, .. chroma]);
        using IVideoReader reader = VideoInput.Open(At("a.y4m"));
        Assert.Equal(24000.0 / 1001, reader.FramesPerSecond);
        byte[] frame = ReadAll(reader)[0];
        (byte black, byte white) = full ? ((byte)16, (byte)235) : ((byte)0, (byte)255);
        Assert.Equal(luma.SelectMany(l => Enumerable.Repeat(l == 16 ? black : white, 3)), frame);
    }

    internal static byte[][] ReadAll(IVideoReader reader)
    {
        List<byte[]> frames = [];
        byte[] frame = new byte[reader.Width * reader.Height * 3];
        Assert.Throws<ArgumentException>(() => reader.Read(new byte[frame.Length + 1]));
        while (reader.Read(frame))
        {
            frames.Add([.. frame]);
        }
        Assert.Equal(reader.FrameCount, frames.Count);
        return [.. frames];
    }

    private string Refusal(string name)
    {
        string message = Assert.Throws<VideoInputException>(() => VideoInput.Open(At(name))).Message;
        Assert.DoesNotContain('\n', message);
        Assert.Contains(name, message, StringComparison.Ordinal);
        return message;
    }

    private void Save(string name, int frames)
    {
        using IVideoWriter writer = VideoOutput.Create(At(name), Format);
        for (int i = 0; i < frames; i++)
        {
            writer.WriteFrame(Frame(i));
        }
        writer.Complete();
    }

    /// <summary>Smooth in space, so that half chroma and encoders keep it.</summary>
    private static byte[] Ramp(VideoFormat format, int number)
    {
        byte[] rgb = new byte[format.FrameBytes];
        for (int i = 0; i < rgb.Length; i += 3)
        {
            rgb[i] = (byte)(60 + (2 * (i / 3 % format.Width)));
            rgb[i + 1] = (byte)(200 - (2 * (i / 3 / format.Width)));
            rgb[i + 2] = (byte)(40 + (number % 10 * 9));
        }
        return rgb;
    }
}
