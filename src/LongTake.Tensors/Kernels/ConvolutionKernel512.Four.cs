using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

// Four destination channels by some vectors of positions: all sums live in registers.
internal static unsafe partial class ConvolutionKernel512
{
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
