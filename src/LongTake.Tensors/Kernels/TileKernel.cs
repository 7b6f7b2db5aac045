using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// The innermost loops of every matrix product: a tile of C, 8, 4 or 1 rows by up to three registers, stays in registers
/// while the depth is walked. Element (r, k) of A is read as <c>a[r * rs + k * ks]</c> and broadcast, so A may be stored
/// by rows, by columns or packed; row k of B is up to three registers at <c>b + k * bs</c>.
/// </summary>
/// <remarks>
/// 8 x 3 needs 24 accumulators, 3 registers of B and 1 of A, and per step 11 loads for 24 multiply-adds. Accumulators are
/// separate locals, and nothing in these methods may take a stack buffer or an address: the JIT would spill them.
/// </remarks>
/// <typeparam name="TVector">Register type.</typeparam>
/// <typeparam name="TLanes">Its operations.</typeparam>
internal static unsafe partial class TileKernel<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Columns of the widest tile.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3 * TLanes.Count;
    }

    /// <summary>
    /// C[rows, columns] = A[rows, depth] B[depth, columns], or += when <paramref name="accumulate"/>. Columns are rounded up
    /// to whole registers: B and C must have room for that.
    /// </summary>
    public static void Multiply(
        int rows, int columns, float* a, nint rs, nint ks, float* b, nint bs, nint depth, float* c, nint cs, bool accumulate)
    {
        int width = TLanes.Count;
        while (columns > 2 * width)
        {
            RowsThree(rows, a, rs, ks, b, bs, depth, c, cs, accumulate);
            b += 3 * width;
            c += 3 * width;
            columns -= 3 * width;
        }
        if (columns > width)
        {
            RowsTwo(rows, a, rs, ks, b, bs, depth, c, cs, accumulate);
        }
        else if (columns > 0)
        {
            RowsOne(rows, a, rs, ks, b, bs, depth, c, cs, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsThree(int rows, float* a, nint rs, nint ks, float* b, nint bs, nint depth, float* c, nint cs, bool accumulate)
    {
        for (; rows >= 8; rows -= 8)
        {
            if (TLanes.HasManyRegisters)
            {
                Three8(a, rs, ks, b, bs, depth, c, cs, accumulate);
            }
            else
            {
                Three4(a, rs, ks, b, bs, depth, c, cs, accumulate);
                Three4(a + (4 * rs), rs, ks, b, bs, depth, c + (4 * cs), cs, accumulate);
            }
            a += 8 * rs;
            c += 8 * cs;
        }
        if (rows >= 4)
        {
            Three4(a, rs, ks, b, bs, depth, c, cs, accumulate);
            a += 4 * rs;
            c += 4 * cs;
            rows -= 4;
        }
        for (; rows > 0; rows--)
        {
            Three1(a, ks, b, bs, depth, c, accumulate);
            a += rs;
            c += cs;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsTwo(int rows, float* a, nint rs, nint ks, float* b, nint bs, nint depth, float* c, nint cs, bool accumulate)
    {
        for (; rows >= 8; rows -= 8)
        {
            if (TLanes.HasManyRegisters)
            {
                Two8(a, rs, ks, b, bs, depth, c, cs, accumulate);
            }
            else
            {
                Two4(a, rs, ks, b, bs, depth, c, cs, accumulate);
                Two4(a + (4 * rs), rs, ks, b, bs, depth, c + (4 * cs), cs, accumulate);
            }
            a += 8 * rs;
            c += 8 * cs;
        }
        if (rows >= 4)
        {
            Two4(a, rs, ks, b, bs, depth, c, cs, accumulate);
            a += 4 * rs;
            c += 4 * cs;
            rows -= 4;
        }
        for (; rows > 0; rows--)
        {
            Two1(a, ks, b, bs, depth, c, accumulate);
            a += rs;
            c += cs;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowsOne(int rows, float* a, nint rs, nint ks, float* b, nint bs, nint depth, float* c, nint cs, bool accumulate)
    {
        for (; rows >= 8; rows -= 8)
        {
            if (TLanes.HasManyRegisters)
            {
                One8(a, rs, ks, b, bs, depth, c, cs, accumulate);
            }
            else
            {
                One4(a, rs, ks, b, bs, depth, c, cs, accumulate);
                One4(a + (4 * rs), rs, ks, b, bs, depth, c + (4 * cs), cs, accumulate);
            }
            a += 8 * rs;
            c += 8 * cs;
        }
        if (rows >= 4)
        {
            One4(a, rs, ks, b, bs, depth, c, cs, accumulate);
            a += 4 * rs;
            c += 4 * cs;
            rows -= 4;
        }
        for (; rows > 0; rows--)
        {
            One1(a, ks, b, bs, depth, c, accumulate);
            a += rs;
            c += cs;
        }
    }
}
