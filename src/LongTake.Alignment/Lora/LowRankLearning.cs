using LongTake.Alignment.Training;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Lora;

/// <summary>
/// Lets a whole network learn under the condition that its matrices differ from another network's by little: W = W' + B A with B A of low
/// rank. Losses see the sums; A and B are what the optimiser moves, by the chain rule from the gradient of the sum. So every task can
/// learn this way without knowing of it, and the result is stored as an adapter beside the other network (<c>longtake convert --base</c>).
/// Source: Hu et al., "LoRA" (2021), section 4.1; there A and B are layers of their own, which is the same function.
/// </summary>
internal sealed class LowRankLearning : IDisposable
{
    // The difference that a training starts with is an earlier training's, stored with 8 significant bits.
    private const double MostLeft = 0.02;

    private readonly Compute _constant;
    private readonly ParameterStore _whole;
    private readonly List<Matrix> _matrices = [];

    /// <summary>Finds the factors that a network's matrices have now; where they do not differ from the other's, A is random and B zero.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="whole">The network that learns; those of its parameters that want gradients.</param>
    /// <param name="origin">The network that it is to differ little from; stays the caller's.</param>
    /// <param name="rank">Rank of the differences.</param>
    /// <param name="seed">Seed of A.</param>
    /// <exception cref="RecipeException">The network differs from the other by more than such products, or is of another size.</exception>
    public LowRankLearning(Compute compute, ParameterStore whole, ParameterStore origin, int rank, ulong seed)
    {
        _constant = new Compute(compute.Backend);
        _whole = whole;
        try
        {
            double different = 0, left = 0;
            foreach (string name in whole.Names.Where(n => whole[n].RequiresGrad))
            {
                Tensor weight = whole[name];
                if (!origin.TryGet(name, out Tensor? from) || from.Shape != weight.Shape)
                {
                    throw new RecipeException($"The recipe's 'low_rank' needs a bidirectional transformer of the same size in the model folder: '{name}' differs.");
                }
                if (!LowRankFactors.Saves(name, weight.Shape, rank))
                {
                    Learned.Add(name, weight);
                    continue;
                }
                _matrices.Add(Factor(name, weight, from, rank, seed));
                different += _matrices[^1].Difference;
                left += _matrices[^1].Left;
            }
            if (left > MostLeft * different)
            {
                throw new RecipeException(
                    $"The weights that the training starts with differ from the model's bidirectional transformer by more than a product of rank {rank}: "
                    + $"{100 * left / different:F0} % of the difference would be lost. Start from a training with the same 'low_rank', or leave it out.");
            }
            Merge();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// What the optimiser moves, by name: A and B of the matrices (<c>blocks.0.ffn.0.lora_A.weight</c>), and all else as it is.
    /// </summary>
    public ParameterStore Learned { get; } = new();

    /// <summary>Turns the gradients of the sums into those of A and B: dA = Bᵀ dW and dB = dW Aᵀ.</summary>
    public void TakeGradients()
    {
        using TensorScope scope = TensorScope.Open();
        foreach (Matrix m in _matrices)
        {
            if (m.Weight.Grad is Tensor gradient)
            {
                m.A.Grad!.CopyFrom(_constant.MatMul(m.B, gradient, transposeA: true));
                m.B.Grad!.CopyFrom(_constant.MatMul(gradient, m.A, transposeB: true));
            }
        }
        Forget();
    }

    /// <summary>Forgets the gradients of the sums.</summary>
    public void Forget() => _matrices.ForEach(m => m.Weight.Grad?.Clear());

    /// <summary>Puts the sums into the network.</summary>
    public void Merge() => _matrices.ForEach(m => Sum(m, m.Weight, m.A, m.B));

    /// <summary>Puts other values of what learns, averages say, and the sums into a copy of the network.</summary>
    /// <param name="target">All parameters of the network.</param>
    /// <param name="learned">Of the names in <see cref="Learned"/>.</param>
    public void MergeInto(ParameterStore target, ParameterStore learned)
    {
        _matrices.ForEach(m => Sum(m, target[m.Name], learned[m.NameOfA], learned[m.NameOfB]));
        foreach (string name in Learned.Names.Where(n => target.TryGet(n, out _)))
        {
            target[name].CopyFrom(learned[name]);
        }
    }

    /// <summary>Frees the factors; the network's own parameters stay the caller's.</summary>
    public void Dispose() => _matrices.ForEach(m => m.Dispose());

    /// <summary>On the training's own threads, after every step.</summary>
    private void Sum(Matrix matrix, Tensor target, Tensor a, Tensor b)
    {
        using TensorScope scope = TensorScope.Open();
        target.CopyFrom(_constant.Add(matrix.Origin, _constant.MatMul(b, a)));
    }

    private Matrix Factor(string name, Tensor weight, Tensor origin, int rank, ulong seed)
    {
        string module = name[..^".weight".Length];
        Shape w = weight.Shape;
        using ParameterStore random = ParameterStore.CreateRandom(
            [new ParameterSpec(module + LoraAdapter.SuffixA, [rank, w[1]], ParameterInit.FanInUniform)], seed);
        Tensor a = random.Tensors.Single().Clone(), b = Tensor.Zeros([w[0], rank]);
        (double whole, double left) = weight.Span.SequenceEqual(origin.Span) ? (0, 0) : LowRankFactors.OfDifference(weight, origin, a, b);
        Matrix matrix = new(name, weight, TensorScope.Detach(origin.Clone()), TensorScope.Detach(a), TensorScope.Detach(b))
        {
            Difference = whole,
            Left = left,
        };
        foreach ((string factor, Tensor tensor) in new[] { (matrix.NameOfA, a), (matrix.NameOfB, b) })
        {
            tensor.RequiresGrad = true;
            tensor.Grad = TensorScope.Detach(Tensor.Zeros(tensor.Shape));
            Learned.Add(factor, tensor);
        }
        return matrix;
    }

    private sealed record Matrix(string Name, Tensor Weight, Tensor Origin, Tensor A, Tensor B) : IDisposable
    {
        public string NameOfA { get; } = Name[..^".weight".Length] + LoraAdapter.SuffixA;

        public string NameOfB { get; } = Name[..^".weight".Length] + LoraAdapter.SuffixB;

        /// <summary>Sum of squares of the difference at the start.</summary>
        public double Difference { get; init; }

        /// <summary>What the factors leave of it.</summary>
        public double Left { get; init; }

        public void Dispose()
        {
            foreach (Tensor factor in new[] { A, B })
            {
                factor.Grad?.Dispose();
                factor.Grad = null;
                factor.Dispose();
            }
            Origin.Dispose();
        }
    }
}
