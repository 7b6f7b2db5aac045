using System.Numerics;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// The inner loops of convolution on vectors of whatever width the processor has (256 or 128 bits): four destination
/// channels by three vectors fit sixteen registers. Same sums in the same order as <see cref="ConvolutionKernel512"/>.
/// </summary>
internal static unsafe class ConvolutionKernelPortable
{
    /// <summary>See <see cref="ConvolutionKernel512.Run"/>; <paramref name="positions"/> is a multiple of 16.</summary>
    public static void Run(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start, int rows, int positions)
    {
        int lanes = Vector<float>.Count;
        for (int row = 0; row < rows; row += 4)
        {
            float* from = start is null ? null : start + row;
            float* to = y + (row * yStride);
            int p = 0;
            for (; p + (3 * lanes) <= positions; p += 3 * lanes)
            {
                Run4x3(w + row, rows, offsets, depth, x + p, to + p, yStride, from);
            }
            for (; p < positions; p += lanes)
            {
                Run4x1(w + row, rows, offsets, depth, x + p, to + p, yStride, from);
            }
        }
    }

    private static void Run4x3(float* w, int wStride, int* offsets, int depth, float* x, float* y, long yStride, float* start)
    {
        int lanes = Vector<float>.Count;
        Vector<float> c00, c01, c02;
        Vector<float> c10, c11, c12;
        Vector<float> c20, c21, c22;
        Vector<float> c30, c31, c32;
        if (start is not null)
        {
            c00 = c01 = c02 = new Vector<float>(start[0]);
            c10 = c11 = c12 = new Vector<float>(start[1]);
            c20 = c21 = c22 = new Vector<float>(start[2]);
            c30 = c31 = c32 = new Vector<float>(start[3]);
        }
        else
        {
            float* from = y;
            c00 = Vector.Load(from);
            c01 = Vector.Load(from + lanes);
            c02 = Vector.Load(from + (2 * lanes));
            from += yStride;
            c10 = Vector.Load(from);
            c11 = Vector.Load(from + lanes);
            c12 = Vector.Load(from + (2 * lanes));
            from += yStride;
            c20 = Vector.Load(from);
            c21 = Vector.Load(from + lanes);
            c22 = Vector.Load(from + (2 * lanes));
            from += yStride;
            c30 = Vector.Load(from);
            c31 = Vector.Load(from + lanes);
            c32 = Vector.Load(from + (2 * lanes));
        }
        for (int* end = offsets + depth; offsets < end; offsets++)
        {
            float* b = x + *offsets;
            Vector<float> b0 = Vector.Load(b);
            Vector<float> b1 = Vector.Load(b + lanes);
            Vector<float> b2 = Vector.Load(b + (2 * lanes));
            Vector<float> a = new Vector<float>(w[0]);
            c00 = Vector.FusedMultiplyAdd(a, b0, c00);
            c01 = Vector.FusedMultiplyAdd(a, b1, c01);
            c02 = Vector.FusedMultiplyAdd(a, b2, c02);
            a = new Vector<float>(w[1]);
            c10 = Vector.FusedMultiplyAdd(a, b0, c10);
            c11 = Vector.FusedMultiplyAdd(a, b1, c11);
            c12 = Vector.FusedMultiplyAdd(a, b2, c12);
            a = new Vector<float>(w[2]);
            c20 = Vector.FusedMultiplyAdd(a, b0, c20);
            c21 = Vector.FusedMultiplyAdd(a, b1, c21);
            c22 = Vector.FusedMultiplyAdd(a, b2, c22);
            a = new Vector<float>(w[3]);
            c30 = Vector.FusedMultiplyAdd(a, b0, c30);
            c31 = Vector.FusedMultiplyAdd(a, b1, c31);
            c32 = Vector.FusedMultiplyAdd(a, b2, c32);
            w += wStride;
        }
        c00.Store(y);
        c01.Store(y + lanes);
        c02.Store(y + (2 * lanes));
        y += yStride;
        c10.Store(y);
        c11.Store(y + lanes);
        c12.Store(y + (2 * lanes));
        y += yStride;
        c20.Store(y);
        c21.Store(y + lanes);
        c22.Store(y + (2 * lanes));
        y += yStride;
        c30.Store(y);
        c31.Store(y + lanes);
        c32.Store(y + (2 * lanes));
    }

    private static void Run4x1(float* w, int wStride, int* offsets, int depth, float* x, float* y, long yStride, float* start)
    {
        Vector<float> c00;
        Vector<float> c10;
        Vector<float> c20;
        Vector<float> c30;
        if (start is not null)
        {
            c00 = new Vector<float>(start[0]);
            c10 = new Vector<float>(start[1]);
            c20 = new Vector<float>(start[2]);
            c30 = new Vector<float>(start[3]);
        }
        else
        {
            float* from = y;
            c00 = Vector.Load(from);
            from += yStride;
            c10 = Vector.Load(from);
            from += yStride;
            c20 = Vector.Load(from);
            from += yStride;
            c30 = Vector.Load(from);
        }
        for (int* end = offsets + depth; offsets < end; offsets++)
        {
            float* b = x + *offsets;
            Vector<float> b0 = Vector.Load(b);
            Vector<float> a = new Vector<float>(w[0]);
            c00 = Vector.FusedMultiplyAdd(a, b0, c00);
            a = new Vector<float>(w[1]);
            c10 = Vector.FusedMultiplyAdd(a, b0, c10);
            a = new Vector<float>(w[2]);
            c20 = Vector.FusedMultiplyAdd(a, b0, c20);
            a = new Vector<float>(w[3]);
            c30 = Vector.FusedMultiplyAdd(a, b0, c30);
            w += wStride;
        }
        c00.Store(y);
        y += yStride;
        c10.Store(y);
        y += yStride;
        c20.Store(y);
        y += yStride;
        c30.Store(y);
    }
}
