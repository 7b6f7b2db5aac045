namespace LongTake.Tensors.Kernels;

/// <summary>One attention call as addresses and sizes; q, k, v, y are [B, N, H, D].</summary>
internal unsafe struct AttentionArguments
{
    // Floats of the widest register.
    private const int MaxLanes = 16;

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

    /// <summary>Factors of positive scores: entry i - j is that of query i and key j, from 1 - Nk to Nq - 1; or null.</summary>
    public float* DistanceFactors;

    /// <summary>Entry d: how many factors before that of distance d are not 1.</summary>
    public int* FactorChanges;

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

    /// <summary>Floats, and integers behind them, that <see cref="SetDistanceFactors"/> needs together.</summary>
    public readonly long DistanceWords => (2L * (Queries + Keys)) + MaxLanes;

    /// <summary>
    /// Takes factors over, with ones behind them that whole registers may read, and counts those that change anything, so that pieces
    /// without any are passed over.
    /// </summary>
    /// <param name="factors">[Nq + Nk - 1].</param>
    /// <param name="words">Room for <see cref="DistanceWords"/>.</param>
    public void SetDistanceFactors(ReadOnlySpan<float> factors, void* words)
    {
        float* copy = (float*)words;
        int count = factors.Length;
        factors.CopyTo(new Span<float>(copy, count));
        new Span<float>(copy + count, MaxLanes).Fill(1f);
        int* changes = (int*)(copy + count + MaxLanes);
        int changed = 0;
        for (int i = 0; i < count; i++)
        {
            changes[i] = changed;
            changed += factors[i] == 1f ? 0 : 1;
        }
        changes[count] = changed;
        DistanceFactors = copy + Keys - 1;
        FactorChanges = changes + Keys - 1;
    }

    /// <summary>Whether all factors of a piece of the score matrix are 1.</summary>
    public readonly bool IsUnchanged(int query, int queries, int key, int keys) =>
        DistanceFactors is null || FactorChanges[query + queries - key] == FactorChanges[query - key - keys + 1];

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
