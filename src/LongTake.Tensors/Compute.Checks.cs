using System.Runtime.CompilerServices;

namespace LongTake.Tensors;

public sealed partial class Compute
{
    /// <summary>Operands must have one type.</summary>
    private static void CheckSameType(Tensor a, Tensor b, [CallerMemberName] string operation = "")
    {
        if (a.DType != b.DType)
        {
            throw new ArgumentException($"{operation}: the operands {a} and {b} differ in type; cast one with Compute.Cast.");
        }
    }

    /// <summary>Operands must have one type and shape.</summary>
    private static void CheckSame(Tensor a, Tensor b, [CallerMemberName] string operation = "")
    {
        CheckSameType(a, b, operation);
        if (a.Shape != b.Shape)
        {
            throw new ArgumentException($"{operation}: the operands {a} and {b} differ in shape.");
        }
    }

    /// <summary>The second operand must have the trailing dimensions of the first.</summary>
    private static void CheckTrailing(Tensor a, Tensor b, [CallerMemberName] string operation = "")
    {
        CheckSameType(a, b, operation);
        if (b.Rank > a.Rank || a.Shape.Sub(a.Rank - b.Rank, a.Rank) != b.Shape)
        {
            throw new ArgumentException($"{operation}: {b} does not have the trailing dimensions of {a}.");
        }
    }

    private static void CheckVector(Tensor? v, Tensor x, string name, [CallerMemberName] string operation = "")
    {
        if (v is null)
        {
            return;
        }
        CheckSameType(x, v, operation);
        if (v.Count != x.Shape[-1])
        {
            throw new ArgumentException($"{operation}: the {name} {v} must have one number for each of the {x.Shape[-1]} columns of {x}.");
        }
    }

    /// <summary>A modulation [B, G, R, d] must fit activations [B, N, d].</summary>
    private static void CheckModulation(Tensor x, Tensor modulation, int row, [CallerMemberName] string operation = "")
    {
        CheckSameType(x, modulation, operation);
        Shape s = x.Shape;
        Shape m = modulation.Shape;
        if (s.Rank != 3 || m.Rank != 4 || m[0] != s[0] || m[3] != s[2] || m[1] == 0 || s[1] % m[1] != 0)
        {
            throw new ArgumentException(
                $"{operation}: activations {s} [B, N, d] and modulation {m} [B, G, R, d] do not fit; N must be a multiple of G.");
        }
        if ((uint)row >= (uint)m[2])
        {
            throw new ArgumentOutOfRangeException(nameof(row), row, $"{operation}: the modulation {m} has {m[2]} rows.");
        }
    }

    /// <summary>A dimension index, counted from the end if negative.</summary>
    private static int CheckDimension(Tensor x, int dim, [CallerMemberName] string operation = "")
    {
        int d = dim < 0 ? dim + x.Rank : dim;
        return (uint)d < (uint)x.Rank
            ? d
            : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"{operation}: the tensor {x} has {x.Rank} dimensions.");
    }

    /// <summary>The gradient to add to, or null if the tensor wants none.</summary>
    private static Tensor? Wanted(Autograd.Tape tape, Tensor? t) => t is { RequiresGrad: true } ? tape.GradOf(t) : null;
}
