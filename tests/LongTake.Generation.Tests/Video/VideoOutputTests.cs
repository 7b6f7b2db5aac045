using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video;

public class VideoOutputTests : VideoFixture
{
    private static readonly VideoOutputOptions Kept = new() { KeepPartial = true };

    public static TheoryData<string> Plain => ["a.png", "a.apng", "a.y4m", "frames"];

    [Theory]
    [MemberData(nameof(Plain))]
    public void Nothing_has_the_name_until_the_video_is_complete(string name)
    {
        using (IVideoWriter writer = VideoOutput.Create(At(name), Format))
        {
            Write(writer, 0, 3);
            Assert.Equal(3, writer.FramesWritten);
            if (name != "frames")
            {
                Assert.False(File.Exists(At(name)));
            }
            writer.Complete();
        }
        Assert.True(Path.Exists(At(name)));
        Assert.Single(Directory.GetFileSystemEntries(Folder));
    }

    [Theory]
    [MemberData(nameof(Plain))]
    public void Given_up_outputs_leave_nothing(string name)
    {
        using (IVideoWriter writer = VideoOutput.Create(At(name), Format))
        {
            Write(writer, 0, 2);
        }
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Theory]
    [MemberData(nameof(Plain))]
    public void Resumed_outputs_equal_uninterrupted_ones_byte_for_byte(string name)
    {
        using (IVideoWriter writer = VideoOutput.Create(At("whole-" + name), Format))
        {
            Write(writer, 0, 7);
            writer.Complete();
        }

        // Killed after five frames, of which the journal knows three.
        using (IVideoWriter writer = VideoOutput.Create(At(name), Format, Kept))
        {
            Write(writer, 0, 5);
            writer.Flush();
        }
        using (IVideoWriter writer = VideoOutput.Resume(At(name), Format, 3))
        {
            Assert.Equal(3, writer.FramesWritten);
            Write(writer, 3, 7);
            writer.Complete();
        }
        Assert.Equal(Contents(At("whole-" + name)), Contents(At(name)));
    }

    [Theory]
    [MemberData(nameof(Plain))]
    public void Closed_outputs_can_be_continued_too(string name)
    {
        using (IVideoWriter writer = VideoOutput.Create(At("whole-" + name), Format, new VideoOutputOptions { Scale = 3 }))
        {
            Write(writer, 0, 6);
            writer.Complete();
        }
        VideoOutputOptions options = new() { Scale = 3, KeepPartial = true };
        using (IVideoWriter writer = VideoOutput.Create(At(name), Format, options))
        {
            Write(writer, 0, 4);
            writer.Complete();
        }
        using (IVideoWriter writer = VideoOutput.Resume(At(name), Format, 4, options))
        {
            Write(writer, 4, 6);
            writer.Complete();
        }
        Assert.Equal(Contents(At("whole-" + name)), Contents(At(name)));
    }

    [Theory]
    [MemberData(nameof(Plain))]
    public void Outputs_that_are_too_short_or_others_are_not_continued(string name)
    {
        Assert.Contains("without --resume", Refused(() => VideoOutput.Resume(At(name), Format, 3)), StringComparison.Ordinal);
        using (IVideoWriter writer = VideoOutput.Create(At(name), Format, Kept))
        {
            Write(writer, 0, 2);
        }
        Assert.Contains("fewer than the 3", Refused(() => VideoOutput.Resume(At(name), Format, 3)), StringComparison.Ordinal);
        Assert.Contains(
            "without --resume", Refused(() => VideoOutput.Resume(At(name), Format with { Width = 20 }, 2)), StringComparison.Ordinal);

        // The refusals left what was there: it can still be continued.
        using IVideoWriter again = VideoOutput.Resume(At(name), Format, 2);
        Assert.Equal(2, again.FramesWritten);
    }

    [Theory]
    [MemberData(nameof(Plain))]
    public void Existing_outputs_are_not_replaced_unless_asked_for(string name)
    {
        for (int round = 0; round < 2; round++)
        {
            using IVideoWriter writer = VideoOutput.Create(At(name), Format, new VideoOutputOptions { Overwrite = round == 1 });
            Write(writer, round, round + 2);
            writer.Complete();
        }
        Assert.Contains("--overwrite", Refused(() => VideoOutput.Create(At(name), Format)), StringComparison.Ordinal);
    }

    [Fact]
    public void Unsupported_types_name_the_supported_ones()
    {
        string message = Refused(() => VideoOutput.Create(At("a.avi"), Format));
        Assert.Contains(".avi", message, StringComparison.Ordinal);
        Assert.Contains(".mp4, .webm, .png", message, StringComparison.Ordinal);
        Assert.Contains("--output", Refused(() => VideoOutput.Create("", Format)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.y4m")]
    [InlineData("a.mp4")]
    [InlineData("frames")]
    public void Places_that_cannot_be_written_are_reported(string name)
    {
        File.WriteAllText(At("file"), "in the way");
        string path = Path.Combine(At("file"), name);
        string message = Refused(() => VideoOutput.Create(path, Format, new VideoOutputOptions { Ffmpeg = "/bin/true" }));
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("--output", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.y4m")]
    public void A_full_disk_is_one_clear_error(string name)
    {
        if (!File.Exists("/dev/full"))
        {
            return; // Only Linux has a device that is always full.
        }
        File.CreateSymbolicLink(At(name) + ".part", "/dev/full");
        VideoFormat large = new(640, 480, 16);
        string message = Refused(() =>
        {
            using IVideoWriter writer = VideoOutput.Create(At(name), large);
            for (int i = 0; i < 5; i++)
            {
                writer.WriteFrame(Frame(i, large));
            }
        });
        Assert.StartsWith("The disk is full: ", message, StringComparison.Ordinal);
        Assert.Contains(At(name), message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public void Errors_of_a_stream_are_reported_once()
    {
        using FailingStream stream = new(capacity: 5000);
        using Y4mWriter writer = new(stream, Format, new Y4mOptions());
        string message = Refused(() => Write(writer, 0, 10));
        Assert.Contains("out of luck", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_of_another_size_and_empty_videos_are_refused()
    {
        using IVideoWriter writer = VideoOutput.Create(At("a.y4m"), Format, new VideoOutputOptions { Scale = 2 });
        Assert.Contains("24x16", Assert.Throws<ArgumentException>(() => writer.WriteFrame(new byte[5])).Message, StringComparison.Ordinal);
        Assert.Contains("without frames", Refused(writer.Complete), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => VideoOutput.Create(At("b.y4m"), Format, new VideoOutputOptions { Scale = 0 }));
        Assert.Throws<ArgumentException>(() => VideoOutput.Create(At("b.y4m"), Format with { Height = 0 }));
    }

    [Fact]
    public void Scaling_repeats_pixels()
    {
        using (IVideoWriter writer = VideoOutput.Create(At("a.png"), new VideoFormat(2, 1, 4), new VideoOutputOptions { Scale = 2 }))
        {
            writer.WriteFrame([1, 2, 3, 4, 5, 6]);
            writer.Complete();
        }
        RgbImage image = PngReader.Load(At("a.png"));
        byte[] row = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6];
        Assert.Equal([.. row, .. row], image.Pixels);
    }

    internal static void Write(IVideoWriter writer, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            writer.WriteFrame(Frame(i));
        }
    }

    private static string Refused(Action action) => Assert.Throws<VideoOutputException>(action).Message;

    private static string Refused(Func<IVideoWriter> open) => Assert.Throws<VideoOutputException>(() => open().Dispose()).Message;

    private sealed class FailingStream(int capacity) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Position + buffer.Length > capacity)
            {
                throw new IOException("out of luck");
            }
            base.Write(buffer);
        }
    }
}
