using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

// Eight destination channels by the one or two vectors that are left at the end of a row of three.
internal static unsafe partial class ConvolutionKernel512
{
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
}
