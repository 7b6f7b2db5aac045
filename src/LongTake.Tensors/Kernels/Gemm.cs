using System.Runtime.CompilerServices;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>One matrix product C = A B (or C += A B), M x N over a depth of K, and what follows it.</summary>
internal unsafe struct GemmArguments
{
    public int M;
    public int N;
    public int K;

    /// <summary>Element (m, k) is <c>A[m * ARowStride + k * ADepthStride]</c>; one of the strides is 1.</summary>
    public float* A;

    public nint ARowStride;
    public nint ADepthStride;

    /// <summary>Stored [K, N], or [N, K] when <see cref="IsBTransposed"/>.</summary>
    public void* B;

    public DType BType;

    /// <summary>What elements of B are multiplied by where they are widened; read for 8-bit types alone.</summary>
    public float BScale;

    public nint BStride;
    public bool IsBTransposed;

    /// <summary>B as panels in its storage type, made by <see cref="PackedWeight"/>; or null.</summary>
    public void* PackedB;

    public float* C;
    public nint CStride;
    public bool Accumulate;
    public GemmEpilogue Epilogue;
}

/// <summary>Blocked, parallel matrix products over <see cref="TileKernel{TVector, TLanes}"/>.</summary>
/// <remarks>
/// B is packed into panels of three registers' width (once, if it is a frozen weight); A is read where it lies. The work is
/// cut into blocks of rows times groups of panels; a block walks the depth in steps that keep its rows and one panel in
/// the second-level cache. Each element is summed in the order of the depth whatever the cut, so results depend on neither
/// threads nor block sizes of M and N.
/// </remarks>
internal static unsafe class Gemm<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    private const int DepthBlock = 768;
    private const int RowBlock = 144;
    private const int TargetPieces = 32;

    // From so many rows on there are two blocks, though one would do: two threads then keep to their own rows (two samples
    // under guidance, say) from one product to the next.
    private const int SplitRows = 96;

    // Where rows of A are gathered first, narrower blocks of rows and fewer groups of panels: gathered once, used often.
    private const int GatheredRowBlock = 48;
    private const int GatheredTargetPieces = 12;
    private const long PieceWork = 1 << 18;
    private const long PackedBytes = 16 << 20;

    public static int PanelWidth => TileKernel<TVector, TLanes>.Width;

    /// <summary>Computes the product.</summary>
    public static void Run(WorkerPool workers, in GemmArguments arguments)
    {
        if (arguments.M == 0 || arguments.N == 0)
        {
            return;
        }
        int panels = Divide(arguments.N, PanelWidth);
        if (arguments.PackedB is not null)
        {
            Multiply(workers, arguments, arguments.PackedB, arguments.BType, 0, panels);
            return;
        }
        long panelBytes = (long)arguments.K * PanelWidth * sizeof(float);
        int group = (int)Math.Clamp(PackedBytes / Math.Max(panelBytes, 1), 1, panels);
        NativeBuffer buffer = NativeMemoryPool.Shared.Rent(group * panelBytes);
        try
        {
            for (int first = 0; first < panels; first += group)
            {
                int count = Math.Min(group, panels - first);
                PackJob pack = new() { Arguments = arguments, Packed = (float*)buffer.Address, FirstPanel = first };
                pack.Chunks = Divide(arguments.K, DepthBlock);
                workers.Run(ref pack, count * pack.Chunks);
                Multiply(workers, arguments, buffer.Address, DType.F32, first, count);
            }
        }
        finally
        {
            NativeMemoryPool.Shared.Return(buffer);
        }
    }

    private static void Multiply(WorkerPool workers, in GemmArguments arguments, void* packed, DType type, int firstPanel, int panels)
    {
        long work = (long)arguments.M * arguments.K * panels * PanelWidth;
        bool isGathered = arguments.ADepthStride != 1;
        int pieces = (int)Math.Clamp(work / PieceWork, 1, isGathered ? GatheredTargetPieces : TargetPieces);
        MultiplyJob job = new() { Arguments = arguments, Packed = (byte*)packed, Type = type, FirstPanel = firstPanel, Panels = panels };
        int rowBlocks = Divide(arguments.M, isGathered ? GatheredRowBlock : RowBlock);
        if (rowBlocks == 1 && arguments.M >= SplitRows)
        {
            rowBlocks = 2;
        }
        job.Rows = (Divide(arguments.M, rowBlocks) + 7) & ~7;
        rowBlocks = Divide(arguments.M, job.Rows);
        job.PanelsPerGroup = Divide(panels, Math.Clamp(Divide(pieces, rowBlocks), 1, panels));
        job.Groups = Divide(panels, job.PanelsPerGroup);
        int steps = Math.Max(1, Divide(arguments.K, DepthBlock));
        job.DepthStep = Math.Max(1, Divide(arguments.K, steps));
        workers.Run(ref job, rowBlocks * job.Groups);
    }

    private static int Divide(int a, int b) => (a + b - 1) / b;

    private struct PackJob : IParallelJob
    {
        public GemmArguments Arguments;
        public float* Packed;
        public int FirstPanel;
        public int Chunks;

        public readonly void Run(int index)
        {
            int panel = index / Chunks;
            int start = index % Chunks * DepthBlock;
            int column = (FirstPanel + panel) * PanelWidth;
            int size = Arguments.BType.Size();
            byte* source = (byte*)Arguments.B + (column * (Arguments.IsBTransposed ? Arguments.BStride : 1) * size);
            GemmPacking.Pack(
                source,
                Arguments.BType,
                Arguments.BStride,
                Arguments.IsBTransposed,
                Math.Min(PanelWidth, Arguments.N - column),
                start,
                Math.Min(start + DepthBlock, Arguments.K),
                Packed + ((nint)panel * Arguments.K * PanelWidth),
                PanelWidth,
                Arguments.BType.IsFloat8() ? Arguments.BScale : 1f);
        }
    }

    private struct MultiplyJob : IParallelJob
    {
        public GemmArguments Arguments;
        public byte* Packed;
        public DType Type;
        public int FirstPanel;
        public int Panels;
        public int Rows;
        public int Groups;
        public int PanelsPerGroup;
        public int DepthStep;

        public readonly void Run(int index)
        {
            // Rows first: one thread's pieces then read and write the same rows as its pieces of the loop before.
            int row = index / Groups * Rows;
            int rows = Math.Min(Rows, Arguments.M - row);
            int first = index % Groups * PanelsPerGroup;
            int end = Math.Min(first + PanelsPerGroup, Panels);
            int width = PanelWidth;
            nint edge = 8 * width;
            nint widened = Type == DType.F32 ? 0 : (nint)DepthStep * width;
            nint gathered = Arguments.ADepthStride == 1 ? 0 : (nint)DepthStep * rows;
            NativeBuffer scratch = ThreadScratch.Rent((edge + widened + gathered) * sizeof(float));
            try
            {
                float* tile = (float*)scratch.Address;
                float* wide = tile + edge;
                float* left = wide + widened;
                int start = 0;
                do
                {
                    int depth = Math.Min(DepthStep, Arguments.K - start);
                    bool isLast = start + depth >= Arguments.K;
                    float* a = Arguments.A + (row * Arguments.ARowStride) + (start * Arguments.ADepthStride);
                    nint depthStride = Arguments.ADepthStride;
                    if (gathered > 0)
                    {
                        // A stored by columns: steps along the depth would each touch another page.
                        Gather(a, depthStride, depth, rows, left);
                        a = left;
                        depthStride = rows;
                    }
                    for (int p = first; p < end; p++)
                    {
                        nint offset = (((nint)p * Arguments.K) + start) * width;
                        float* panel = (float*)Packed + offset;
                        if (Type != DType.F32)
                        {
                            GemmPacking.Widen<TVector, TLanes>(Packed + (offset * Type.Size()), Type, Arguments.BScale, (nint)depth * width, wide);
                            panel = wide;
                        }
                        int column = (FirstPanel + p) * width;
                        int columns = Math.Min(width, Arguments.N - column);
                        Block(a, depthStride, row, rows, column, columns, start > 0, depth, panel, tile);
                        if (isLast && !Arguments.Epilogue.IsEmpty)
                        {
                            Arguments.Epilogue.Apply<TVector, TLanes>(Arguments.C, Arguments.CStride, row, rows, column, columns);
                        }
                    }
                    start += depth;
                }
                while (start < Arguments.K);
            }
            finally
            {
                ThreadScratch.Return(scratch);
            }
        }

        private static void Gather(float* source, nint stride, int depth, int rows, float* destination)
        {
            for (int k = 0; k < depth; k++)
            {
                Unsafe.CopyBlockUnaligned(destination, source, (uint)rows * sizeof(float));
                source += stride;
                destination += rows;
            }
        }

        private readonly void Block(
            float* a, nint depthStride, int row, int rows, int column, int columns, bool isContinued, int depth, float* panel, float* tile)
        {
            float* c = Arguments.C + (row * Arguments.CStride) + column;
            bool accumulate = Arguments.Accumulate || isContinued;
            int width = PanelWidth;
            if (columns == width)
            {
                TileKernel<TVector, TLanes>.Multiply(
                    rows, columns, a, Arguments.ARowStride, depthStride, panel, width, depth, c, Arguments.CStride, accumulate);
                return;
            }
            // The last panel is padded: its tiles go through a buffer.
            for (int m = 0; m < rows; m += 8)
            {
                int count = Math.Min(8, rows - m);
                float* from8 = a + (m * Arguments.ARowStride);
                TileKernel<TVector, TLanes>.Multiply(
                    count, columns, from8, Arguments.ARowStride, depthStride, panel, width, depth, tile, width, accumulate: false);
                for (int i = 0; i < count; i++)
                {
                    float* to = c + ((m + i) * Arguments.CStride);
                    float* from = tile + (i * width);
                    for (int n = 0; n < columns; n++)
                    {
                        to[n] = accumulate ? to[n] + from[n] : from[n];
                    }
                }
            }
        }
    }
}
