using System.Diagnostics;
using LongTake.Evaluation.Reports;
using LongTake.Generation.Streaming;
using LongTake.Generation.Video;
using LongTake.Tensors;
using LongTake.Tensors.Memory;

namespace LongTake.Evaluation.Comparisons;

/// <summary>A video while it is generated: each frame is there as soon as its chunk is, and none is stored.</summary>
internal sealed class GeneratedVideo : IVideoReader
{
    private readonly VideoGenerator _generator;
    private readonly CancellationToken _cancellation;
    private readonly Stopwatch _watch = new();
    private VideoChunk? _chunk;
    private int _next;
    private double _firstFrame;
    private double _attended;

    /// <summary>Takes a generator that has not begun; it is freed with this object.</summary>
    /// <param name="generator">Makes the frames.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="framesPerSecond">Frame rate.</param>
    /// <param name="cancellation">Stops between chunks.</param>
    public GeneratedVideo(VideoGenerator generator, int width, int height, double framesPerSecond, CancellationToken cancellation)
    {
        _generator = generator;
        _cancellation = cancellation;
        FrameCount = checked((int)generator.Plan.Frames!.Value);
        Width = width;
        Height = height;
        FramesPerSecond = framesPerSecond;
        NativeMemoryPool.Shared.ResetPeak();
    }

    /// <inheritdoc/>
    public int FrameCount { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public double FramesPerSecond { get; }

    /// <summary>Told after each chunk how many are done.</summary>
    public Action<long>? ChunkDone { get; init; }

    /// <summary>Time spent on generating so far.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>What it took so far.</summary>
    public ResultCost Cost => new(
        _watch.Elapsed.TotalSeconds / Math.Max(1, _generator.Chunk),
        _firstFrame,
        NativeMemoryPool.Shared.PeakBytesInUse,
        _attended / Math.Max(1, _generator.Chunk),
        (double)_generator.NetworkCalls / Math.Max(1, _generator.Chunk * _generator.Plan.ChunkFrames),
        _generator.Searches?.Judgments,
        _generator.Searches?.Searches,
        _generator.Searches?.Replacements);

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Read(Span<byte> frame)
    {
        if (_chunk is null || _next == _chunk.Frames!.Shape[0])
        {
            _chunk?.Dispose();
            _watch.Start();
            do
            {
                _cancellation.ThrowIfCancellationRequested();
                _chunk = _generator.Advance(_cancellation);
            }
            while (_chunk is null && !_generator.IsDone);
            _watch.Stop();
            _next = 0;
            if (_chunk is null)
            {
                return false;
            }
            _firstFrame = _chunk.Index == 0 ? _watch.Elapsed.TotalSeconds : _firstFrame;
            _attended += _generator.AttendedTokens;
            ChunkDone?.Invoke(_generator.Chunk);
        }
        int bytes = Width * Height * 3;
        if (frame.Length != bytes)
        {
            throw new ArgumentException($"A frame is {bytes} bytes, not {frame.Length}.", nameof(frame));
        }
        _chunk.Frames!.AsSpan<byte>().Slice(_next++ * bytes, bytes).CopyTo(frame);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunk?.Dispose();
        _generator.Dispose();
    }
}
