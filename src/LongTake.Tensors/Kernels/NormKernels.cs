namespace LongTake.Tensors.Kernels;

/// <summary>
/// One row of layer norm, RMS norm and gated addition. The row stays in the first-level cache, so passes over it are cheap.
/// </summary>
internal static unsafe class NormKernels
{
    /// <summary>Mean, and 1 / sqrt(variance + eps), in two passes: the variance is that of the differences.</summary>
    public static (float Mean, float Factor) Moments<V>(float* x, int n, float eps)
        where V : unmanaged, IFloats<V>
    {
        float mean = Sum<V>(x, n) / n;
        return (mean, 1f / MathF.Sqrt((SquareSum<V>(x, mean, n) / n) + eps));
    }

    /// <summary>1 / sqrt(mean of x^2 + eps).</summary>
    public static float ReciprocalRoot<V>(float* x, int n, float eps)
        where V : unmanaged, IFloats<V> => 1f / MathF.Sqrt((SquareSum<V>(x, 0f, n) / n) + eps);

    // Four accumulators: an addition takes four cycles, and with one sum each would wait for the last.
    private static float Sum<V>(float* x, int n)
        where V : unmanaged, IFloats<V>
    {
        V s0 = V.Zero;
        V s1 = V.Zero;
        V s2 = V.Zero;
        V s3 = V.Zero;
        int i = 0;
        for (; i <= n - (4 * V.Width); i += 4 * V.Width)
        {
            s0 += V.Load(x + i);
            s1 += V.Load(x + i + V.Width);
            s2 += V.Load(x + i + (2 * V.Width));
            s3 += V.Load(x + i + (3 * V.Width));
        }
        for (; i <= n - V.Width; i += V.Width)
        {
            s0 += V.Load(x + i);
        }
        float sum = V.Sum((s0 + s1) + (s2 + s3));
        for (; i < n; i++)
        {
            sum += x[i];
        }
        return sum;
    }

    /// <summary>Sum of (x - mean)^2.</summary>
    private static float SquareSum<V>(float* x, float mean, int n)
        where V : unmanaged, IFloats<V>
    {
        V m = V.Broadcast(mean);
        V s0 = V.Zero;
        V s1 = V.Zero;
        V s2 = V.Zero;
        V s3 = V.Zero;
        int i = 0;
        for (; i <= n - (4 * V.Width); i += 4 * V.Width)
        {
            V d0 = V.Load(x + i) - m;
            V d1 = V.Load(x + i + V.Width) - m;
            V d2 = V.Load(x + i + (2 * V.Width)) - m;
            V d3 = V.Load(x + i + (3 * V.Width)) - m;
            s0 = V.MultiplyAdd(d0, d0, s0);
            s1 = V.MultiplyAdd(d1, d1, s1);
            s2 = V.MultiplyAdd(d2, d2, s2);
            s3 = V.MultiplyAdd(d3, d3, s3);
        }
        for (; i <= n - V.Width; i += V.Width)
        {
            V d = V.Load(x + i) - m;
            s0 = V.MultiplyAdd(d, d, s0);
        }
        float sum = V.Sum((s0 + s1) + (s2 + s3));
        for (; i < n; i++)
        {
            sum += (x[i] - mean) * (x[i] - mean);
        }
        return sum;
    }

    /// <summary>y = (x - mean) * factor * (scale + base) + shift.</summary>
    public static void Normalize<V>(float* x, float mean, float factor, float* scale, float* shift, float @base, float* y, int n)
        where V : unmanaged, IFloats<V>
    {
        V m = V.Broadcast(mean);
        V f = V.Broadcast(factor);
        V b = V.Broadcast(@base);
        int i = 0;
        for (; i <= n - V.Width; i += V.Width)
        {
            V v = (V.Load(x + i) - m) * f;
            if (scale != null)
            {
                v *= V.Load(scale + i) + b;
            }
            V.Store(shift != null ? v + V.Load(shift + i) : v, y + i);
        }
        for (; i < n; i++)
        {
            float v = (x[i] - mean) * factor * (scale != null ? scale[i] + @base : 1f);
            y[i] = shift != null ? v + shift[i] : v;
        }
    }

    /// <summary>
    /// With h = gy * (scale + base) and u the normalised row: gx += factor * (h - mean(h) - u * mean(h u)), without the
    /// mean(h) term for RMS norm; partial sums: scale += gy * u, shift += gy.
    /// </summary>
    public static void Backward<V>(
        float* x, float mean, float factor, float* scale, float @base, float* gy, float* gx, float* partial, int n, bool centred)
        where V : unmanaged, IFloats<V>
    {
        V m = V.Broadcast(mean);
        V f = V.Broadcast(factor);
        V b = V.Broadcast(@base);
        V one = V.Broadcast(1f);
        V sums = V.Zero;
        V dots = V.Zero;
        int i = 0;
        for (; i <= n - V.Width; i += V.Width)
        {
            V u = (V.Load(x + i) - m) * f;
            V g = V.Load(gy + i);
            if (partial != null)
            {
                V.Store(V.MultiplyAdd(g, u, V.Load(partial + i)), partial + i);
                V.Store(g + V.Load(partial + n + i), partial + n + i);
            }
            V h = g * (scale != null ? V.Load(scale + i) + b : one);
            sums += h;
            dots = V.MultiplyAdd(h, u, dots);
        }
        float sum = V.Sum(sums);
        float dot = V.Sum(dots);
        for (; i < n; i++)
        {
            float u = (x[i] - mean) * factor;
            if (partial != null)
            {
                partial[i] += gy[i] * u;
                partial[n + i] += gy[i];
            }
            float h = gy[i] * (scale != null ? scale[i] + @base : 1f);
            sum += h;
            dot += h * u;
        }
        if (gx == null)
        {
            return;
        }
        float meanH = centred ? sum / n : 0f;
        float meanDot = dot / n;
        V mh = V.Broadcast(meanH);
        V md = V.Broadcast(meanDot);
        for (i = 0; i <= n - V.Width; i += V.Width)
        {
            V u = (V.Load(x + i) - m) * f;
            V h = V.Load(gy + i) * (scale != null ? V.Load(scale + i) + b : one);
            V.Store(V.MultiplyAdd(f, h - mh - (u * md), V.Load(gx + i)), gx + i);
        }
        for (; i < n; i++)
        {
            float u = (x[i] - mean) * factor;
            float h = gy[i] * (scale != null ? scale[i] + @base : 1f);
            gx[i] += factor * (h - meanH - (u * meanDot));
        }
    }

    /// <summary>y = residual + x * gate.</summary>
    public static void Gate<V>(float* residual, float* x, float* gate, float* y, int n)
        where V : unmanaged, IFloats<V>
    {
        int i = 0;
        for (; i <= n - V.Width; i += V.Width)
        {
            V.Store(V.MultiplyAdd(V.Load(x + i), V.Load(gate + i), V.Load(residual + i)), y + i);
        }
        for (; i < n; i++)
        {
            y[i] = residual[i] + (x[i] * gate[i]);
        }
    }

    /// <summary>gx += gy * gate; partial sums of the gate's gradient += gy * x.</summary>
    public static void GateBackward<V>(float* x, float* gate, float* gy, float* gx, float* partial, int n)
        where V : unmanaged, IFloats<V>
    {
        int i = 0;
        for (; i <= n - V.Width; i += V.Width)
        {
            V g = V.Load(gy + i);
            if (partial != null)
            {
                V.Store(V.MultiplyAdd(g, V.Load(x + i), V.Load(partial + i)), partial + i);
            }
            if (gx != null)
            {
                V.Store(V.MultiplyAdd(g, V.Load(gate + i), V.Load(gx + i)), gx + i);
            }
        }
        for (; i < n; i++)
        {
            if (partial != null)
            {
                partial[i] += gy[i] * x[i];
            }
            if (gx != null)
            {
                gx[i] += gy[i] * gate[i];
            }
        }
    }
}
