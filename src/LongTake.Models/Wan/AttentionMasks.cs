using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Boolean masks over tokens for training a causal transformer without a cache: U8 [N, N], rows are queries, columns keys,
/// 1 = may attend. Source: spec autoregressive-streaming, section 3.1.
/// </summary>
public static class AttentionMasks
{
    /// <summary>
    /// Block-causal attention: a query sees every key up to the end of its own block of frames, optionally only the latest
    /// <paramref name="localFrames"/> frames before that end. A query always sees itself.
    /// </summary>
    /// <param name="frames">Latent frames.</param>
    /// <param name="tokensPerFrame">Tokens of one frame.</param>
    /// <param name="framesPerBlock">Frames of a block (of the chunk that is generated at once).</param>
    /// <param name="localFrames">Frames that a block sees, its own included; null for all.</param>
    /// <param name="independentFirstFrame">Whether the first frame is a block of its own and full blocks follow.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public static Tensor BlockCausal(
        int frames, int tokensPerFrame, int framesPerBlock, int? localFrames = null, bool independentFirstFrame = false)
    {
        Check(frames, tokensPerFrame, framesPerBlock);
        ArgumentOutOfRangeException.ThrowIfLessThan(localFrames ?? 1, 1, nameof(localFrames));
        int n = checked(frames * tokensPerFrame);
        Tensor mask = Tensor.Zeros([n, n], DType.U8);
        Span<byte> m = mask.AsSpan<byte>();
        for (int query = 0; query < n; query++)
        {
            int end = BlockEnd(query / tokensPerFrame, framesPerBlock, independentFirstFrame) * tokensPerFrame;
            int start = localFrames is int local ? Math.Max(0, end - (local * tokensPerFrame)) : 0;
            Span<byte> row = m.Slice(query * n, n);
            if (start < n)
            {
                // The last block may be cut short, its nominal end is what the local window counts from.
                row[start..Math.Min(end, n)].Fill(1);
            }
            row[query] = 1;
        }
        return mask;
    }

    /// <summary>
    /// Teacher forcing on the sequence [clean frames | noisy frames]: clean tokens attend block-causally to clean tokens;
    /// noisy tokens of a block attend to the clean blocks before it and to the noisy tokens of the block itself.
    /// </summary>
    /// <param name="frames">Latent frames of either half.</param>
    /// <param name="tokensPerFrame">Tokens of one frame.</param>
    /// <param name="framesPerBlock">Frames of a block.</param>
    /// <returns>U8 [2N, 2N], N = frames x tokens a frame.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public static Tensor TeacherForcing(int frames, int tokensPerFrame, int framesPerBlock)
    {
        Check(frames, tokensPerFrame, framesPerBlock);
        int n = checked(frames * tokensPerFrame);
        int total = checked(2 * n);
        Tensor mask = Tensor.Zeros([total, total], DType.U8);
        Span<byte> m = mask.AsSpan<byte>();
        for (int i = 0; i < n; i++)
        {
            int end = Math.Min(n, BlockEnd(i / tokensPerFrame, framesPerBlock, false) * tokensPerFrame);
            int start = i / (framesPerBlock * tokensPerFrame) * framesPerBlock * tokensPerFrame;
            m.Slice(i * total, end).Fill(1);
            Span<byte> noisy = m.Slice((n + i) * total, total);
            noisy[..start].Fill(1);
            noisy[(n + start)..(n + end)].Fill(1);
        }
        return mask;
    }

    /// <summary>First frame after the block of <paramref name="frame"/>.</summary>
    private static int BlockEnd(int frame, int framesPerBlock, bool independentFirstFrame)
    {
        int first = independentFirstFrame ? 1 : 0;
        return frame < first ? first : first + ((((frame - first) / framesPerBlock) + 1) * framesPerBlock);
    }

    private static void Check(int frames, int tokensPerFrame, int framesPerBlock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tokensPerFrame, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerBlock, 1);
    }
}
