using LongTake.Tensors.Autograd;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>Joins tensors along a dimension; all other sizes and the types are equal.</summary>
    /// <exception cref="ArgumentException">There are no parts, or they do not fit.</exception>
    public Tensor Concat(ReadOnlySpan<Tensor> parts, int dim)
    {
        if (parts.Length == 0)
        {
            throw new ArgumentException("Concat: there is nothing to join.", nameof(parts));
        }
        int d = CheckDimension(parts[0], dim);
        Shape first = parts[0].Shape;
        long total = 0;
        bool records = false;
        foreach (Tensor part in parts)
        {
            CheckSameType(parts[0], part);
            if (part.Rank != first.Rank || part.Shape.With(d, 0) != first.With(d, 0))
            {
                throw new ArgumentException($"Concat: {part} does not fit {parts[0]} along dimension {d}.", nameof(parts));
            }
            total += part.Shape[d];
            records |= Records(part);
        }
        Tensor y = Tensor.Empty(first.With(d, checked((int)total)), parts[0].DType);
        long outer = first.CountOf(0, d);
        long inner = first.CountOf(d + 1, first.Rank);
        long at = 0;
        foreach (Tensor part in parts)
        {
            long run = part.Shape[d] * inner;
            Backend.CopyRuns(part, 0, run, y, at, total * inner, outer, run, add: false);
            at += run;
        }
        if (records)
        {
            RecordConcat(parts.ToArray(), outer, y);
        }
        return y;
    }

    /// <summary>A copy of entries <paramref name="start"/> .. <paramref name="start"/> + <paramref name="length"/> of a dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the dimension.</exception>
    public Tensor Slice(Tensor x, int dim, int start, int length)
    {
        int d = CheckDimension(x, dim);
        int size = x.Shape[d];
        if (start < 0 || length < 0 || start + (long)length > size)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), $"Slice: {start}..{start + (long)length} leaves dimension {d} of {x}.");
        }
        Tensor y = Tensor.Empty(x.Shape.With(d, length), x.DType);
        long outer = x.Shape.CountOf(0, d);
        long inner = x.Shape.CountOf(d + 1, x.Rank);
        Backend.CopyRuns(x, start * inner, size * inner, y, 0, length * inner, outer, length * inner, add: false);
        if (Records(x))
        {
            RecordSlice(x, start * inner, size * inner, outer, length * inner, y);
        }
        return y;
    }

    /// <summary>Reorders dimensions: dimension k of the result is dimension axes[k] of x.</summary>
    /// <exception cref="ArgumentException">The axes are no permutation of the dimensions.</exception>
    public Tensor Permute(Tensor x, ReadOnlySpan<int> axes)
    {
        int seen = 0;
        Shape shape = x.Shape;
        for (int k = 0; k < axes.Length; k++)
        {
            if ((uint)axes[k] < (uint)x.Rank)
            {
                seen |= 1 << axes[k];
                shape = k < x.Rank ? shape.With(k, x.Shape[axes[k]]) : shape;
            }
        }
        if (axes.Length != x.Rank || seen != (1 << x.Rank) - 1)
        {
            throw new ArgumentException(
                $"Permute: [{string.Join(", ", axes.ToArray())}] is no order of the dimensions of {x}.", nameof(axes));
        }
        Tensor y = Tensor.Empty(shape, x.DType);
        Backend.Permute(x, axes, y, add: false);
        if (Records(x))
        {
            RecordPermute(x, axes.ToArray(), y);
        }
        return y;
    }

    /// <summary>
    /// Puts <paramref name="before"/> and <paramref name="after"/> entries of <paramref name="value"/> around a dimension.
    /// </summary>
    /// <exception cref="ArgumentException">A width is negative, or a value other than 0 is wanted for integers.</exception>
    public Tensor Pad(Tensor x, int dim, int before, int after, float value = 0f)
    {
        int d = CheckDimension(x, dim);
        if (before < 0 || after < 0)
        {
            throw new ArgumentException($"Pad: widths must not be negative ({before}, {after}); use Slice to cut.", nameof(before));
        }
        if (value != 0 && x.DType is not (DType.F32 or DType.F64))
        {
            throw new ArgumentException($"Pad: {x.DType} tensors are padded with 0 only.", nameof(value));
        }
        int size = checked(before + x.Shape[d] + after);
        Tensor y = Tensor.Empty(x.Shape.With(d, size), x.DType);
        if (value == 0)
        {
            y.Clear();
        }
        else
        {
            Backend.Fill(y, value);
        }
        long outer = x.Shape.CountOf(0, d);
        long inner = x.Shape.CountOf(d + 1, x.Rank);
        long run = x.Shape[d] * inner;
        Backend.CopyRuns(x, 0, run, y, before * inner, size * inner, outer, run, add: false);
        if (Records(x))
        {
            RecordPad(x, before * inner, size * inner, outer, run, y);
        }
        return y;
    }

    /// <summary>
    /// The elements in another type. Between F32 and F64 gradients pass; a conversion to or from any other type ends the
    /// gradient (its result is a constant).
    /// </summary>
    public Tensor Cast(Tensor x, DType type)
    {
        Tensor y = Tensor.Empty(x.Shape, type);
        Backend.Cast(x, y);
        if (Records(x) && x.DType is DType.F32 or DType.F64 && type is DType.F32 or DType.F64)
        {
            RecordCast(x, y);
        }
        return y;
    }

    private void RecordConcat(Tensor[] parts, long outer, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy =>
        {
            long at = 0;
            foreach (Tensor part in parts)
            {
                long run = outer == 0 ? 0 : part.Count / outer;
                if (part.RequiresGrad)
                {
                    Backend.CopyRuns(gy, at, outer == 0 ? 0 : gy.Count / outer, tape.GradOf(part), 0, run, outer, run, add: true);
                }
                at += run;
            }
        });
    }

    private void RecordSlice(Tensor x, long offset, long stride, long outer, long run, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.CopyRuns(gy, 0, run, tape.GradOf(x), offset, stride, outer, run, add: true));
    }

    private void RecordPad(Tensor x, long offset, long stride, long outer, long run, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy => Backend.CopyRuns(gy, offset, stride, tape.GradOf(x), 0, run, outer, run, add: true));
    }

    private void RecordPermute(Tensor x, int[] axes, Tensor y)
    {
        Tape tape = Tape!;
        int[] back = new int[axes.Length];
        for (int k = 0; k < axes.Length; k++)
        {
            back[axes[k]] = k;
        }
        tape.Add(y, gy => Backend.Permute(gy, back, tape.GradOf(x), add: true));
    }

    private void RecordCast(Tensor x, Tensor y)
    {
        Tape tape = Tape!;
        tape.Add(y, gy =>
        {
            using Tensor g = Tensor.Empty(gy.Shape, x.DType);
            Backend.Cast(gy, g);
            Backend.AddScaled(g, 1f, tape.GradOf(x));
        });
    }
}
