using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <content>Tiles one register wide, of eight, four and one row. See the remarks on the class before touching them.</content>
internal static unsafe partial class TileKernel<TVector, TLanes>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One8(float* a, nint rs, nint ks, float* b, nint bs, nint depth, float* c, nint cs, bool accumulate)
    {
        nint rs2 = 2 * rs;
        nint rs3 = 3 * rs;
        float* a4 = a + (4 * rs);
        TVector c00;
        TVector c10;
        TVector c20;
        TVector c30;
        TVector c40;
        TVector c50;
        TVector c60;
        TVector c70;
        if (accumulate)
        {
            c00 = TLanes.Load(c);
            c10 = TLanes.Load(c + cs);
            c20 = TLanes.Load(c + (2 * cs));
            c30 = TLanes.Load(c + (3 * cs));
            c40 = TLanes.Load(c + (4 * cs));
            c50 = TLanes.Load(c + (5 * cs));
            c60 = TLanes.Load(c + (6 * cs));
            c70 = TLanes.Load(c + (7 * cs));
        }
        else
        {
            c00 = TLanes.Broadcast(0f);
            c10 = TLanes.Broadcast(0f);
            c20 = TLanes.Broadcast(0f);
            c30 = TLanes.Broadcast(0f);
            c40 = TLanes.Broadcast(0f);
            c50 = TLanes.Broadcast(0f);
            c60 = TLanes.Broadcast(0f);
            c70 = TLanes.Broadcast(0f);
        }
        for (; depth > 0; depth--)
        {
            TVector b0 = TLanes.Load(b);
            TVector x0 = TLanes.Broadcast(*a);
            c00 = TLanes.MultiplyAdd(x0, b0, c00);
            TVector x1 = TLanes.Broadcast(a[rs]);
            c10 = TLanes.MultiplyAdd(x1, b0, c10);
            TVector x2 = TLanes.Broadcast(a[rs2]);
            c20 = TLanes.MultiplyAdd(x2, b0, c20);
            TVector x3 = TLanes.Broadcast(a[rs3]);
            c30 = TLanes.MultiplyAdd(x3, b0, c30);
            TVector x4 = TLanes.Broadcast(*a4);
            c40 = TLanes.MultiplyAdd(x4, b0, c40);
            TVector x5 = TLanes.Broadcast(a4[rs]);
            c50 = TLanes.MultiplyAdd(x5, b0, c50);
            TVector x6 = TLanes.Broadcast(a4[rs2]);
            c60 = TLanes.MultiplyAdd(x6, b0, c60);
            TVector x7 = TLanes.Broadcast(a4[rs3]);
            c70 = TLanes.MultiplyAdd(x7, b0, c70);
            a += ks;
            a4 += ks;
            b += bs;
        }
        TLanes.Store(c00, c);
        TLanes.Store(c10, c + cs);
        TLanes.Store(c20, c + (2 * cs));
        TLanes.Store(c30, c + (3 * cs));
        TLanes.Store(c40, c + (4 * cs));
        TLanes.Store(c50, c + (5 * cs));
        TLanes.Store(c60, c + (6 * cs));
        TLanes.Store(c70, c + (7 * cs));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One4(float* a, nint rs, nint ks, float* b, nint bs, nint depth, float* c, nint cs, bool accumulate)
    {
        nint rs2 = 2 * rs;
        nint rs3 = 3 * rs;
        TVector c00;
        TVector c10;
        TVector c20;
        TVector c30;
        if (accumulate)
        {
            c00 = TLanes.Load(c);
            c10 = TLanes.Load(c + cs);
            c20 = TLanes.Load(c + (2 * cs));
            c30 = TLanes.Load(c + (3 * cs));
        }
        else
        {
            c00 = TLanes.Broadcast(0f);
            c10 = TLanes.Broadcast(0f);
            c20 = TLanes.Broadcast(0f);
            c30 = TLanes.Broadcast(0f);
        }
        for (; depth > 0; depth--)
        {
            TVector b0 = TLanes.Load(b);
            TVector x0 = TLanes.Broadcast(*a);
            c00 = TLanes.MultiplyAdd(x0, b0, c00);
            TVector x1 = TLanes.Broadcast(a[rs]);
            c10 = TLanes.MultiplyAdd(x1, b0, c10);
            TVector x2 = TLanes.Broadcast(a[rs2]);
            c20 = TLanes.MultiplyAdd(x2, b0, c20);
            TVector x3 = TLanes.Broadcast(a[rs3]);
            c30 = TLanes.MultiplyAdd(x3, b0, c30);
            a += ks;
            b += bs;
        }
        TLanes.Store(c00, c);
        TLanes.Store(c10, c + cs);
        TLanes.Store(c20, c + (2 * cs));
        TLanes.Store(c30, c + (3 * cs));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One1(float* a, nint ks, float* b, nint bs, nint depth, float* c, bool accumulate)
    {
        TVector c00;
        if (accumulate)
        {
            c00 = TLanes.Load(c);
        }
        else
        {
            c00 = TLanes.Broadcast(0f);
        }
        for (; depth > 0; depth--)
        {
            TVector b0 = TLanes.Load(b);
            TVector x0 = TLanes.Broadcast(*a);
            c00 = TLanes.MultiplyAdd(x0, b0, c00);
            a += ks;
            b += bs;
        }
        TLanes.Store(c00, c);
    }
}
