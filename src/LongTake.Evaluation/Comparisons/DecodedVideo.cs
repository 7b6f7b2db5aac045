using LongTake.Evaluation.Shapes;
using LongTake.Generation.Streaming;
using LongTake.Generation.Video;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Evaluation.Comparisons;

/// <summary>A video through encoder and decoder, chunk by chunk: the most that a transformer behind that autoencoder can reach.</summary>
/// <param name="compute">What to compute with.</param>
/// <param name="vae">The autoencoder; stays the caller's.</param>
/// <param name="source">The video, of 4n + 1 frames; freed with this object.</param>
internal sealed class DecodedVideo(Compute compute, WanVae vae, IVideoReader source) : IVideoReader
{
    private readonly WanVaeStreamingEncoder _encoder = new(vae.Encoder);
    private readonly WanVaeStreamingDecoder _decoder = new(vae.Decoder);
    private readonly byte[] _frame = new byte[source.Width * source.Height * 3];
    private byte[] _decoded = [];
    private int _next;
    private int _read;

    /// <inheritdoc/>
    public int FrameCount => source.FrameCount;

    /// <inheritdoc/>
    public int Height => source.Height;

    /// <inheritdoc/>
    public int Width => source.Width;

    /// <inheritdoc/>
    public double FramesPerSecond => source.FramesPerSecond;

    /// <inheritdoc/>
    public bool Read(Span<byte> frame)
    {
        if (_next == _decoded.Length)
        {
            int latents = _read == 0 ? FrameGrid.ChunkLatents - 1 : FrameGrid.ChunkLatents;
            int wanted = Math.Min((_read == 0 ? 1 : 0) + (latents * vae.Config.TemporalFactor), FrameCount - _read);
            if (wanted == 0)
            {
                return false;
            }
            Pass(wanted);
        }
        _decoded.AsSpan(_next, frame.Length).CopyTo(frame);
        _next += frame.Length;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        source.Dispose();
    }

    private void Pass(int frames)
    {
        using TensorScope scope = TensorScope.Open();
        int plane = Width * Height;
        Tensor video = Tensor.Empty([1, 3, frames, Height, Width]);
        for (int f = 0; f < frames; f++)
        {
            source.Read(_frame);
            for (int c = 0; c < 3; c++)
            {
                Span<float> target = video.Span.Slice(((c * frames) + f) * plane, plane);
                for (int p = 0; p < plane; p++)
                {
                    target[p] = (_frame[(3 * p) + c] / 127.5f) - 1;
                }
            }
        }
        _read += frames;
        _decoded = PixelConversion.ToBytes(_decoder.Decode(compute, _encoder.Encode(compute, video))).AsSpan<byte>().ToArray();
        _next = 0;
    }
}
