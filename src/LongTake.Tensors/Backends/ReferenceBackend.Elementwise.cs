using System.Numerics;

namespace LongTake.Tensors.Backends;

public sealed partial class ReferenceBackend
{
    /// <inheritdoc/>
    public override void Add(Tensor a, Tensor b, Tensor y)
    {
        if (IsDouble(a))
        {
            Combine<double>(a, b, y, (_, p, q) => p + q);
        }
        else
        {
            Combine<float>(a, b, y, (_, p, q) => p + q);
        }
    }

    /// <inheritdoc/>
    public override void Subtract(Tensor a, Tensor b, Tensor y)
    {
        if (IsDouble(a))
        {
            Combine<double>(a, b, y, (_, p, q) => p - q);
        }
        else
        {
            Combine<float>(a, b, y, (_, p, q) => p - q);
        }
    }

    /// <inheritdoc/>
    public override void Multiply(Tensor a, Tensor b, Tensor y)
    {
        if (IsDouble(a))
        {
            Combine<double>(a, b, y, (_, p, q) => p * q);
        }
        else
        {
            Combine<float>(a, b, y, (_, p, q) => p * q);
        }
    }

    /// <inheritdoc/>
    public override void AddProduct(Tensor a, Tensor b, Tensor target)
    {
        if (IsDouble(a))
        {
            Combine<double>(a, b, target, (t, p, q) => t + (p * q));
        }
        else
        {
            Combine<float>(a, b, target, (t, p, q) => t + (p * q));
        }
    }

    /// <inheritdoc/>
    public override void Affine(Tensor x, float scale, float shift, Tensor y)
    {
        if (IsDouble(x))
        {
            Combine<double>(x, x, y, (_, p, _) => (p * scale) + shift);
        }
        else
        {
            Combine<float>(x, x, y, (_, p, _) => (p * scale) + shift);
        }
    }

    /// <inheritdoc/>
    public override void Clamp(Tensor x, float low, float high, Tensor y)
    {
        if (IsDouble(x))
        {
            Combine<double>(x, x, y, (_, p, _) => Math.Min(Math.Max(p, low), high));
        }
        else
        {
            Combine<float>(x, x, y, (_, p, _) => Math.Min(Math.Max(p, low), high));
        }
    }

    /// <inheritdoc/>
    public override void ClampBackward(Tensor x, float low, float high, Tensor gy, Tensor gx)
    {
        if (IsDouble(x))
        {
            Combine<double>(x, gy, gx, (t, p, g) => p >= low && p <= high ? t + g : t);
        }
        else
        {
            Combine<float>(x, gy, gx, (t, p, g) => p >= low && p <= high ? t + g : t);
        }
    }

    /// <inheritdoc/>
    public override void AddScaled(Tensor x, float factor, Tensor target)
    {
        if (IsDouble(x))
        {
            Combine<double>(x, x, target, (t, p, _) => t + (p * factor));
        }
        else
        {
            Combine<float>(x, x, target, (t, p, _) => t + (p * factor));
        }
    }

    private static bool IsDouble(Tensor t) => t.DType == DType.F64;

    private static T Number<T>(double value)
        where T : IFloatingPointIeee754<T> => T.CreateTruncating(value);

    /// <summary>y[i] = f(y[i], a[i], b[i mod count of b]).</summary>
    private static void Combine<T>(Tensor a, Tensor b, Tensor y, Func<T, T, T, T> f)
        where T : unmanaged
    {
        Span<T> pa = a.AsSpan<T>();
        Span<T> pb = b.AsSpan<T>();
        Span<T> py = y.AsSpan<T>();
        for (int i = 0; i < pa.Length; i++)
        {
            py[i] = f(py[i], pa[i], pb[i % pb.Length]);
        }
    }
}
