using LongTake.Tensors.Memory;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// The backward pass of flash attention: scores are computed again tile by tile. A piece is one head of one sample (one
/// head of all samples when the bias wants a gradient, which they share), so that no two pieces add to the same memory.
/// </summary>
internal static unsafe class AttentionBackward<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Adds to the gradients for every sample and head.</summary>
    public static void Run(WorkerPool workers, in AttentionArguments arguments)
    {
        Job job = new() { Arguments = arguments };
        workers.Run(ref job, arguments.DBias is null ? arguments.Batch * arguments.Heads : arguments.Heads);
    }

    private struct Job : IParallelJob
    {
        public AttentionArguments Arguments;

        public readonly void Run(int index)
        {
            if (Arguments.DBias is null)
            {
                Head(Arguments, index / Arguments.Heads, index % Arguments.Heads);
                return;
            }
            for (int sample = 0; sample < Arguments.Batch; sample++)
            {
                Head(Arguments, sample, index);
            }
        }

        private static void Head(in AttentionArguments a, int sample, int head)
        {
            int width = AttentionTile<TVector, TLanes>.Width;
            int padded = (a.Width + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
            int tiles = (a.Queries + width - 1) / width;
            Work w = new()
            {
                Sample = sample,
                Head = head,
                Padded = padded,
                TileFloats = (3 * (nint)a.Width * width) + (2 * (nint)width * padded) + (2 * width),
            };
            nint block = (nint)a.KeyBlock * padded;
            nint score = (nint)a.KeyBlock * width;
            NativeBuffer buffer = ThreadScratch.Rent(((tiles * w.TileFloats) + (4 * block) + (3 * score)) * sizeof(float));
            try
            {
                w.Tiles = (float*)buffer.Address;
                w.Scores = w.Tiles + (tiles * w.TileFloats);
                w.Gradients = w.Scores + score;
                w.Scratch = w.Gradients + score;
                w.K = w.Scratch + score;
                w.V = w.K + block;
                w.Dk = w.V + block;
                w.Dv = w.Dk + block;
                for (int t = 0; t < tiles; t++)
                {
                    Start(a, w, t * width, w.Tiles + (t * w.TileFloats));
                }
                int keys = a.KeysOf(sample);
                for (int key = 0; key < keys; key += a.KeyBlock)
                {
                    Keys(a, w, tiles, key, Math.Min(a.KeyBlock, keys - key));
                }
                for (int t = 0; t < tiles && a.Dq is not null; t++)
                {
                    Finish(a, w, t * width, w.Tiles + (t * w.TileFloats));
                }
            }
            finally
            {
                ThreadScratch.Return(buffer);
            }
        }

        // A tile: queries [D, W] times scale and log2(e), dy [D, W], dq [D, W]; rows of scaled queries and of dy [W, Dp]; logSumExp [W], delta [W].
        private static void Start(in AttentionArguments a, in Work w, int query, float* tile)
        {
            int width = AttentionTile<TVector, TLanes>.Width;
            int queries = Math.Min(width, a.Queries - query);
            nint panel = (nint)a.Width * width;
            nint at = ((((nint)w.Sample * a.Queries) + query) * a.Stride) + ((nint)w.Head * a.Width);
            AttentionTile<TVector, TLanes>.PackQueries(a.Q + at, a.Stride, queries, a.Width, a.Scale * AttentionTile<TVector, TLanes>.Log2E, tile);
            AttentionTile<TVector, TLanes>.PackQueries(a.Dy + at, a.Stride, queries, a.Width, 1f, tile + panel);
            new Span<float>(tile + (2 * panel), (int)panel).Clear();
            float* rows = tile + (3 * panel);
            float* dyRows = rows + (width * w.Padded);
            AttentionTile<TVector, TLanes>.CopyRows(a.Q + at, a.Stride, queries, a.Width, rows, w.Padded);
            AttentionTile<TVector, TLanes>.Scale(rows, (nint)queries * w.Padded, a.Scale);
            AttentionTile<TVector, TLanes>.CopyRows(a.Dy + at, a.Stride, queries, a.Width, dyRows, w.Padded);
            float* logSumExp = dyRows + (width * w.Padded);
            float* delta = logSumExp + width;
            float* from = a.LogSumExp + ((((nint)w.Sample * a.Heads) + w.Head) * a.Queries) + query;
            for (int i = 0; i < width; i++)
            {
                logSumExp[i] = i < queries ? from[i] * AttentionTile<TVector, TLanes>.Log2E : 0f;
                float sum = 0f;
                for (int d = 0; d < a.Width && i < queries; d++)
                {
                    sum += a.Dy[at + (i * a.Stride) + d] * a.Y[at + (i * a.Stride) + d];
                }
                delta[i] = sum;
            }
        }

        private static void Keys(in AttentionArguments a, in Work w, int tiles, int key, int count)
        {
            int width = AttentionTile<TVector, TLanes>.Width;
            int padded = w.Padded;
            nint panel = (nint)a.Width * width;
            nint at = ((((nint)w.Sample * a.Keys) + key) * a.Stride) + ((nint)w.Head * a.Width);
            AttentionTile<TVector, TLanes>.CopyRows(a.K + at, a.Stride, count, a.Width, w.K, padded);
            AttentionTile<TVector, TLanes>.CopyRows(a.V + at, a.Stride, count, a.Width, w.V, padded);
            new Span<float>(w.Dk, count * padded).Clear();
            new Span<float>(w.Dv, count * padded).Clear();
            for (int t = 0; t < tiles; t++)
            {
                MaskKind kind = a.MaskKinds is null ? MaskKind.Open : a.MaskKinds[(t * a.KeyBlocks) + (key / a.KeyBlock)];
                if (kind == MaskKind.Closed)
                {
                    continue;
                }
                float* tile = w.Tiles + (t * w.TileFloats);
                float* rows = tile + (3 * panel);
                float* dyRows = rows + (width * padded);
                float* logSumExp = dyRows + (width * padded);
                int query = t * width;
                int queries = Math.Min(width, a.Queries - query);

                TileKernel<TVector, TLanes>.Multiply(count, queries, w.K, padded, 1, tile, width, a.Width, w.Scores, width, accumulate: false);
                if (a.Bias is not null || kind == MaskKind.Mixed)
                {
                    AttentionTile<TVector, TLanes>.BiasAndMask(a, w.Head, query, queries, key, count, kind, w.Scores, w.Scratch);
                }
                TileKernel<TVector, TLanes>.Multiply(count, queries, w.V, padded, 1, tile + panel, width, a.Width, w.Gradients, width, accumulate: false);
                AttentionTile<TVector, TLanes>.ScoreGradients(w.Scores, w.Gradients, count, queries, logSumExp, logSumExp + width);

                // dV += P dY and dK += dS Q (over queries), dQ += dS K (over keys), the last transposed.
                TileKernel<TVector, TLanes>.Multiply(count, a.Width, w.Scores, width, 1, dyRows, padded, queries, w.Dv, padded, accumulate: true);
                TileKernel<TVector, TLanes>.Multiply(count, a.Width, w.Gradients, width, 1, rows, padded, queries, w.Dk, padded, accumulate: true);
                TileKernel<TVector, TLanes>.Multiply(a.Width, queries, w.K, 1, padded, w.Gradients, width, count, tile + (2 * panel), width, accumulate: true);
                if (a.DBias is not null)
                {
                    AddBias(a, w, query, queries, key, count);
                }
            }
            AddRows(w.Dk, padded, count, a.Width, a.Dk is null ? null : a.Dk + at, a.Stride);
            AddRows(w.Dv, padded, count, a.Width, a.Dv is null ? null : a.Dv + at, a.Stride);
        }

        private static void AddBias(in AttentionArguments a, in Work w, int query, int queries, int key, int count)
        {
            int width = AttentionTile<TVector, TLanes>.Width;
            GemmPacking.Transpose(w.Gradients, width, count, queries, w.Scratch, a.KeyBlock);
            float* to = a.DBias + ((((nint)w.Head * a.Queries) + query) * a.Keys) + key;
            for (int q = 0; q < queries; q++)
            {
                ElementLoops.Add(w.Scratch + (q * a.KeyBlock), to + ((nint)q * a.Keys), count);
            }
        }

        private static void Finish(in AttentionArguments a, in Work w, int query, float* tile)
        {
            int width = AttentionTile<TVector, TLanes>.Width;
            int queries = Math.Min(width, a.Queries - query);
            nint panel = (nint)a.Width * width;
            float* dq = tile + (2 * panel);
            AttentionTile<TVector, TLanes>.Scale(dq, panel, a.Scale);
            float* rows = tile + (3 * panel);
            GemmPacking.Transpose(dq, width, a.Width, queries, rows, w.Padded);
            nint at = ((((nint)w.Sample * a.Queries) + query) * a.Stride) + ((nint)w.Head * a.Width);
            AddRows(rows, w.Padded, queries, a.Width, a.Dq + at, a.Stride);
        }

        private static void AddRows(float* from, int fromStride, int count, int width, float* to, nint toStride)
        {
            for (int i = 0; i < count && to is not null; i++)
            {
                ElementLoops.Add(from + ((nint)i * fromStride), to + (i * toStride), width);
            }
        }
    }

    /// <summary>Addresses of one head's scratch memory.</summary>
    private struct Work
    {
        public int Sample;
        public int Head;

        /// <summary>D, rounded up to whole registers.</summary>
        public int Padded;
        public nint TileFloats;
        public float* Tiles;
        public float* Scores;
        public float* Gradients;
        public float* Scratch;
        public float* K;
        public float* V;
        public float* Dk;
        public float* Dv;
    }
}
