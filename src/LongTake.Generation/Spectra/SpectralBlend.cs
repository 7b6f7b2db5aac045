using System.Buffers;
using System.Numerics;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Threading;

namespace LongTake.Generation.Spectra;

/// <summary>
/// Low frequencies of one video of features, high ones of another: IFFT(P FFT(global) + (1 - P) FFT(local)) per channel, in the form local +
/// IFFT(P FFT(global - local)), which is one transform less and leaves equal branches untouched. Two real channels share a complex transform;
/// the filter is even, so neither sees the other.
/// Source: fifo-and-sliding-window.md 5.
/// </summary>
public static class SpectralBlend
{
    // Channels that a piece gathers together: two cache lines of a token.
    private const int ChannelsPerPiece = 32;

    /// <summary>Blends in place.</summary>
    /// <param name="backend">Whose threads to work on; null for the calling one alone. The result does not depend on it.</param>
    /// <param name="global">Low frequencies [B, N, C] or [B, N, H, D], single precision, N tokens in the order of the filter's axes.</param>
    /// <param name="local">High frequencies, the same shape; becomes the blend.</param>
    /// <param name="filter">Share of the global branch by frequency.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static unsafe void Apply(Backend? backend, Tensor global, Tensor local, SpectralFilter filter)
    {
        Shape s = local.Shape;
        int tokens = filter.Gains.Length;
        if (global.Shape != s || s.Rank < 3 || s[1] != tokens)
        {
            throw new ArgumentException(
                $"Branches {global.Shape} and {s} do not go with a filter over {filter.Frames} x {filter.Height} x {filter.Width} tokens.",
                nameof(local));
        }
        if (filter.PassesNothing)
        {
            return;
        }
        if (filter.PassesAll)
        {
            local.CopyFrom(global);
            return;
        }
        int channels = checked((int)s.CountOf(2, s.Rank));
        Job job = new()
        {
            Global = global.F32,
            Local = local.F32,
            Filter = filter,
            Tokens = tokens,
            Channels = channels,
            PiecesPerSample = (channels + ChannelsPerPiece - 1) / ChannelsPerPiece,
        };
        int pieces = s[0] * job.PiecesPerSample;
        if (backend is CpuBackend cpu)
        {
            cpu.Workers.Run(ref job, pieces);
            return;
        }
        for (int i = 0; i < pieces; i++)
        {
            job.Run(i);
        }
    }

    private unsafe struct Job : IParallelJob
    {
        public float* Global;
        public float* Local;
        public SpectralFilter Filter;
        public int Tokens;
        public int Channels;
        public int PiecesPerSample;

        public readonly void Run(int index)
        {
            nint sample = (nint)(index / PiecesPerSample) * Tokens * Channels;
            int first = index % PiecesPerSample * ChannelsPerPiece;
            int end = Math.Min(first + ChannelsPerPiece, Channels);
            Complex[] volume = ArrayPool<Complex>.Shared.Rent(Tokens);
            try
            {
                for (int c = first; c < end; c += 2)
                {
                    bool isPair = c + 1 < end;
                    Gather(sample + c, isPair, volume);
                    VolumeFourier.Transform(volume, Filter.Frames, Filter.Height, Filter.Width, inverse: false);
                    ReadOnlySpan<double> gains = Filter.Gains;
                    for (int i = 0; i < gains.Length; i++)
                    {
                        volume[i] *= gains[i];
                    }
                    VolumeFourier.Transform(volume, Filter.Frames, Filter.Height, Filter.Width, inverse: true);
                    Add(sample + c, isPair, volume);
                }
            }
            finally
            {
                ArrayPool<Complex>.Shared.Return(volume);
            }
        }

        private readonly void Gather(nint at, bool isPair, Complex[] volume)
        {
            for (int i = 0; i < Tokens; i++)
            {
                volume[i] = new Complex((double)Global[at] - Local[at], isPair ? (double)Global[at + 1] - Local[at + 1] : 0);
                at += Channels;
            }
        }

        private readonly void Add(nint at, bool isPair, Complex[] volume)
        {
            for (int i = 0; i < Tokens; i++)
            {
                Local[at] = (float)(Local[at] + volume[i].Real);
                if (isPair)
                {
                    Local[at + 1] = (float)(Local[at + 1] + volume[i].Imaginary);
                }
                at += Channels;
            }
        }
    }
}
