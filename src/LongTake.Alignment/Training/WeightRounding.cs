using LongTake.Tensors;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Quantization;

namespace LongTake.Alignment.Training;

/// <summary>
/// Lets a network learn with the weights that it will be stored with: while a loss is computed, the matrices of its blocks are rounded as
/// NF4 rounds them; the optimiser moves the unrounded ones (straight-through). What is rounded is what <c>longtake convert --dtype nf4</c>
/// packs.
/// </summary>
/// <param name="parameters">The network's parameters.</param>
internal sealed class WeightRounding(ParameterStore parameters) : IDisposable
{
    private readonly (Tensor Weight, Tensor Kept)[] _matrices =
    [
        .. parameters.Names.Where(n => IsRounded(n, parameters[n])).Select(n => (parameters[n], Tensor.Empty(parameters[n].Shape))),
    ];

    /// <summary>Rounds, and remembers the weights.</summary>
    public void Round()
    {
        foreach ((Tensor weight, Tensor kept) in _matrices)
        {
            kept.CopyFrom(weight);
            NormalFloat4.Round(kept.Span, weight.Span);
        }
    }

    /// <summary>Puts the weights back that were there before <see cref="Round"/>.</summary>
    public void Restore()
    {
        foreach ((Tensor weight, Tensor kept) in _matrices)
        {
            weight.CopyFrom(kept);
        }
    }

    /// <summary>Frees the copies.</summary>
    public void Dispose()
    {
        foreach ((_, Tensor kept) in _matrices)
        {
            kept.Dispose();
        }
    }

    private static bool IsRounded(string name, Tensor weight) =>
        weight.Rank == 2 && name.StartsWith("blocks.", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);
}
