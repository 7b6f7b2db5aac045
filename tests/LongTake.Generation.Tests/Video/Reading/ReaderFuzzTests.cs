using System.Buffers.Binary;
using System.Text;
using LongTake.Generation.Video;

namespace LongTake.Generation.Tests.Video.Reading;

/// <summary>Whatever bytes are in a file, a reader gives its frames or the one exception that it documents.</summary>
public class ReaderFuzzTests : VideoFixture
{
    private const int Mutations = 2000;

    [Theory]
    [InlineData("rgb")]
    [InlineData("palette")]
    [InlineData("parts")]
    public void Damaged_png_ends_in_frames_or_in_the_one_exception(string kind)
    {
        byte[] file = kind switch
        {
            "rgb" => Animation(),
            "palette" => new PngBuilder(5, 3, 4, 3).Chunk("PLTE", [.. Enumerable.Range(0, 30).Select(i => (byte)i)])
                .Chunk("tRNS", 9, 8).Picture(1, [0x12, 0x34, 0x50], [0x12, 0x34, 0x50], [0x98, 0x76, 0x50]).End(),
            _ => new PngBuilder(3, 2, 8, 6).Animate(3)
                .Control(0, 0, 3, 2).Picture(4, new byte[12], new byte[12])
                .Control(1, 0, 2, 1, dispose: 2, blend: 1).FrameData(4, new byte[8])
                .Control(0, 1, 3, 1, dispose: 1).FrameData(4, new byte[12]).End(),
        };
        Fuzz(file, "a.png", sealChunks: true);
    }

    [Fact]
    public void Damaged_y4m_ends_in_frames_or_in_the_one_exception()
    {
        using MemoryStream stream = new();
        Y4mWriter writer = new(stream, new VideoFormat(6, 4, 8), new Y4mOptions { Chroma = Y4mChroma.Half });
        for (int i = 0; i < 3; i++)
        {
            writer.WriteFrame(Frame(i, new VideoFormat(6, 4, 8)));
        }
        writer.Complete();
        Fuzz(stream.ToArray(), "a.y4m", sealChunks: false);
    }

    private void Fuzz(byte[] file, string name, bool sealChunks)
    {
        System.Random random = new(1);
        int refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bytes = Mutate(file, random);
            if (sealChunks && i % 3 != 0)
            {
                // Most damage would end at a checksum; with the checksums made right it reaches what lies behind.
                Seal(bytes);
            }
            File.WriteAllBytes(At(name), bytes);
            try
            {
                using IVideoReader reader = VideoInput.Open(At(name));
                byte[] frame = new byte[reader.Width * reader.Height * 3];
                int frames = 0;
                while (reader.Read(frame))
                {
                    frames++;
                }
                Assert.Equal(reader.FrameCount, frames);
            }
            catch (VideoInputException e)
            {
                refused++;
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        Assert.InRange(refused, Mutations / 4, Mutations - 1);
    }

    private static byte[] Mutate(byte[] file, System.Random random)
    {
        byte[] bytes = [.. file];
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(10, bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes = bytes[..Math.Max(12, at)];
                    break;
                case 3:
                    int length = random.Next(1, 9);
                    bytes = [.. bytes[..at], .. bytes.Skip(at + length)];
                    break;
                default:
                    bytes = [.. bytes[..at], .. bytes[..random.Next(1, Math.Min(40, bytes.Length))], .. bytes[at..]];
                    break;
            }
            if (bytes.Length < 12)
            {
                return [.. file];
            }
        }
        return bytes;
    }

    /// <summary>Makes the checksums of all chunks right that can still be found.</summary>
    private static void Seal(byte[] bytes)
    {
        int at = 8;
        while (at + 12 <= bytes.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            if (length > bytes.Length - at - 12)
            {
                return;
            }
            using MemoryStream chunk = new();
            PngChunks.Write(chunk, Encoding.Latin1.GetString(bytes, at + 4, 4), bytes.AsSpan(at + 8, (int)length));
            chunk.ToArray().AsSpan(^4..).CopyTo(bytes.AsSpan(at + 8 + (int)length));
            at += 12 + (int)length;
        }
    }

    private static byte[] Animation()
    {
        using MemoryStream stream = new();
        AnimatedPngWriter writer = new(stream, new VideoFormat(6, 4, 8));
        for (int i = 0; i < 3; i++)
        {
            writer.WriteFrame(Frame(i, new VideoFormat(6, 4, 8)));
        }
        writer.Complete();
        return stream.ToArray();
    }
}
