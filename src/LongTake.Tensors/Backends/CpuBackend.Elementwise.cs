using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    private const int ShortPeriod = 64;

    /// <inheritdoc/>
    public override void Add(Tensor a, Tensor b, Tensor y) => Binary(BinaryKind.Add, a, b, y);

    /// <inheritdoc/>
    public override void Subtract(Tensor a, Tensor b, Tensor y) => Binary(BinaryKind.Subtract, a, b, y);

    /// <inheritdoc/>
    public override void Multiply(Tensor a, Tensor b, Tensor y) => Binary(BinaryKind.Multiply, a, b, y);

    /// <inheritdoc/>
    public override void AddProduct(Tensor a, Tensor b, Tensor target) => Binary(BinaryKind.AddProduct, a, b, target);

    /// <inheritdoc/>
    public override void Affine(Tensor x, float scale, float shift, Tensor y)
    {
        AffineJob job = new() { X = x.F32, Y = y.F32, Scale = scale, Shift = shift, Count = x.Count };
        Workers.Run(ref job, Pieces.Of(x.Count, Pieces.Elements));
    }

    /// <inheritdoc/>
    public override void Clamp(Tensor x, float low, float high, Tensor y)
    {
        ClampJob job = new() { X = x.F32, Target = y.F32, Low = low, High = high, Count = x.Count };
        Workers.Run(ref job, Pieces.Of(x.Count, Pieces.Elements));
    }

    /// <inheritdoc/>
    public override void ClampBackward(Tensor x, float low, float high, Tensor gy, Tensor gx)
    {
        ClampJob job = new() { X = x.F32, Gradient = gy.F32, Target = gx.F32, Low = low, High = high, Count = x.Count };
        Workers.Run(ref job, Pieces.Of(x.Count, Pieces.Elements));
    }

    /// <inheritdoc/>
    public override void AddScaled(Tensor x, float factor, Tensor target)
    {
        AddScaledJob job = new() { X = x.F32, Target = target.F32, Factor = factor, Count = x.Count };
        Workers.Run(ref job, Pieces.Of(x.Count, Pieces.Elements));
    }

    private void Binary(BinaryKind kind, Tensor a, Tensor b, Tensor y)
    {
        if (b.Count > 1 && b.Count < ShortPeriod && a.Count >= 4 * ShortPeriod)
        {
            // A short operand is repeated first, so that the loops below are not all ends.
            using Tensor repeated = Tensor.Empty([(int)b.Count * ShortPeriod]);
            for (int i = 0; i < ShortPeriod; i++)
            {
                b.Span.CopyTo(repeated.Span[(int)(i * b.Count)..]);
            }
            RunBinary(kind, a, repeated, y);
            return;
        }
        RunBinary(kind, a, b, y);
    }

    private void RunBinary(BinaryKind kind, Tensor a, Tensor b, Tensor y)
    {
        BinaryJob job = new() { Kind = kind, A = a.F32, B = b.F32, Y = y.F32, Count = a.Count, Period = b.Count };
        Workers.Run(ref job, Pieces.Of(a.Count, Pieces.Elements));
    }
}
