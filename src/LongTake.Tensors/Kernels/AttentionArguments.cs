namespace LongTake.Tensors.Kernels;

/// <summary>One attention call as addresses and sizes; q, k, v, y are [B, N, H, D].</summary>
internal unsafe struct AttentionArguments
{
    public int Batch;
    public int Heads;
    public int Queries;
    public int Keys;
    public int Width;
    public float Scale;

    public float* Q;
    public float* K;
    public float* V;
    public float* Y;

    /// <summary>[B, H, Nq]; or null in inference.</summary>
    public float* LogSumExp;

    /// <summary>[H, Nq, Nk]; or null.</summary>
    public float* Bias;

    /// <summary>[Nq, Nk], 1 = seen; or null.</summary>
    public byte* Mask;

    /// <summary>One <see cref="MaskKind"/> a (query tile, key block); null without a mask.</summary>
    public MaskKind* MaskKinds;

    /// <summary>Keys per sample; or null.</summary>
    public int* KeyLengths;

    public float* Dy;
    public float* Dq;
    public float* Dk;
    public float* Dv;
    public float* DBias;

    /// <summary>Floats between tokens.</summary>
    public readonly nint Stride => (nint)Heads * Width;

    /// <summary>
    /// Keys that are worked on together. Their scores should stay in the first-level cache; with a mask the blocks are
    /// shorter, so that more of them are masked as a whole. A multiple of the query tile, so that masks by chunk fall on borders.
    /// </summary>
    public readonly int KeyBlock => Mask is null ? 144 : 96;

    public readonly int KeyBlocks => (Keys + KeyBlock - 1) / KeyBlock;

    public readonly int KeysOf(int sample) => KeyLengths is null ? Keys : KeyLengths[sample];

    /// <summary>Sorts the pieces of the mask into open, closed and mixed.</summary>
    /// <param name="kinds">[query tiles, key blocks].</param>
    /// <param name="tile">Queries a tile.</param>
    public void ClassifyMask(MaskKind* kinds, int tile)
    {
        MaskKinds = kinds;
        for (int q = 0; q < Queries; q += tile)
        {
            for (int k = 0; k < Keys; k += KeyBlock)
            {
                int count = Math.Min(KeyBlock, Keys - k);
                bool anyOpen = false;
                bool anyClosed = false;
                for (int i = q; i < Math.Min(q + tile, Queries) && !(anyOpen && anyClosed); i++)
                {
                    ReadOnlySpan<byte> row = new(Mask + ((nint)i * Keys) + k, count);
                    anyClosed |= row.Contains((byte)0);
                    anyOpen |= row.ContainsAnyExcept((byte)0);
                }
                *kinds++ = !anyClosed ? MaskKind.Open : anyOpen ? MaskKind.Mixed : MaskKind.Closed;
            }
        }
    }
}

/// <summary>What a mask does to one piece of the score matrix.</summary>
internal enum MaskKind : byte
{
    /// <summary>Nothing is masked.</summary>
    Open,

    /// <summary>Everything is masked: the piece is skipped.</summary>
    Closed,

    /// <summary>Element by element.</summary>
    Mixed,
}
