using System.Collections.Concurrent;
using LongTake.Evaluation.Shapes;
using LongTake.Tensors.Threading;

namespace LongTake.Evaluation.Analysis;

/// <summary>
/// Reads all frames of a video, in parallel where there is a pool. Frames are independent of each other, so the result does not depend on
/// the number of threads.
/// </summary>
/// <param name="workers">Threads to work with; null for the caller's only. Stays the caller's.</param>
public sealed class VideoAnalyser(WorkerPool? workers = null)
{
    private const int FramesAPiece = 16;
    private const int FrameBytes = ShapesWorld.Size * ShapesWorld.Size * 3;

    private readonly ConcurrentBag<Reader> _readers = [];

    /// <summary>Reads a video.</summary>
    /// <param name="frames">[F, 64, 64, 3] bytes.</param>
    /// <returns>One reading a frame.</returns>
    /// <exception cref="ArgumentException">The bytes are not whole frames of that size.</exception>
    public FrameReading[] Read(ReadOnlyMemory<byte> frames)
    {
        if (frames.Length == 0 || frames.Length % FrameBytes != 0)
        {
            throw new ArgumentException(
                $"A video of the Shapes world is [F, 64, 64, 3] bytes, a multiple of {FrameBytes}; these are {frames.Length}.", nameof(frames));
        }
        FrameReading[] readings = new FrameReading[frames.Length / FrameBytes];
        Job job = new(frames, readings, _readers, Changes: false);
        Run(job, readings.Length);

        // How much the ideal picture changes is known once all pictures are described.
        Run(job with { Changes = true }, readings.Length);
        return readings;
    }

    private void Run(Job job, int frames)
    {
        int pieces = (frames + FramesAPiece - 1) / FramesAPiece;
        if (workers is not null)
        {
            workers.Run(ref job, pieces);
            return;
        }
        for (int i = 0; i < pieces; i++)
        {
            job.Run(i);
        }
    }

    private sealed class Reader
    {
        public FrameAnalyser Analyser { get; } = new();

        public byte[] Before { get; } = new byte[FrameBytes];

        public byte[] Now { get; } = new byte[FrameBytes];
    }

    private record struct Job(ReadOnlyMemory<byte> Frames, FrameReading[] Readings, ConcurrentBag<Reader> Readers, bool Changes) : IParallelJob
    {
        public readonly void Run(int index)
        {
            Reader reader = Readers.TryTake(out Reader? free) ? free : new Reader();
            int end = Math.Min((index + 1) * FramesAPiece, Readings.Length);
            for (int i = index * FramesAPiece; i < end; i++)
            {
                if (!Changes)
                {
                    Readings[i] = reader.Analyser.Read(Frames.Span.Slice(i * FrameBytes, FrameBytes));
                }
                else if (i > 0)
                {
                    Resynthesis.Render(Readings[i - 1], reader.Before);
                    Resynthesis.Render(Readings[i], reader.Now);
                    Readings[i].IdealChange = FrameDifference.Mean(reader.Before, reader.Now);
                    Readings[i].Change = FrameDifference.Mean(
                        Frames.Span.Slice((i - 1) * FrameBytes, FrameBytes), Frames.Span.Slice(i * FrameBytes, FrameBytes));
                }
            }
            Readers.Add(reader);
        }
    }
}
