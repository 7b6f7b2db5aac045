using System.Numerics.Tensors;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Vision;

/// <summary>
/// LAION's linear predictor of how well people like an image, on CLIP embeddings: score = w e + b, roughly 1 to 10.
/// Source: LAION-AI/aesthetic-predictor; spec metric-models, section 3.
/// </summary>
public sealed class AestheticHead
{
    private readonly float[] _weight;
    private readonly float _bias;

    /// <summary>Makes a head.</summary>
    /// <param name="weight">One number for each value of the embedding.</param>
    /// <param name="bias">Added.</param>
    public AestheticHead(ReadOnlySpan<float> weight, float bias)
    {
        _weight = weight.ToArray();
        _bias = bias;
    }

    /// <summary>Values of the embedding that it takes.</summary>
    public int Dim => _weight.Length;

    /// <summary>Names and shapes of the parameters.</summary>
    /// <param name="dim">Values of the embedding.</param>
    public static IReadOnlyList<ParameterSpec> Specs(int dim) => [new("weight", [1, dim], ParameterInit.Normal), new("bias", [1])];

    /// <summary>Reads a head, e.g. <c>sa_0_4_vit_l_14_linear.pth</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dim">Values of the embedding that it must take.</param>
    /// <exception cref="CheckpointException">It is unreadable, no such head, or for another CLIP.</exception>
    public static AestheticHead Load(string path, int dim)
    {
        using ITensorSource source = CheckpointFile.Open(path);
        if (source.Tensors.FirstOrDefault(t => t.Name == "weight") is TensorInfo { Shape.Rank: 2 } weight && weight.Shape[1] != dim)
        {
            throw new CheckpointException(
                $"'{path}' is an aesthetic head for embeddings of {weight.Shape[1]} values, but the CLIP model gives {dim}; take the head that was made for it.");
        }
        using ParameterStore parameters = WeightLoader.Load(source, Specs(dim), $"the aesthetic head in '{path}'", WeightUse.Training);
        return new AestheticHead(parameters["weight"].Span, parameters["bias"].Span[0]);
    }

    /// <summary>The score of an image.</summary>
    /// <param name="embedding">Its CLIP embedding, of length 1.</param>
    public float Score(ReadOnlySpan<float> embedding) => TensorPrimitives.Dot(_weight, embedding) + _bias;
}
