using LongTake.Tensors.Kernels;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void AdamW(Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, in AdamWStep step)
    {
        AdamWJob job = new()
        {
            Parameter = parameter.F32,
            Gradient = gradient.F32,
            First = firstMoment.F32,
            Second = secondMoment.F32,
            Step = step,
            Count = parameter.Count,
        };
        Workers.Run(ref job, Pieces.Of(parameter.Count, Pieces.Elements));
    }

    /// <inheritdoc/>
    public override void Lerp(Tensor target, Tensor value, float weight)
    {
        LerpJob job = new() { Target = target.F32, Value = value.F32, Weight = weight, Count = target.Count };
        Workers.Run(ref job, Pieces.Of(target.Count, Pieces.Elements));
    }

    /// <inheritdoc/>
    public override double SumOfSquares(Tensor x)
    {
        RowSumJob job = new() { A = x.F32, B = x.F32, Count = x.Count };
        return Total(ref job);
    }
}
