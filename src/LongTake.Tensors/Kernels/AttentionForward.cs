using System.Runtime.Intrinsics.X86;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Flash attention: a piece holds a few tiles of queries of one head and walks the keys block by block.</summary>
internal static unsafe class AttentionForward<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    // Tiles that share each block of keys and values: their state fills about half of a second-level cache of 1 MiB at D = 128.
    private const int MaxTiles = 8;

    // Enough for any number of threads to get equal shares; fewer tiles a piece otherwise.
    private const int MinPieces = 16;

    /// <summary>Computes attention for every sample and head.</summary>
    public static void Run(WorkerPool workers, in AttentionArguments arguments)
    {
        int tiles = Divide(arguments.Queries, AttentionTile<TVector, TLanes>.Width);
        int heads = arguments.Batch * arguments.Heads;
        Job job = new() { Arguments = arguments };
        job.Tiles = MaxTiles;
        while (job.Tiles > 1 && heads * Divide(tiles, job.Tiles) < MinPieces)
        {
            job.Tiles /= 2;
        }
        job.PiecesPerHead = Divide(tiles, job.Tiles);
        workers.Run(ref job, heads * job.PiecesPerHead);
    }

    private static int Divide(int a, int b) => (a + b - 1) / b;

    private struct Job : IParallelJob
    {
        public AttentionArguments Arguments;
        public int Tiles;
        public int PiecesPerHead;

        public readonly void Run(int index)
        {
            ref readonly AttentionArguments a = ref Arguments;
            int width = AttentionTile<TVector, TLanes>.Width;
            int head = index / PiecesPerHead % a.Heads;
            int sample = index / PiecesPerHead / a.Heads;
            int firstTile = index % PiecesPerHead * Tiles;
            int tiles = Math.Min(Tiles, Divide(a.Queries, width) - firstTile);
            int keys = a.KeysOf(sample);

            nint panel = (nint)a.Width * width;
            // With one tile only, keys and values are read where they lie; several share a copy without gaps.
            bool isShared = tiles > 1;
            nint block = isShared ? (nint)a.KeyBlock * a.Width : 0;
            nint score = (nint)a.KeyBlock * width;
            nint state = (2 * panel) + (2 * width);
            NativeBuffer buffer = ThreadScratch.Rent(((2 * block) + (2 * score) + width + (tiles * state)) * sizeof(float));
            try
            {
                float* scores = (float*)buffer.Address;
                float* scratch = scores + score;
                float* rescale = scratch + score;
                float* states = rescale + width;
                float* k = states + (tiles * state);
                float* v = k + block;
                for (int t = 0; t < tiles; t++)
                {
                    Start(a, sample, head, (firstTile + t) * width, states + (t * state));
                }
                for (int key = 0; key < keys; key += a.KeyBlock)
                {
                    int count = Math.Min(a.KeyBlock, keys - key);
                    bool isCopied = false;
                    for (int t = 0; t < tiles; t++)
                    {
                        MaskKind kind = a.MaskKinds is null ? MaskKind.Open : a.MaskKinds[((firstTile + t) * a.KeyBlocks) + (key / a.KeyBlock)];
                        if (kind == MaskKind.Closed)
                        {
                            continue;
                        }
                        nint at = ((((nint)sample * a.Keys) + key) * a.Stride) + ((nint)head * a.Width);
                        if (isShared && !isCopied)
                        {
                            AttentionTile<TVector, TLanes>.CopyRows(a.K + at, a.Stride, count, a.Width, k, a.Width);
                            AttentionTile<TVector, TLanes>.CopyRows(a.V + at, a.Stride, count, a.Width, v, a.Width);
                            isCopied = true;
                        }
                        if (isShared)
                        {
                            // Rows of one head lie far apart, where hardware does not look ahead: fetch part of the next block.
                            int next = key + a.KeyBlock + (t * count / tiles);
                            Prefetch(a, sample, head, next, Math.Min(next + Divide(count, tiles), keys));
                        }
                        Block b = new()
                        {
                            Key = key,
                            Count = count,
                            K = isShared ? k : a.K + at,
                            V = isShared ? v : a.V + at,
                            Stride = isShared ? a.Width : a.Stride,
                            Kind = kind,
                        };
                        Step(a, head, (firstTile + t) * width, b, states + (t * state), scores, scratch, rescale);
                    }
                }
                for (int t = 0; t < tiles; t++)
                {
                    Finish(a, sample, head, (firstTile + t) * width, states + (t * state), rescale);
                }
            }
            finally
            {
                ThreadScratch.Return(buffer);
            }
        }

        private static void Prefetch(in AttentionArguments a, int sample, int head, int key, int end)
        {
            nint at = ((((nint)sample * a.Keys) + key) * a.Stride) + ((nint)head * a.Width);
            for (; key < end && Sse.IsSupported; key++)
            {
                for (int d = 0; d < a.Width; d += 16)
                {
                    Sse.Prefetch1(a.K + at + d);
                    Sse.Prefetch1(a.V + at + d);
                }
                at += a.Stride;
            }
        }

        // State of a tile: packed queries [D, W], results [D, W], running maxima [W], running sums [W].
        private static void Start(in AttentionArguments a, int sample, int head, int query, float* state)
        {
            int width = AttentionTile<TVector, TLanes>.Width;
            int queries = Math.Min(width, a.Queries - query);
            float* q = a.Q + ((((nint)sample * a.Queries) + query) * a.Stride) + ((nint)head * a.Width);
            AttentionTile<TVector, TLanes>.PackQueries(q, a.Stride, queries, a.Width, a.Scale * AttentionTile<TVector, TLanes>.Log2E, state);
            nint panel = (nint)a.Width * width;
            new Span<float>(state + panel, (int)panel).Clear();
            new Span<float>(state + (2 * panel), width).Fill(AttentionTile<TVector, TLanes>.Lowest);
            new Span<float>(state + (2 * panel) + width, width).Clear();
        }

        private static void Step(
            in AttentionArguments a, int head, int query, in Block b, float* state, float* scores, float* scratch, float* rescale)
        {
            int width = AttentionTile<TVector, TLanes>.Width;
            int queries = Math.Min(width, a.Queries - query);
            nint panel = (nint)a.Width * width;
            float* result = state + panel;
            float* max = state + (2 * panel);
            TileKernel<TVector, TLanes>.Multiply(b.Count, queries, b.K, b.Stride, 1, state, width, a.Width, scores, width, accumulate: false);
            if (!a.IsUnchanged(query, queries, b.Key, b.Count))
            {
                AttentionTile<TVector, TLanes>.ScalePositive(scores, b.Count, queries, a.DistanceFactors + query - b.Key);
            }
            if (a.Bias is not null || b.Kind == MaskKind.Mixed)
            {
                AttentionTile<TVector, TLanes>.BiasAndMask(a, head, query, queries, b.Key, b.Count, b.Kind, scores, scratch);
            }
            bool isRescaled = AttentionTile<TVector, TLanes>.Softmax(scores, b.Count, queries, max, max + width, rescale);
            if (isRescaled && b.Key > 0)
            {
                AttentionTile<TVector, TLanes>.ScaleColumns(result, a.Width, queries, rescale);
            }
            TileKernel<TVector, TLanes>.Multiply(a.Width, queries, b.V, 1, b.Stride, scores, width, b.Count, result, width, accumulate: true);
        }

        private static void Finish(in AttentionArguments a, int sample, int head, int query, float* state, float* inverse)
        {
            int width = AttentionTile<TVector, TLanes>.Width;
            int queries = Math.Min(width, a.Queries - query);
            nint panel = (nint)a.Width * width;
            float* result = state + panel;
            float* max = state + (2 * panel);
            float* sum = max + width;
            for (int i = 0; i < width; i++)
            {
                inverse[i] = sum[i] > 0f ? 1f / sum[i] : 0f;
            }
            AttentionTile<TVector, TLanes>.ScaleColumns(result, a.Width, queries, inverse);
            float* y = a.Y + ((((nint)sample * a.Queries) + query) * a.Stride) + ((nint)head * a.Width);
            GemmPacking.Transpose(result, width, a.Width, queries, y, a.Stride);
            if (a.LogSumExp is not null)
            {
                float* to = a.LogSumExp + ((((nint)sample * a.Heads) + head) * a.Queries) + query;
                for (int i = 0; i < queries; i++)
                {
                    to[i] = sum[i] > 0f ? (max[i] * AttentionTile<TVector, TLanes>.Ln2) + MathF.Log(sum[i]) : 0f;
                }
            }
        }
    }

    /// <summary>Some keys and values of one head.</summary>
    private struct Block
    {
        public int Key;
        public int Count;
        public float* K;
        public float* V;

        /// <summary>Floats between keys.</summary>
        public nint Stride;
        public MaskKind Kind;
    }
}
