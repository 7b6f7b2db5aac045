using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// The inner loops of convolution on 512-bit vectors: M destination channels by N vectors of flat positions, summed in
/// M * N registers over all (channel, tap) pairs. Every result is one chain of fused multiply-adds in the order of the weights,
/// so it does not depend on the kernel's shape or the vector width.
/// </summary>
internal static unsafe class ConvolutionKernel512
{
    /// <summary>
    /// Sums for <paramref name="rows"/> (8 or 4) destination channels over <paramref name="vectors"/> vectors of 16 positions.
    /// </summary>
    /// <param name="w">Weights [depth][rows].</param>
    /// <param name="offsets">Offset of each (channel, tap) from the position.</param>
    /// <param name="depth">Number of offsets.</param>
    /// <param name="x">Slab at the first position.</param>
    /// <param name="y">Results at the first position.</param>
    /// <param name="yStride">From one destination channel to the next.</param>
    /// <param name="start">What the sums start with, one value a channel; null to continue those in <paramref name="y"/>.</param>
    /// <param name="rows">8 or 4.</param>
    /// <param name="vectors">Number of vectors.</param>
    public static void Run(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start, int rows, int vectors)
    {
        if (rows == 8)
        {
            for (; vectors >= 3; vectors -= 3, x += 48, y += 48)
            {
                Run8x3(w, offsets, depth, x, y, yStride, start);
            }
            if (vectors == 2)
            {
                Run8x2(w, offsets, depth, x, y, yStride, start);
            }
            else if (vectors == 1)
            {
                Run8x1(w, offsets, depth, x, y, yStride, start);
            }
            return;
        }
        for (; vectors >= 6; vectors -= 6, x += 96, y += 96)
        {
            Run4x6(w, offsets, depth, x, y, yStride, start);
        }
        for (; vectors >= 2; vectors -= 2, x += 32, y += 32)
        {
            Run4x2(w, offsets, depth, x, y, yStride, start);
        }
        if (vectors == 1)
        {
            Run4x1(w, offsets, depth, x, y, yStride, start);
        }
    }

    private static void Run8x3(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start)
    {
        Vector512<float> c00, c01, c02;
        Vector512<float> c10, c11, c12;
        Vector512<float> c20, c21, c22;
        Vector512<float> c30, c31, c32;
        Vector512<float> c40, c41, c42;
        Vector512<float> c50, c51, c52;
        Vector512<float> c60, c61, c62;
        Vector512<float> c70, c71, c72;
        if (start is not null)
        {
            c00 = c01 = c02 = Vector512.Create(start[0]);
            c10 = c11 = c12 = Vector512.Create(start[1]);
            c20 = c21 = c22 = Vector512.Create(start[2]);
            c30 = c31 = c32 = Vector512.Create(start[3]);
            c40 = c41 = c42 = Vector512.Create(start[4]);
            c50 = c51 = c52 = Vector512.Create(start[5]);
            c60 = c61 = c62 = Vector512.Create(start[6]);
            c70 = c71 = c72 = Vector512.Create(start[7]);
        }
        else
        {
            float* from = y;
            c00 = Vector512.Load(from);
            c01 = Vector512.Load(from + 16);
            c02 = Vector512.Load(from + 32);
            from += yStride;
            c10 = Vector512.Load(from);
            c11 = Vector512.Load(from + 16);
            c12 = Vector512.Load(from + 32);
            from += yStride;
            c20 = Vector512.Load(from);
            c21 = Vector512.Load(from + 16);
            c22 = Vector512.Load(from + 32);
            from += yStride;
            c30 = Vector512.Load(from);
            c31 = Vector512.Load(from + 16);
            c32 = Vector512.Load(from + 32);
            from += yStride;
            c40 = Vector512.Load(from);
            c41 = Vector512.Load(from + 16);
            c42 = Vector512.Load(from + 32);
            from += yStride;
            c50 = Vector512.Load(from);
            c51 = Vector512.Load(from + 16);
            c52 = Vector512.Load(from + 32);
            from += yStride;
            c60 = Vector512.Load(from);
            c61 = Vector512.Load(from + 16);
            c62 = Vector512.Load(from + 32);
            from += yStride;
            c70 = Vector512.Load(from);
            c71 = Vector512.Load(from + 16);
            c72 = Vector512.Load(from + 32);
        }
        for (int* end = offsets + depth; offsets < end; offsets++)
        {
            float* b = x + *offsets;
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> b1 = Vector512.Load(b + 16);
            Vector512<float> b2 = Vector512.Load(b + 32);
            Vector512<float> a = Vector512.Create(w[0]);
            c00 = Vector512.FusedMultiplyAdd(a, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a, b1, c01);
            c02 = Vector512.FusedMultiplyAdd(a, b2, c02);
            a = Vector512.Create(w[1]);
            c10 = Vector512.FusedMultiplyAdd(a, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a, b1, c11);
            c12 = Vector512.FusedMultiplyAdd(a, b2, c12);
            a = Vector512.Create(w[2]);
            c20 = Vector512.FusedMultiplyAdd(a, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a, b1, c21);
            c22 = Vector512.FusedMultiplyAdd(a, b2, c22);
            a = Vector512.Create(w[3]);
            c30 = Vector512.FusedMultiplyAdd(a, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a, b1, c31);
            c32 = Vector512.FusedMultiplyAdd(a, b2, c32);
            a = Vector512.Create(w[4]);
            c40 = Vector512.FusedMultiplyAdd(a, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(a, b1, c41);
            c42 = Vector512.FusedMultiplyAdd(a, b2, c42);
            a = Vector512.Create(w[5]);
            c50 = Vector512.FusedMultiplyAdd(a, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(a, b1, c51);
            c52 = Vector512.FusedMultiplyAdd(a, b2, c52);
            a = Vector512.Create(w[6]);
            c60 = Vector512.FusedMultiplyAdd(a, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(a, b1, c61);
            c62 = Vector512.FusedMultiplyAdd(a, b2, c62);
            a = Vector512.Create(w[7]);
            c70 = Vector512.FusedMultiplyAdd(a, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(a, b1, c71);
            c72 = Vector512.FusedMultiplyAdd(a, b2, c72);
            w += 8;
        }
        c00.Store(y);
        c01.Store(y + 16);
        c02.Store(y + 32);
        y += yStride;
        c10.Store(y);
        c11.Store(y + 16);
        c12.Store(y + 32);
        y += yStride;
        c20.Store(y);
        c21.Store(y + 16);
        c22.Store(y + 32);
        y += yStride;
        c30.Store(y);
        c31.Store(y + 16);
        c32.Store(y + 32);
        y += yStride;
        c40.Store(y);
        c41.Store(y + 16);
        c42.Store(y + 32);
        y += yStride;
        c50.Store(y);
        c51.Store(y + 16);
        c52.Store(y + 32);
        y += yStride;
        c60.Store(y);
        c61.Store(y + 16);
        c62.Store(y + 32);
        y += yStride;
        c70.Store(y);
        c71.Store(y + 16);
        c72.Store(y + 32);
    }

    private static void Run8x2(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start)
    {
        Vector512<float> c00, c01;
        Vector512<float> c10, c11;
        Vector512<float> c20, c21;
        Vector512<float> c30, c31;
        Vector512<float> c40, c41;
        Vector512<float> c50, c51;
        Vector512<float> c60, c61;
        Vector512<float> c70, c71;
        if (start is not null)
        {
            c00 = c01 = Vector512.Create(start[0]);
            c10 = c11 = Vector512.Create(start[1]);
            c20 = c21 = Vector512.Create(start[2]);
            c30 = c31 = Vector512.Create(start[3]);
            c40 = c41 = Vector512.Create(start[4]);
            c50 = c51 = Vector512.Create(start[5]);
            c60 = c61 = Vector512.Create(start[6]);
            c70 = c71 = Vector512.Create(start[7]);
        }
        else
        {
            float* from = y;
            c00 = Vector512.Load(from);
            c01 = Vector512.Load(from + 16);
            from += yStride;
            c10 = Vector512.Load(from);
            c11 = Vector512.Load(from + 16);
            from += yStride;
            c20 = Vector512.Load(from);
            c21 = Vector512.Load(from + 16);
            from += yStride;
            c30 = Vector512.Load(from);
            c31 = Vector512.Load(from + 16);
            from += yStride;
            c40 = Vector512.Load(from);
            c41 = Vector512.Load(from + 16);
            from += yStride;
            c50 = Vector512.Load(from);
            c51 = Vector512.Load(from + 16);
            from += yStride;
            c60 = Vector512.Load(from);
            c61 = Vector512.Load(from + 16);
            from += yStride;
            c70 = Vector512.Load(from);
            c71 = Vector512.Load(from + 16);
        }
        for (int* end = offsets + depth; offsets < end; offsets++)
        {
            float* b = x + *offsets;
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> b1 = Vector512.Load(b + 16);
            Vector512<float> a = Vector512.Create(w[0]);
            c00 = Vector512.FusedMultiplyAdd(a, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a, b1, c01);
            a = Vector512.Create(w[1]);
            c10 = Vector512.FusedMultiplyAdd(a, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a, b1, c11);
            a = Vector512.Create(w[2]);
            c20 = Vector512.FusedMultiplyAdd(a, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a, b1, c21);
            a = Vector512.Create(w[3]);
            c30 = Vector512.FusedMultiplyAdd(a, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a, b1, c31);
            a = Vector512.Create(w[4]);
            c40 = Vector512.FusedMultiplyAdd(a, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(a, b1, c41);
            a = Vector512.Create(w[5]);
            c50 = Vector512.FusedMultiplyAdd(a, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(a, b1, c51);
            a = Vector512.Create(w[6]);
            c60 = Vector512.FusedMultiplyAdd(a, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(a, b1, c61);
            a = Vector512.Create(w[7]);
            c70 = Vector512.FusedMultiplyAdd(a, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(a, b1, c71);
            w += 8;
        }
        c00.Store(y);
        c01.Store(y + 16);
        y += yStride;
        c10.Store(y);
        c11.Store(y + 16);
        y += yStride;
        c20.Store(y);
        c21.Store(y + 16);
        y += yStride;
        c30.Store(y);
        c31.Store(y + 16);
        y += yStride;
        c40.Store(y);
        c41.Store(y + 16);
        y += yStride;
        c50.Store(y);
        c51.Store(y + 16);
        y += yStride;
        c60.Store(y);
        c61.Store(y + 16);
        y += yStride;
        c70.Store(y);
        c71.Store(y + 16);
    }

    private static void Run8x1(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start)
    {
        Vector512<float> c00;
        Vector512<float> c10;
        Vector512<float> c20;
        Vector512<float> c30;
        Vector512<float> c40;
        Vector512<float> c50;
        Vector512<float> c60;
        Vector512<float> c70;
        if (start is not null)
        {
            c00 = Vector512.Create(start[0]);
            c10 = Vector512.Create(start[1]);
            c20 = Vector512.Create(start[2]);
            c30 = Vector512.Create(start[3]);
            c40 = Vector512.Create(start[4]);
            c50 = Vector512.Create(start[5]);
            c60 = Vector512.Create(start[6]);
            c70 = Vector512.Create(start[7]);
        }
        else
        {
            float* from = y;
            c00 = Vector512.Load(from);
            from += yStride;
            c10 = Vector512.Load(from);
            from += yStride;
            c20 = Vector512.Load(from);
            from += yStride;
            c30 = Vector512.Load(from);
            from += yStride;
            c40 = Vector512.Load(from);
            from += yStride;
            c50 = Vector512.Load(from);
            from += yStride;
            c60 = Vector512.Load(from);
            from += yStride;
            c70 = Vector512.Load(from);
        }
        for (int* end = offsets + depth; offsets < end; offsets++)
        {
            float* b = x + *offsets;
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> a = Vector512.Create(w[0]);
            c00 = Vector512.FusedMultiplyAdd(a, b0, c00);
            a = Vector512.Create(w[1]);
            c10 = Vector512.FusedMultiplyAdd(a, b0, c10);
            a = Vector512.Create(w[2]);
            c20 = Vector512.FusedMultiplyAdd(a, b0, c20);
            a = Vector512.Create(w[3]);
            c30 = Vector512.FusedMultiplyAdd(a, b0, c30);
            a = Vector512.Create(w[4]);
            c40 = Vector512.FusedMultiplyAdd(a, b0, c40);
            a = Vector512.Create(w[5]);
            c50 = Vector512.FusedMultiplyAdd(a, b0, c50);
            a = Vector512.Create(w[6]);
            c60 = Vector512.FusedMultiplyAdd(a, b0, c60);
            a = Vector512.Create(w[7]);
            c70 = Vector512.FusedMultiplyAdd(a, b0, c70);
            w += 8;
        }
        c00.Store(y);
        y += yStride;
        c10.Store(y);
        y += yStride;
        c20.Store(y);
        y += yStride;
        c30.Store(y);
        y += yStride;
        c40.Store(y);
        y += yStride;
        c50.Store(y);
        y += yStride;
        c60.Store(y);
        y += yStride;
        c70.Store(y);
    }

    private static void Run4x6(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start)
    {
        Vector512<float> c00, c01, c02, c03, c04, c05;
        Vector512<float> c10, c11, c12, c13, c14, c15;
        Vector512<float> c20, c21, c22, c23, c24, c25;
        Vector512<float> c30, c31, c32, c33, c34, c35;
        if (start is not null)
        {
            c00 = c01 = c02 = c03 = c04 = c05 = Vector512.Create(start[0]);
            c10 = c11 = c12 = c13 = c14 = c15 = Vector512.Create(start[1]);
            c20 = c21 = c22 = c23 = c24 = c25 = Vector512.Create(start[2]);
            c30 = c31 = c32 = c33 = c34 = c35 = Vector512.Create(start[3]);
        }
        else
        {
            float* from = y;
            c00 = Vector512.Load(from);
            c01 = Vector512.Load(from + 16);
            c02 = Vector512.Load(from + 32);
            c03 = Vector512.Load(from + 48);
            c04 = Vector512.Load(from + 64);
            c05 = Vector512.Load(from + 80);
            from += yStride;
            c10 = Vector512.Load(from);
            c11 = Vector512.Load(from + 16);
            c12 = Vector512.Load(from + 32);
            c13 = Vector512.Load(from + 48);
            c14 = Vector512.Load(from + 64);
            c15 = Vector512.Load(from + 80);
            from += yStride;
            c20 = Vector512.Load(from);
            c21 = Vector512.Load(from + 16);
            c22 = Vector512.Load(from + 32);
            c23 = Vector512.Load(from + 48);
            c24 = Vector512.Load(from + 64);
            c25 = Vector512.Load(from + 80);
            from += yStride;
            c30 = Vector512.Load(from);
            c31 = Vector512.Load(from + 16);
            c32 = Vector512.Load(from + 32);
            c33 = Vector512.Load(from + 48);
            c34 = Vector512.Load(from + 64);
            c35 = Vector512.Load(from + 80);
        }
        for (int* end = offsets + depth; offsets < end; offsets++)
        {
            float* b = x + *offsets;
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> b1 = Vector512.Load(b + 16);
            Vector512<float> b2 = Vector512.Load(b + 32);
            Vector512<float> b3 = Vector512.Load(b + 48);
            Vector512<float> b4 = Vector512.Load(b + 64);
            Vector512<float> b5 = Vector512.Load(b + 80);
            Vector512<float> a = Vector512.Create(w[0]);
            c00 = Vector512.FusedMultiplyAdd(a, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a, b1, c01);
            c02 = Vector512.FusedMultiplyAdd(a, b2, c02);
            c03 = Vector512.FusedMultiplyAdd(a, b3, c03);
            c04 = Vector512.FusedMultiplyAdd(a, b4, c04);
            c05 = Vector512.FusedMultiplyAdd(a, b5, c05);
            a = Vector512.Create(w[1]);
            c10 = Vector512.FusedMultiplyAdd(a, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a, b1, c11);
            c12 = Vector512.FusedMultiplyAdd(a, b2, c12);
            c13 = Vector512.FusedMultiplyAdd(a, b3, c13);
            c14 = Vector512.FusedMultiplyAdd(a, b4, c14);
            c15 = Vector512.FusedMultiplyAdd(a, b5, c15);
            a = Vector512.Create(w[2]);
            c20 = Vector512.FusedMultiplyAdd(a, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a, b1, c21);
            c22 = Vector512.FusedMultiplyAdd(a, b2, c22);
            c23 = Vector512.FusedMultiplyAdd(a, b3, c23);
            c24 = Vector512.FusedMultiplyAdd(a, b4, c24);
            c25 = Vector512.FusedMultiplyAdd(a, b5, c25);
            a = Vector512.Create(w[3]);
            c30 = Vector512.FusedMultiplyAdd(a, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a, b1, c31);
            c32 = Vector512.FusedMultiplyAdd(a, b2, c32);
            c33 = Vector512.FusedMultiplyAdd(a, b3, c33);
            c34 = Vector512.FusedMultiplyAdd(a, b4, c34);
            c35 = Vector512.FusedMultiplyAdd(a, b5, c35);
            w += 4;
        }
        c00.Store(y);
        c01.Store(y + 16);
        c02.Store(y + 32);
        c03.Store(y + 48);
        c04.Store(y + 64);
        c05.Store(y + 80);
        y += yStride;
        c10.Store(y);
        c11.Store(y + 16);
        c12.Store(y + 32);
        c13.Store(y + 48);
        c14.Store(y + 64);
        c15.Store(y + 80);
        y += yStride;
        c20.Store(y);
        c21.Store(y + 16);
        c22.Store(y + 32);
        c23.Store(y + 48);
        c24.Store(y + 64);
        c25.Store(y + 80);
        y += yStride;
        c30.Store(y);
        c31.Store(y + 16);
        c32.Store(y + 32);
        c33.Store(y + 48);
        c34.Store(y + 64);
        c35.Store(y + 80);
    }

    private static void Run4x2(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start)
    {
        Vector512<float> c00, c01;
        Vector512<float> c10, c11;
        Vector512<float> c20, c21;
        Vector512<float> c30, c31;
        if (start is not null)
        {
            c00 = c01 = Vector512.Create(start[0]);
            c10 = c11 = Vector512.Create(start[1]);
            c20 = c21 = Vector512.Create(start[2]);
            c30 = c31 = Vector512.Create(start[3]);
        }
        else
        {
            float* from = y;
            c00 = Vector512.Load(from);
            c01 = Vector512.Load(from + 16);
            from += yStride;
            c10 = Vector512.Load(from);
            c11 = Vector512.Load(from + 16);
            from += yStride;
            c20 = Vector512.Load(from);
            c21 = Vector512.Load(from + 16);
            from += yStride;
            c30 = Vector512.Load(from);
            c31 = Vector512.Load(from + 16);
        }
        for (int* end = offsets + depth; offsets < end; offsets++)
        {
            float* b = x + *offsets;
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> b1 = Vector512.Load(b + 16);
            Vector512<float> a = Vector512.Create(w[0]);
            c00 = Vector512.FusedMultiplyAdd(a, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a, b1, c01);
            a = Vector512.Create(w[1]);
            c10 = Vector512.FusedMultiplyAdd(a, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a, b1, c11);
            a = Vector512.Create(w[2]);
            c20 = Vector512.FusedMultiplyAdd(a, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a, b1, c21);
            a = Vector512.Create(w[3]);
            c30 = Vector512.FusedMultiplyAdd(a, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a, b1, c31);
            w += 4;
        }
        c00.Store(y);
        c01.Store(y + 16);
        y += yStride;
        c10.Store(y);
        c11.Store(y + 16);
        y += yStride;
        c20.Store(y);
        c21.Store(y + 16);
        y += yStride;
        c30.Store(y);
        c31.Store(y + 16);
    }

    private static void Run4x1(float* w, int* offsets, int depth, float* x, float* y, long yStride, float* start)
    {
        Vector512<float> c00;
        Vector512<float> c10;
        Vector512<float> c20;
        Vector512<float> c30;
        if (start is not null)
        {
            c00 = Vector512.Create(start[0]);
            c10 = Vector512.Create(start[1]);
            c20 = Vector512.Create(start[2]);
            c30 = Vector512.Create(start[3]);
        }
        else
        {
            float* from = y;
            c00 = Vector512.Load(from);
            from += yStride;
            c10 = Vector512.Load(from);
            from += yStride;
            c20 = Vector512.Load(from);
            from += yStride;
            c30 = Vector512.Load(from);
        }
        for (int* end = offsets + depth; offsets < end; offsets++)
        {
            float* b = x + *offsets;
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> a = Vector512.Create(w[0]);
            c00 = Vector512.FusedMultiplyAdd(a, b0, c00);
            a = Vector512.Create(w[1]);
            c10 = Vector512.FusedMultiplyAdd(a, b0, c10);
            a = Vector512.Create(w[2]);
            c20 = Vector512.FusedMultiplyAdd(a, b0, c20);
            a = Vector512.Create(w[3]);
            c30 = Vector512.FusedMultiplyAdd(a, b0, c30);
            w += 4;
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
