using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <content>Tiles two registers wide, of eight, four and one row. See the remarks on the class before touching them.</content>
internal static unsafe partial class TileKernel<TVector, TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two8(float* a, nint rs, nint ks, float* b, nint bs, nint depth, float* c, nint cs, bool accumulate)
    {
        int w = TLanes.Count;
        nint rs2 = 2 * rs;
        nint rs3 = 3 * rs;
        float* a4 = a + (4 * rs);
        TVector c00, c01;
        TVector c10, c11;
        TVector c20, c21;
        TVector c30, c31;
        TVector c40, c41;
        TVector c50, c51;
        TVector c60, c61;
        TVector c70, c71;
        if (accumulate)
        {
            c00 = TLanes.Load(c);
            c01 = TLanes.Load(c + w);
            c10 = TLanes.Load(c + cs);
            c11 = TLanes.Load(c + cs + w);
            c20 = TLanes.Load(c + (2 * cs));
            c21 = TLanes.Load(c + (2 * cs) + w);
            c30 = TLanes.Load(c + (3 * cs));
            c31 = TLanes.Load(c + (3 * cs) + w);
            c40 = TLanes.Load(c + (4 * cs));
            c41 = TLanes.Load(c + (4 * cs) + w);
            c50 = TLanes.Load(c + (5 * cs));
            c51 = TLanes.Load(c + (5 * cs) + w);
            c60 = TLanes.Load(c + (6 * cs));
            c61 = TLanes.Load(c + (6 * cs) + w);
            c70 = TLanes.Load(c + (7 * cs));
            c71 = TLanes.Load(c + (7 * cs) + w);
        }
        else
        {
            c00 = c01 = TLanes.Broadcast(0f);
            c10 = c11 = TLanes.Broadcast(0f);
            c20 = c21 = TLanes.Broadcast(0f);
            c30 = c31 = TLanes.Broadcast(0f);
            c40 = c41 = TLanes.Broadcast(0f);
            c50 = c51 = TLanes.Broadcast(0f);
            c60 = c61 = TLanes.Broadcast(0f);
            c70 = c71 = TLanes.Broadcast(0f);
        }
        for (; depth > 0; depth--)
        {
            TVector b0 = TLanes.Load(b);
            TVector b1 = TLanes.Load(b + w);
            TVector x0 = TLanes.Broadcast(*a);
            c00 = TLanes.MultiplyAdd(x0, b0, c00);
            c01 = TLanes.MultiplyAdd(x0, b1, c01);
            TVector x1 = TLanes.Broadcast(a[rs]);
            c10 = TLanes.MultiplyAdd(x1, b0, c10);
            c11 = TLanes.MultiplyAdd(x1, b1, c11);
            TVector x2 = TLanes.Broadcast(a[rs2]);
            c20 = TLanes.MultiplyAdd(x2, b0, c20);
            c21 = TLanes.MultiplyAdd(x2, b1, c21);
            TVector x3 = TLanes.Broadcast(a[rs3]);
            c30 = TLanes.MultiplyAdd(x3, b0, c30);
            c31 = TLanes.MultiplyAdd(x3, b1, c31);
            TVector x4 = TLanes.Broadcast(*a4);
            c40 = TLanes.MultiplyAdd(x4, b0, c40);
            c41 = TLanes.MultiplyAdd(x4, b1, c41);
            TVector x5 = TLanes.Broadcast(a4[rs]);
            c50 = TLanes.MultiplyAdd(x5, b0, c50);
            c51 = TLanes.MultiplyAdd(x5, b1, c51);
            TVector x6 = TLanes.Broadcast(a4[rs2]);
            c60 = TLanes.MultiplyAdd(x6, b0, c60);
            c61 = TLanes.MultiplyAdd(x6, b1, c61);
            TVector x7 = TLanes.Broadcast(a4[rs3]);
            c70 = TLanes.MultiplyAdd(x7, b0, c70);
            c71 = TLanes.MultiplyAdd(x7, b1, c71);
            a += ks;
            a4 += ks;
            b += bs;
        }
        TLanes.Store(c00, c);
        TLanes.Store(c01, c + w);
        TLanes.Store(c10, c + cs);
        TLanes.Store(c11, c + cs + w);
        TLanes.Store(c20, c + (2 * cs));
        TLanes.Store(c21, c + (2 * cs) + w);
        TLanes.Store(c30, c + (3 * cs));
        TLanes.Store(c31, c + (3 * cs) + w);
        TLanes.Store(c40, c + (4 * cs));
        TLanes.Store(c41, c + (4 * cs) + w);
        TLanes.Store(c50, c + (5 * cs));
        TLanes.Store(c51, c + (5 * cs) + w);
        TLanes.Store(c60, c + (6 * cs));
        TLanes.Store(c61, c + (6 * cs) + w);
        TLanes.Store(c70, c + (7 * cs));
        TLanes.Store(c71, c + (7 * cs) + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two4(float* a, nint rs, nint ks, float* b, nint bs, nint depth, float* c, nint cs, bool accumulate)
    {
        int w = TLanes.Count;
        nint rs2 = 2 * rs;
        nint rs3 = 3 * rs;
        TVector c00, c01;
        TVector c10, c11;
        TVector c20, c21;
        TVector c30, c31;
        if (accumulate)
        {
            c00 = TLanes.Load(c);
            c01 = TLanes.Load(c + w);
            c10 = TLanes.Load(c + cs);
            c11 = TLanes.Load(c + cs + w);
            c20 = TLanes.Load(c + (2 * cs));
            c21 = TLanes.Load(c + (2 * cs) + w);
            c30 = TLanes.Load(c + (3 * cs));
            c31 = TLanes.Load(c + (3 * cs) + w);
        }
        else
        {
            c00 = c01 = TLanes.Broadcast(0f);
            c10 = c11 = TLanes.Broadcast(0f);
            c20 = c21 = TLanes.Broadcast(0f);
            c30 = c31 = TLanes.Broadcast(0f);
        }
        for (; depth > 0; depth--)
        {
            TVector b0 = TLanes.Load(b);
            TVector b1 = TLanes.Load(b + w);
            TVector x0 = TLanes.Broadcast(*a);
            c00 = TLanes.MultiplyAdd(x0, b0, c00);
            c01 = TLanes.MultiplyAdd(x0, b1, c01);
            TVector x1 = TLanes.Broadcast(a[rs]);
            c10 = TLanes.MultiplyAdd(x1, b0, c10);
            c11 = TLanes.MultiplyAdd(x1, b1, c11);
            TVector x2 = TLanes.Broadcast(a[rs2]);
            c20 = TLanes.MultiplyAdd(x2, b0, c20);
            c21 = TLanes.MultiplyAdd(x2, b1, c21);
            TVector x3 = TLanes.Broadcast(a[rs3]);
            c30 = TLanes.MultiplyAdd(x3, b0, c30);
            c31 = TLanes.MultiplyAdd(x3, b1, c31);
            a += ks;
            b += bs;
        }
        TLanes.Store(c00, c);
        TLanes.Store(c01, c + w);
        TLanes.Store(c10, c + cs);
        TLanes.Store(c11, c + cs + w);
        TLanes.Store(c20, c + (2 * cs));
        TLanes.Store(c21, c + (2 * cs) + w);
        TLanes.Store(c30, c + (3 * cs));
        TLanes.Store(c31, c + (3 * cs) + w);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two1(float* a, nint ks, float* b, nint bs, nint depth, float* c, bool accumulate)
    {
        int w = TLanes.Count;
        TVector c00, c01;
        if (accumulate)
        {
            c00 = TLanes.Load(c);
            c01 = TLanes.Load(c + w);
        }
        else
        {
            c00 = c01 = TLanes.Broadcast(0f);
        }
        for (; depth > 0; depth--)
        {
            TVector b0 = TLanes.Load(b);
            TVector b1 = TLanes.Load(b + w);
            TVector x0 = TLanes.Broadcast(*a);
            c00 = TLanes.MultiplyAdd(x0, b0, c00);
            c01 = TLanes.MultiplyAdd(x0, b1, c01);
            a += ks;
            b += bs;
        }
        TLanes.Store(c00, c);
        TLanes.Store(c01, c + w);
    }
}
