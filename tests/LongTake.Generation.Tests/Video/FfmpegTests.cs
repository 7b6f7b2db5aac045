using System.Diagnostics;
using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video;

public class FfmpegTests : VideoFixture
{
    [FfmpegFact]
    public void Mp4_is_the_same_file_for_the_same_frames_and_decodes_to_them()
    {
        foreach (string name in new[] { "a.mp4", "b.mp4" })
        {
            WriteSmooth(name);
        }
        Assert.Equal(Contents(At("a.mp4")), Contents(At("b.mp4")));
        Assert.Equal(2, Directory.GetFileSystemEntries(Folder).Length);
        CheckDecoded("a.mp4");
    }

    [FfmpegFact]
    public void Webm_decodes_to_the_frames()
    {
        WriteSmooth("a.webm");
        CheckDecoded("a.webm");
    }

    [FfmpegFact]
    public void Animated_png_and_y4m_are_what_ffmpeg_reads()
    {
        foreach (string name in new[] { "a.png", "a.y4m" })
        {
            using IVideoWriter writer = VideoOutput.Create(At(name), Format);
            VideoOutputTests.Write(writer, 0, 4);
            writer.Complete();
        }
        byte[] png = Decode("a.png");
        Assert.Equal(Enumerable.Range(0, 4).SelectMany(i => Frame(i)), png);
        Assert.Equal(png.Length, Decode("a.y4m").Length);
    }

    [FfmpegFact]
    public void Given_up_mp4_leaves_nothing()
    {
        using (IVideoWriter writer = VideoOutput.Create(At("a.mp4"), Format))
        {
            VideoOutputTests.Write(writer, 0, 3);
            Assert.False(writer.CanResume);
        }
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [FfmpegFact]
    public void Odd_sizes_are_refused_with_the_remedy()
    {
        string message = Assert.Throws<VideoOutputException>(() => VideoOutput.Create(At("a.mp4"), new VideoFormat(3, 4, 8))).Message;
        Assert.Contains("even width", message, StringComparison.Ordinal);
        Assert.Contains("--scale", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo \"libx264: everything is broken\" >&2; exit 3", "exit code 3", "libx264: everything is broken")]
    [InlineData("head -c 4000 >/dev/null; echo \"write_frame(): No space left on device\" >&2; exit 1", "No space left", "Free some space")]
    [InlineData("head -c 4000 >/dev/null; kill -9 $$", "exit code 137", "it said nothing")]
    public void An_encoder_that_dies_half_way_is_one_error(string script, string expected, string also)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // The stand-in for ffmpeg is a shell script.
        }
        string program = At("ffmpeg");
        File.WriteAllText(program, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        VideoOutputException error = Assert.Throws<VideoOutputException>(() =>
        {
            using IVideoWriter writer = VideoOutput.Create(At("a.mp4"), Format, new VideoOutputOptions { Ffmpeg = program });
            for (int i = 0; i < 200; i++)
            {
                writer.WriteFrame(Frame(i));
            }
            writer.Complete();
        });
        Assert.Contains("a.mp4", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(also, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal([program], Directory.GetFileSystemEntries(Folder));
    }

    [FfmpegFact]
    public void The_encoder_is_out_of_reach_of_the_terminals_ctrl_c()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // Process groups are read from /proc.
        }
        using FfmpegWriter writer = new(At("a.mp4"), Format, FfmpegProgram.Find()!);
        writer.WriteFrame(Frame(0));

        // The group changes at the beginning of the encoder's life, a moment after it was started.
        Assert.True(SpinWait.SpinUntil(() => Group(writer.ProcessId) != Group(Environment.ProcessId), TimeSpan.FromSeconds(20)));

        // After the name in brackets: state, parent, group.
        static string Group(int process) => File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ')[2];
    }

    [Fact]
    public void A_program_that_cannot_be_started_is_reported()
    {
        string message = Assert.Throws<VideoOutputException>(
            () => VideoOutput.Create(At("a.mp4"), Format, new VideoOutputOptions { Ffmpeg = At("no-such-program") })).Message;
        Assert.Contains("no-such-program", message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    private void WriteSmooth(string name)
    {
        using IVideoWriter writer = VideoOutput.Create(At(name), Format, new VideoOutputOptions { Scale = 4 });
        for (int i = 0; i < 6; i++)
        {
            writer.WriteFrame(Smooth(i));
        }
        writer.Complete();
    }

    private void CheckDecoded(string name)
    {
        byte[] decoded = Decode(name);
        int frameBytes = Format.FrameBytes * 16;
        Assert.Equal(6 * frameBytes, decoded.Length);
        byte[] expected = new byte[frameBytes];
        for (int i = 0; i < 6; i++)
        {
            ScaledVideoWriter.Scale(Smooth(i), Format.Width, Format.Height, 4, expected);
            double error = expected.Zip(decoded[(i * frameBytes)..]).Average(p => Math.Abs(p.First - p.Second));
            Assert.True(error < 4, $"frame {i}: mean difference {error}");
        }
    }

    private static byte[] Smooth(int number)
    {
        byte[] rgb = new byte[Format.FrameBytes];
        for (int i = 0; i < rgb.Length; i += 3)
        {
            rgb[i] = (byte)(60 + 5 * (i / 3 % Format.Width));
            rgb[i + 1] = (byte)(200 - 6 * (i / 3 / Format.Width));
            rgb[i + 2] = (byte)(40 + 20 * number);
        }
        return rgb;
    }

    private byte[] Decode(string name)
    {
        ProcessStartInfo start = new(FfmpegProgram.Find()!) { RedirectStandardOutput = true };
        foreach (string argument in new[] { "-v", "error", "-i", At(name), "-f", "rawvideo", "-pix_fmt", "rgb24", "-" })
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }
}
