using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>
/// The parts that the forward and the backward pass of attention share. Scores are held transposed, [keys, queries], a
/// tile of three registers of queries wide: then maxima and sums over keys run down the registers, without any
/// horizontal step, and the weights already lie in the panel order in which the next product reads them. Scores are kept
/// times log2(e), so that the softmax needs powers of two only.
/// </summary>
internal static unsafe class AttentionTile<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Lowest running maximum, so that a query that has seen nothing has no infinity to subtract.</summary>
    public const float Lowest = -1e30f;

    /// <summary>log2(e).</summary>
    public const float Log2E = 1.44269504088896341f;

    /// <summary>ln(2).</summary>
    public const float Ln2 = 0.69314718055994531f;

    /// <summary>Queries a tile.</summary>
    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TileKernel<TVector, TLanes>.Width;
    }

    /// <summary>Packs queries as [D, Width], scaled, padded with zeros.</summary>
    public static void PackQueries(float* source, nint stride, int queries, int width, float scale, float* panel)
    {
        GemmPacking.Pack(source, DType.F32, stride, transposed: true, queries, 0, width, panel, Width);
        if (scale != 1f)
        {
            Scale(panel, (nint)width * Width, scale);
        }
    }

    /// <summary>Copies the rows of one head out of [N, H, D]: [count, destinationStride], padded with zeros.</summary>
    public static void CopyRows(float* source, nint stride, int count, int width, float* destination, int destinationStride)
    {
        for (int i = 0; i < count; i++)
        {
            Unsafe.CopyBlockUnaligned(destination, source, (uint)width * sizeof(float));
            for (int d = width; d < destinationStride; d++)
            {
                destination[d] = 0f;
            }
            source += stride;
            destination += destinationStride;
        }
    }

    /// <summary>Multiplies a whole number of registers by a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* values, nint count, float factor)
    {
        TVector f = TLanes.Broadcast(factor);
        for (nint i = 0; i < count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.Load(values + i), f), values + i);
        }
    }

    /// <summary>Adds the bias and closes masked pairs in a tile of transposed scores.</summary>
    /// <param name="a">The call.</param>
    /// <param name="head">Which head.</param>
    /// <param name="query">First query of the tile.</param>
    /// <param name="queries">Queries of the tile.</param>
    /// <param name="key">First key.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="kind">The mask's kind here.</param>
    /// <param name="scores">[keys, Width].</param>
    /// <param name="scratch">As large as the scores.</param>
    public static void BiasAndMask(
        in AttentionArguments a, int head, int query, int queries, int key, int keys, MaskKind kind, float* scores, float* scratch)
    {
        int width = Width;
        if (a.Bias is not null)
        {
            float* bias = a.Bias + ((((nint)head * a.Queries) + query) * a.Keys) + key;
            GemmPacking.Pack(bias, DType.F32, a.Keys, transposed: true, queries, 0, keys, scratch, width);
            AddScaled(scratch, scores, (nint)keys * width);
        }
        if (kind == MaskKind.Mixed)
        {
            for (int q = 0; q < queries; q++)
            {
                byte* mask = a.Mask + ((nint)(query + q) * a.Keys) + key;
                for (int j = 0; j < keys; j++)
                {
                    if (mask[j] == 0)
                    {
                        scores[(j * width) + q] = float.NegativeInfinity;
                    }
                }
            }
        }
    }

    /// <summary>Multiplies scores above 0 by factors of the distance between query and key; others stay as they are.</summary>
    /// <param name="scores">[keys, Width].</param>
    /// <param name="keys">Keys.</param>
    /// <param name="queries">Queries in use.</param>
    /// <param name="factors">Factor of the first query and the first key; further queries lie behind it, further keys before it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScalePositive(float* scores, int keys, int queries, float* factors)
    {
        int width = Width;
        TVector zero = TLanes.Broadcast(0f);
        for (int j = 0; j < keys; j++)
        {
            for (int q = 0; q < queries; q += TLanes.Count)
            {
                TVector s = TLanes.Load(scores + q);
                TVector positive = TLanes.Max(s, zero);
                TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(factors + q), positive, TLanes.Subtract(s, positive)), scores + q);
            }
            scores += width;
            factors--;
        }
    }

    // Scores are times log2(e), so the bias is too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(float* from, float* to, nint count)
    {
        TVector factor = TLanes.Broadcast(Log2E);
        for (nint i = 0; i < count; i += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(from + i), factor, TLanes.Load(to + i)), to + i);
        }
    }

    /// <summary>
    /// One step of the online softmax: turns scores into weights relative to the new maxima, updates maxima and sums, and
    /// writes by how much earlier results must be multiplied.
    /// </summary>
    /// <param name="scores">[keys, Width], replaced by 2^(score - max).</param>
    /// <param name="keys">Keys.</param>
    /// <param name="queries">Queries in use.</param>
    /// <param name="max">[Width].</param>
    /// <param name="sum">[Width].</param>
    /// <param name="rescale">[Width].</param>
    /// <returns>Whether a maximum has grown; otherwise all factors in <paramref name="rescale"/> are one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Softmax(float* scores, int keys, int queries, float* max, float* sum, float* rescale)
    {
        int width = Width;
        bool isRescaled = false;
        for (int q = 0; q < queries; q += TLanes.Count)
        {
            TVector before = TLanes.Load(max + q);
            TVector m0 = before;
            TVector m1 = before;
            float* s = scores + q;
            int j = 0;
            for (; j <= keys - 2; j += 2)
            {
                m0 = TLanes.Max(m0, TLanes.Load(s));
                m1 = TLanes.Max(m1, TLanes.Load(s + width));
                s += 2 * width;
            }
            if (j < keys)
            {
                m0 = TLanes.Max(m0, TLanes.Load(s));
            }
            m0 = TLanes.Max(m0, m1);
            isRescaled |= !TLanes.AreEqual(before, m0);
            TVector factor = TLanes.Exp2(TLanes.Subtract(before, m0));
            TLanes.Store(m0, max + q);
            TLanes.Store(factor, rescale + q);
            TVector total = TLanes.Multiply(TLanes.Load(sum + q), factor);
            s = scores + q;
            for (j = 0; j < keys; j++)
            {
                TVector p = TLanes.Exp2(TLanes.Subtract(TLanes.Load(s), m0));
                TLanes.Store(p, s);
                total = TLanes.Add(total, p);
                s += width;
            }
            TLanes.Store(total, sum + q);
        }
        return isRescaled;
    }

    /// <summary>Multiplies rows [count, Width] by a vector [Width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleColumns(float* rows, int count, int columns, float* factors)
    {
        for (int q = 0; q < columns; q += TLanes.Count)
        {
            TVector factor = TLanes.Load(factors + q);
            float* r = rows + q;
            for (int d = 0; d < count; d++)
            {
                TLanes.Store(TLanes.Multiply(TLanes.Load(r), factor), r);
                r += Width;
            }
        }
    }

    /// <summary>
    /// The element-wise middle of the backward pass: weights P = 2^(scores - logSumExp) and, from dP, the gradient of the
    /// scores dS = P (dP - delta).
    /// </summary>
    /// <param name="scores">[keys, Width], replaced by P.</param>
    /// <param name="gradients">dP [keys, Width], replaced by dS.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="queries">Queries in use.</param>
    /// <param name="logSumExp">[Width], times log2(e).</param>
    /// <param name="delta">[Width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScoreGradients(float* scores, float* gradients, int keys, int queries, float* logSumExp, float* delta)
    {
        int width = Width;
        for (int q = 0; q < queries; q += TLanes.Count)
        {
            TVector l = TLanes.Load(logSumExp + q);
            TVector t = TLanes.Load(delta + q);
            float* s = scores + q;
            float* g = gradients + q;
            for (int j = 0; j < keys; j++)
            {
                TVector p = TLanes.Exp2(TLanes.Subtract(TLanes.Load(s), l));
                TLanes.Store(p, s);
                TLanes.Store(TLanes.Multiply(p, TLanes.Subtract(TLanes.Load(g), t)), g);
                s += width;
                g += width;
            }
        }
    }
}
