using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>
    /// a + b. <paramref name="b"/> has the shape of <paramref name="a"/> or its trailing dimensions (repeated over the
    /// leading ones).
    /// </summary>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor Add(Tensor a, Tensor b)
    {
        CheckTrailing(a, b);
        Tensor y = Tensor.Empty(a.Shape, a.DType);
        Backend.Add(a, b, y);
        if (Records(a, b))
        {
            RecordSum(a, b, 1f, y);
        }
        return y;
    }

    /// <summary>a - b, with shapes as for <see cref="Add"/>.</summary>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor Sub(Tensor a, Tensor b)
    {
        CheckTrailing(a, b);
        Tensor y = Tensor.Empty(a.Shape, a.DType);
        Backend.Subtract(a, b, y);
        if (Records(a, b))
        {
            RecordSum(a, b, -1f, y);
        }
        return y;
    }

    /// <summary>a * b element by element, with shapes as for <see cref="Add"/>.</summary>
    /// <exception cref="ArgumentException">Shapes or types do not fit.</exception>
    public Tensor Mul(Tensor a, Tensor b)
    {
        CheckTrailing(a, b);
        Tensor y = Tensor.Empty(a.Shape, a.DType);
        Backend.Multiply(a, b, y);
        if (Records(a, b))
        {
            RecordProduct(a, b, y);
        }
        return y;
    }

    /// <summary>x * factor.</summary>
    public Tensor Scale(Tensor x, float factor) => Affine(x, factor, 0f);

    /// <summary>x + value.</summary>
    public Tensor AddScalar(Tensor x, float value) => Affine(x, 1f, value);

    /// <summary>x * scale + shift.</summary>
    public Tensor Affine(Tensor x, float scale, float shift)
    {
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.Affine(x, scale, shift, y);
        if (Records(x))
        {
            RecordAffine(x, scale, y);
        }
        return y;
    }

    /// <summary>min(max(x, low), high); no gradient where x lies outside.</summary>
    /// <exception cref="ArgumentException"><paramref name="low"/> exceeds <paramref name="high"/>.</exception>
    public Tensor Clamp(Tensor x, float low, float high)
    {
        if (!(low <= high))
        {
            throw new ArgumentException($"Clamp: the lower limit {low} exceeds the upper limit {high}.", nameof(low));
        }
        Tensor y = Tensor.Empty(x.Shape, x.DType);
        Backend.Clamp(x, low, high, y);
        if (Records(x))
        {
            RecordClamp(x, low, high, y);
        }
        return y;
    }

    // The closures are made in methods of their own, so that the plain path allocates no display class.
    private void RecordSum(Tensor a, Tensor b, float sign, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy =>
        {
            if (a.RequiresGrad)
            {
                Backend.AddScaled(gy, 1f, tape.GradOf(a));
            }
            if (b.RequiresGrad)
            {
                if (b.Count == a.Count)
                {
                    Backend.AddScaled(gy, sign, tape.GradOf(b));
                }
                else
                {
                    Backend.SumMiddle(gy, 1, a.Count / b.Count, b.Count, sign, tape.GradOf(b), add: true);
                }
            }
        });
    }

    private void RecordProduct(Tensor a, Tensor b, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy =>
        {
            if (a.RequiresGrad)
            {
                Backend.AddProduct(gy, b, tape.GradOf(a));
            }
            if (b.RequiresGrad)
            {
                if (b.Count == a.Count)
                {
                    Backend.AddProduct(gy, a, tape.GradOf(b));
                }
                else
                {
                    Backend.AddProductSum(gy, a, tape.GradOf(b));
                }
            }
        });
    }

    private void RecordAffine(Tensor x, float scale, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.AddScaled(gy, scale, tape.GradOf(x)));
    }

    private void RecordClamp(Tensor x, float low, float high, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.ClampBackward(x, low, high, gy, tape.GradOf(x)));
    }
}
