using LongTake.Generation.Streaming;

namespace LongTake.Generation.Tests.Streaming;

public class VideoTimeTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 9)]
    [InlineData(21, 81)]
    [InlineData(960, 3837)]
    public void Latents_and_frames(int latents, int frames)
    {
        Assert.Equal(frames, VideoTime.FramesOf(latents));
        Assert.Equal(latents, VideoTime.LatentsFor(frames));
        if (frames > 1)
        {
            Assert.Equal(latents, VideoTime.LatentsFor(frames - 3));
            Assert.Equal(latents - 1, VideoTime.LatentsFor(frames - 4));
        }
    }

    [Fact]
    public void Chunks_start_where_those_before_end()
    {
        for (int n = 1; n <= 4; n++)
        {
            for (long chunk = 0; chunk < 20; chunk++)
            {
                long start = VideoTime.ChunkStart(chunk, n);
                Assert.Equal(chunk, VideoTime.ChunkAtOrAfter(start, n));
                Assert.Equal(chunk + 1, VideoTime.ChunkAtOrAfter(start + 1, n));
                Assert.Equal(VideoTime.FramesOf((chunk + 1) * n), VideoTime.ChunkStart(chunk + 1, n));
                Assert.Equal(chunk + 1, VideoTime.ChunksFor(VideoTime.ChunkStart(chunk + 1, n), n));
                Assert.Equal(chunk + 1, VideoTime.ChunksFor(VideoTime.ChunkStart(chunk, n) + 1, n));
            }
        }
    }
}
