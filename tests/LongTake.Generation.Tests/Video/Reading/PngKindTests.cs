using System.Diagnostics;
using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video.Reading;

/// <summary>Colour types, and animations whose frames are parts of the picture.</summary>
public class PngKindTests : VideoFixture
{
    [Fact]
    public void Every_colour_type_shows_what_it_says()
    {
        // Two pixels: red and half-transparent or transparent blue, as far as the type can.
        Check(new PngBuilder(2, 1, 8, 2).Picture(3, [255, 0, 0, 0, 0, 255]), [255, 0, 0, 0, 0, 255]);
        Check(new PngBuilder(2, 1, 8, 2).Chunk("tRNS", 0, 0, 0, 0, 0, 255).Picture(3, [255, 0, 0, 0, 0, 255]), [255, 0, 0, 0, 0, 0]);
        Check(new PngBuilder(2, 1, 8, 6).Picture(4, [255, 0, 0, 255, 0, 0, 255, 128]), [255, 0, 0, 0, 0, 128]);
        Check(new PngBuilder(2, 1, 16, 2).Picture(6, [255, 1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 9]), [255, 0, 0, 0, 0, 255]);
        Check(new PngBuilder(2, 1, 8, 0).Picture(1, [7, 200]), [7, 7, 7, 200, 200, 200]);
        Check(new PngBuilder(2, 1, 8, 4).Picture(2, [7, 255, 200, 0]), [7, 7, 7, 0, 0, 0]);
        Check(new PngBuilder(2, 1, 1, 0).Picture(1, [0b0100_0000]), [0, 0, 0, 255, 255, 255]);
        Check(new PngBuilder(2, 1, 4, 0).Picture(1, [0x1F]), [17, 17, 17, 255, 255, 255]);
        byte[] palette = [255, 0, 0, 0, 255, 0, 0, 0, 255];
        Check(new PngBuilder(2, 1, 8, 3).Chunk("PLTE", palette).Chunk("tRNS", 255, 255, 51).Picture(1, [0, 2]), [255, 0, 0, 0, 0, 51]);
        Check(new PngBuilder(2, 1, 2, 3).Chunk("PLTE", palette).Picture(1, [0b0110_0000]), [0, 255, 0, 0, 0, 255]);
    }

    [Theory]
    [InlineData(2, 3, 3)]
    [InlineData(6, 4, 4)]
    [InlineData(0, 1, 1)]
    public void All_filters_are_undone(int colour, int step, int channels)
    {
        System.Random random = new(colour);
        byte[][] rows = [.. Enumerable.Range(0, 11).Select(_ => new byte[7 * channels])];
        foreach (byte[] row in rows)
        {
            random.NextBytes(row);
            for (int x = 3; channels == 4 && x < row.Length; x += 4)
            {
                row[x] = 255;
            }
        }
        byte[] expected = [.. rows.SelectMany(r => r.Chunk(channels).SelectMany(p => channels == 1 ? [p[0], p[0], p[0]] : p[..3]))];
        Check(new PngBuilder(7, 11, 8, colour).Picture(step, rows), expected);
    }

    [Fact]
    public void What_cannot_be_shown_is_refused_by_name()
    {
        Assert.Contains("interlacing", Refusal(new PngBuilder(2, 1, 8, 2, interlace: 1).Picture(3, new byte[6]).End()), StringComparison.Ordinal);
        Assert.Contains("colour type 5", Refusal(new PngBuilder(2, 1, 8, 5).Picture(3, new byte[6]).End()), StringComparison.Ordinal);
        Assert.Contains("palette is missing", Refusal(new PngBuilder(2, 1, 8, 3).Picture(1, new byte[2]).End()), StringComparison.Ordinal);
        Assert.Contains(
            "colour 1", Refusal(new PngBuilder(2, 1, 8, 3).Chunk("PLTE", 1, 2, 3).Picture(1, [0, 1]).End()), StringComparison.Ordinal);
        Assert.Contains("cannot hold", Refusal(new PngBuilder(9000, 9000, 8, 2).Picture(3, new byte[6]).End()), StringComparison.Ordinal);
        Assert.Contains("cut off", Refusal(new PngBuilder(2, 1, 8, 2).Picture(3, new byte[6]).Bytes), StringComparison.Ordinal);
        Assert.Contains("no pixel data", Refusal(new PngBuilder(2, 1, 8, 2).End()), StringComparison.Ordinal);
        Assert.Contains(
            "announces 3 frames and has 1",
            Refusal(new PngBuilder(2, 1, 8, 2).Animate(3).Control(0, 0, 2, 1).Picture(3, new byte[6]).End()), StringComparison.Ordinal);
        Assert.Contains(
            "not inside",
            Refusal(new PngBuilder(2, 1, 8, 2).Animate(1).Control(1, 0, 2, 1).Picture(3, new byte[6]).End()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_outside_of_the_animation_is_not_shown()
    {
        byte[] file = new PngBuilder(1, 1, 8, 2).Animate(2).Picture(3, [1, 1, 1])
            .Control(0, 0, 1, 1, over: 1, under: 10).FrameData(3, [2, 2, 2])
            .Control(0, 0, 1, 1, over: 3, under: 10).FrameData(3, [3, 3, 3]).End();
        File.WriteAllBytes(At("a.png"), file);
        using IVideoReader reader = VideoInput.Open(At("a.png"));
        Assert.Equal([[2, 2, 2], [3, 3, 3]], VideoInputTests.ReadAll(reader));
        Assert.Equal(5, reader.FramesPerSecond, 1e-12);
    }

    [Fact]
    public void Frames_are_drawn_and_disposed_of_as_the_standard_says()
    {
        // One row of three pixels. White; then a red pixel that goes back, a green one that is cleared, a half-transparent blue over white.
        byte[] file = new PngBuilder(3, 1, 8, 6).Animate(4)
            .Control(0, 0, 3, 1).Picture(4, [.. Enumerable.Repeat((byte)255, 12)])
            .Control(0, 0, 1, 1, dispose: 2).FrameData(4, [255, 0, 0, 255])
            .Control(1, 0, 1, 1, dispose: 1).FrameData(4, [0, 255, 0, 255])
            .Control(2, 0, 1, 1, blend: 1).FrameData(4, [0, 0, 255, 51]).End();
        File.WriteAllBytes(At("a.png"), file);
        using IVideoReader reader = VideoInput.Open(At("a.png"));
        Assert.Equal(
            [
                [255, 255, 255, 255, 255, 255, 255, 255, 255],
                [255, 0, 0, 255, 255, 255, 255, 255, 255],
                [255, 255, 255, 0, 255, 0, 255, 255, 255],
                [255, 255, 255, 0, 0, 0, 204, 204, 255],
            ],
            VideoInputTests.ReadAll(reader));
    }

    [FfmpegFact]
    public void Random_animations_look_as_ffmpeg_shows_them()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            System.Random random = new(seed);
            int width = random.Next(2, 9), height = random.Next(2, 9), frames = random.Next(2, 7);
            PngBuilder builder = new PngBuilder(width, height, 8, 6).Animate(frames);
            for (int i = 0; i < frames; i++)
            {
                int w = i == 0 ? width : random.Next(1, width + 1), h = i == 0 ? height : random.Next(1, height + 1);
                builder.Control(random.Next(width - w + 1), random.Next(height - h + 1), w, h, i == 0 ? 0 : random.Next(3), random.Next(2));
                byte[][] rows = [.. Enumerable.Range(0, h).Select(_ => new byte[4 * w])];
                foreach (byte[] row in rows)
                {
                    random.NextBytes(row);
                    for (int x = 3; x < row.Length; x += 4)
                    {
                        row[x] = (byte)(random.Next(3) switch { 0 => 0, 1 => 255, _ => row[x] });
                    }
                }
                _ = i == 0 ? builder.Picture(4, rows) : builder.FrameData(4, rows);
            }
            File.WriteAllBytes(At("a.png"), builder.End());
            using IVideoReader reader = VideoInput.Open(At("a.png"));
            byte[] mine = [.. VideoInputTests.ReadAll(reader).SelectMany(f => f)];
            byte[] theirs = Decode("a.png");
            Assert.Equal(mine.Length / 3, theirs.Length / 4);
            for (int i = 0; i < mine.Length; i++)
            {
                // It rounds blended colours down; over black, that is a level or two.
                int expected = theirs[i / 3 * 4 + (i % 3)] * theirs[i / 3 * 4 + 3] / 255;
                Assert.True(Math.Abs(expected - mine[i]) <= 3, $"seed {seed}, byte {i}: {mine[i]} for {expected}");
            }
        }
    }

    private void Check(PngBuilder builder, byte[] expected)
    {
        File.WriteAllBytes(At("a.png"), builder.End());
        using IVideoReader reader = VideoInput.Open(At("a.png"));
        Assert.Equal([expected], VideoInputTests.ReadAll(reader));
    }

    private string Refusal(byte[] file)
    {
        File.WriteAllBytes(At("a.png"), file);
        return Assert.Throws<VideoInputException>(() =>
        {
            using IVideoReader reader = VideoInput.Open(At("a.png"));
            VideoInputTests.ReadAll(reader);
        }).Message;
    }

    private byte[] Decode(string name)
    {
        ProcessStartInfo start = new(FfmpegProgram.Find()!) { RedirectStandardOutput = true };
        foreach (string argument in (string[])
            ["-v", "error", "-f", "apng", "-i", At(name), "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba", "-"])
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
