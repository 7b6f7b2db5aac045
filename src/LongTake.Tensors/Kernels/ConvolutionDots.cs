using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// The inner loops of a convolution's weight gradient: dot products over flat positions of four rows of the output gradient with
/// six (or three) shifted views of the slab. The gradient's positions past the end of a row are zero, so what the slab has there does not count.
/// </summary>
internal unsafe struct ConvolutionDots
{
    /// <summary>Slab at the first position, and the step from a destination frame to the next.</summary>
    public float* X;
    public long XFrame;

    /// <summary>Output gradient [channel][frame][position], with its steps.</summary>
    public float* G;
    public long GChannel;
    public long GFrame;
    public int Frames;

    /// <summary>Positions of a frame, a multiple of 16.</summary>
    public int Positions;

    /// <summary>Adds the products of all channels with all offsets to a matrix.</summary>
    /// <param name="channels">Rows of the gradient.</param>
    /// <param name="offsets">Views of the slab; readable up to five beyond the last.</param>
    /// <param name="depth">Number of offsets.</param>
    /// <param name="to">Matrix of channels by offsets.</param>
    /// <param name="stride">From one row of the matrix to the next.</param>
    /// <param name="wide">Use 512-bit vectors.</param>
    /// <param name="sums">Room for 24 sums.</param>
    public readonly void Add(int channels, int* offsets, int depth, float* to, long stride, bool wide, float* sums)
    {
        int step = wide ? 6 : 3;
        for (int c = 0; c < channels; c += 4)
        {
            int rows = Math.Min(4, channels - c);
            float* g0 = G + (c * GChannel);
            float* g1 = G + ((c + Math.Min(1, rows - 1)) * GChannel);
            float* g2 = G + ((c + Math.Min(2, rows - 1)) * GChannel);
            float* g3 = G + ((c + Math.Min(3, rows - 1)) * GChannel);
            for (int k = 0; k < depth; k += step)
            {
                if (wide)
                {
                    Dot4x6(this, g0, g1, g2, g3, offsets + k, sums);
                }
                else
                {
                    Dot4x3(this, g0, g1, g2, g3, offsets + k, sums);
                }
                Collect(sums, step, rows, Math.Min(step, depth - k), to + (c * stride) + k, stride);
            }
        }
    }

    /// <summary>Adds rows of sums to rows of the matrix.</summary>
    private static void Collect(float* sums, int step, int rows, int columns, float* to, long stride)
    {
        for (int i = 0; i < rows; i++, sums += step, to += stride)
        {
            int j = 0;
            if (columns >= 4)
            {
                (Vector128.Load(to) + Vector128.Load(sums)).Store(to);
                j = 4;
            }
            for (; j < columns; j++)
            {
                to[j] += sums[j];
            }
        }
    }

    /// <summary>The sums of four vectors' lanes: halves are folded, the quarters of all four share a vector for the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sum4(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<float> v = Vector512.Create(Vector256.Create(Quarter(a), Quarter(b)), Vector256.Create(Quarter(c), Quarter(d)));
        v += Vector512.Shuffle(v, Vector512.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
        v += Vector512.Shuffle(v, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
        return Vector512.Shuffle(v, Vector512.Create(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12)).GetLower().GetLower();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Vector512<float> v)
    {
        Vector256<float> half = v.GetLower() + v.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    private static void Dot4x6(in ConvolutionDots d, float* g0, float* g1, float* g2, float* g3, int* offsets, float* sums)
    {
        float* x0 = d.X + offsets[0];
        float* x1 = d.X + offsets[1];
        float* x2 = d.X + offsets[2];
        float* x3 = d.X + offsets[3];
        float* x4 = d.X + offsets[4];
        float* x5 = d.X + offsets[5];
        Vector512<float> c00 = Vector512<float>.Zero, c01 = Vector512<float>.Zero, c02 = Vector512<float>.Zero,
            c03 = Vector512<float>.Zero, c04 = Vector512<float>.Zero, c05 = Vector512<float>.Zero;
        Vector512<float> c10 = Vector512<float>.Zero, c11 = Vector512<float>.Zero, c12 = Vector512<float>.Zero,
            c13 = Vector512<float>.Zero, c14 = Vector512<float>.Zero, c15 = Vector512<float>.Zero;
        Vector512<float> c20 = Vector512<float>.Zero, c21 = Vector512<float>.Zero, c22 = Vector512<float>.Zero,
            c23 = Vector512<float>.Zero, c24 = Vector512<float>.Zero, c25 = Vector512<float>.Zero;
        Vector512<float> c30 = Vector512<float>.Zero, c31 = Vector512<float>.Zero, c32 = Vector512<float>.Zero,
            c33 = Vector512<float>.Zero, c34 = Vector512<float>.Zero, c35 = Vector512<float>.Zero;
        for (int f = 0; f < d.Frames; f++)
        {
            long shift = f * d.XFrame;
            float* p0 = x0 + shift;
            float* p1 = x1 + shift;
            float* p2 = x2 + shift;
            float* p3 = x3 + shift;
            float* p4 = x4 + shift;
            float* p5 = x5 + shift;
            shift = f * d.GFrame;
            float* q0 = g0 + shift;
            float* q1 = g1 + shift;
            float* q2 = g2 + shift;
            float* q3 = g3 + shift;
            for (int p = 0; p < d.Positions; p += 16)
            {
                Vector512<float> b0 = Vector512.Load(p0 + p);
                Vector512<float> b1 = Vector512.Load(p1 + p);
                Vector512<float> b2 = Vector512.Load(p2 + p);
                Vector512<float> b3 = Vector512.Load(p3 + p);
                Vector512<float> b4 = Vector512.Load(p4 + p);
                Vector512<float> b5 = Vector512.Load(p5 + p);
                Vector512<float> a = Vector512.Load(q0 + p);
                c00 = Vector512.FusedMultiplyAdd(a, b0, c00);
                c01 = Vector512.FusedMultiplyAdd(a, b1, c01);
                c02 = Vector512.FusedMultiplyAdd(a, b2, c02);
                c03 = Vector512.FusedMultiplyAdd(a, b3, c03);
                c04 = Vector512.FusedMultiplyAdd(a, b4, c04);
                c05 = Vector512.FusedMultiplyAdd(a, b5, c05);
                a = Vector512.Load(q1 + p);
                c10 = Vector512.FusedMultiplyAdd(a, b0, c10);
                c11 = Vector512.FusedMultiplyAdd(a, b1, c11);
                c12 = Vector512.FusedMultiplyAdd(a, b2, c12);
                c13 = Vector512.FusedMultiplyAdd(a, b3, c13);
                c14 = Vector512.FusedMultiplyAdd(a, b4, c14);
                c15 = Vector512.FusedMultiplyAdd(a, b5, c15);
                a = Vector512.Load(q2 + p);
                c20 = Vector512.FusedMultiplyAdd(a, b0, c20);
                c21 = Vector512.FusedMultiplyAdd(a, b1, c21);
                c22 = Vector512.FusedMultiplyAdd(a, b2, c22);
                c23 = Vector512.FusedMultiplyAdd(a, b3, c23);
                c24 = Vector512.FusedMultiplyAdd(a, b4, c24);
                c25 = Vector512.FusedMultiplyAdd(a, b5, c25);
                a = Vector512.Load(q3 + p);
                c30 = Vector512.FusedMultiplyAdd(a, b0, c30);
                c31 = Vector512.FusedMultiplyAdd(a, b1, c31);
                c32 = Vector512.FusedMultiplyAdd(a, b2, c32);
                c33 = Vector512.FusedMultiplyAdd(a, b3, c33);
                c34 = Vector512.FusedMultiplyAdd(a, b4, c34);
                c35 = Vector512.FusedMultiplyAdd(a, b5, c35);
            }
        }
        Sum4(c00, c01, c02, c03).Store(sums);
        Sum4(c04, c05, c10, c11).Store(sums + 4);
        Sum4(c12, c13, c14, c15).Store(sums + 8);
        Sum4(c20, c21, c22, c23).Store(sums + 12);
        Sum4(c24, c25, c30, c31).Store(sums + 16);
        Sum4(c32, c33, c34, c35).Store(sums + 20);
    }

    private static void Dot4x3(in ConvolutionDots d, float* g0, float* g1, float* g2, float* g3, int* offsets, float* sums)
    {
        int lanes = Vector<float>.Count;
        float* x0 = d.X + offsets[0];
        float* x1 = d.X + offsets[1];
        float* x2 = d.X + offsets[2];
        Vector<float> c00 = Vector<float>.Zero, c01 = Vector<float>.Zero, c02 = Vector<float>.Zero;
        Vector<float> c10 = Vector<float>.Zero, c11 = Vector<float>.Zero, c12 = Vector<float>.Zero;
        Vector<float> c20 = Vector<float>.Zero, c21 = Vector<float>.Zero, c22 = Vector<float>.Zero;
        Vector<float> c30 = Vector<float>.Zero, c31 = Vector<float>.Zero, c32 = Vector<float>.Zero;
        for (int f = 0; f < d.Frames; f++)
        {
            long shift = f * d.XFrame;
            float* p0 = x0 + shift;
            float* p1 = x1 + shift;
            float* p2 = x2 + shift;
            shift = f * d.GFrame;
            float* q0 = g0 + shift;
            float* q1 = g1 + shift;
            float* q2 = g2 + shift;
            float* q3 = g3 + shift;
            for (int p = 0; p < d.Positions; p += lanes)
            {
                Vector<float> b0 = Vector.Load(p0 + p);
                Vector<float> b1 = Vector.Load(p1 + p);
                Vector<float> b2 = Vector.Load(p2 + p);
                Vector<float> a = Vector.Load(q0 + p);
                c00 = Vector.FusedMultiplyAdd(a, b0, c00);
                c01 = Vector.FusedMultiplyAdd(a, b1, c01);
                c02 = Vector.FusedMultiplyAdd(a, b2, c02);
                a = Vector.Load(q1 + p);
                c10 = Vector.FusedMultiplyAdd(a, b0, c10);
                c11 = Vector.FusedMultiplyAdd(a, b1, c11);
                c12 = Vector.FusedMultiplyAdd(a, b2, c12);
                a = Vector.Load(q2 + p);
                c20 = Vector.FusedMultiplyAdd(a, b0, c20);
                c21 = Vector.FusedMultiplyAdd(a, b1, c21);
                c22 = Vector.FusedMultiplyAdd(a, b2, c22);
                a = Vector.Load(q3 + p);
                c30 = Vector.FusedMultiplyAdd(a, b0, c30);
                c31 = Vector.FusedMultiplyAdd(a, b1, c31);
                c32 = Vector.FusedMultiplyAdd(a, b2, c32);
            }
        }
        sums[0] = Vector.Sum(c00);
        sums[1] = Vector.Sum(c01);
        sums[2] = Vector.Sum(c02);
        sums[3] = Vector.Sum(c10);
        sums[4] = Vector.Sum(c11);
        sums[5] = Vector.Sum(c12);
        sums[6] = Vector.Sum(c20);
        sums[7] = Vector.Sum(c21);
        sums[8] = Vector.Sum(c22);
        sums[9] = Vector.Sum(c30);
        sums[10] = Vector.Sum(c31);
        sums[11] = Vector.Sum(c32);
    }
}
