using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Tests.Operations;

/// <summary>Shapes that do not fit are refused with a message that names them.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly ReferenceBackend _backend = new();
    private readonly Compute _c;
    private readonly TensorScope _scope = TensorScope.Open();

    public BadInputTests() => _c = new Compute(_backend);

    public void Dispose()
    {
        _scope.Dispose();
        _backend.Dispose();
    }

    [Fact]
    public void Operands_must_fit()
    {
        Tensor x = Tensor.Zeros([2, 6, 4]);
        Refused(() => _c.Add(x, Tensor.Zeros([6])), "[6]", "[2, 6, 4]");
        Refused(() => _c.Mul(Tensor.Zeros([4]), x), "[2, 6, 4]");
        Refused(() => _c.Sub(x, Tensor.Zeros([4], DType.BF16)), "BF16", "Cast");
        Refused(() => _c.Clamp(x, 2, 1), "lower limit 2");
        Refused(() => _c.Softmax(Tensor.Zeros([])), "scalar");
        Refused(() => _c.MeanSquaredError(x, Tensor.Zeros([2, 6, 5])), "[2, 6, 5]");
        Refused(() => _c.WeightedMeanSquaredError(x, x, Tensor.Zeros([6])), "leading dimensions");
    }

    [Fact]
    public void Normalisation_factors_must_fit()
    {
        Tensor x = Tensor.Zeros([2, 6, 4]);
        Refused(() => _c.LayerNorm(x, Tensor.Zeros([5]), null, 0), "weight", "[5]");
        Refused(() => _c.LayerNorm(x, null, Tensor.Zeros([5]), 0), "bias");
        Refused(() => _c.RmsNorm(x, Tensor.Zeros([3]), 0), "[3]");
        Refused(() => _c.LayerNormModulate(x, Tensor.Zeros([2, 4, 6, 4]), 0, 1, 0), "multiple of G");
        Refused(() => _c.LayerNormModulate(x, Tensor.Zeros([2, 3, 6, 4]), 0, 6, 0), "6 rows");
        Refused(() => _c.GateAdd(x, x, Tensor.Zeros([1, 3, 6, 4]), 2), "[1, 3, 6, 4]");
        Refused(() => _c.Rope(Tensor.Zeros([1, 2, 3, 5]), x, x), "even D");
        Refused(() => _c.Rope(Tensor.Zeros([1, 2, 3, 4]), Tensor.Zeros([3, 2]), Tensor.Zeros([3, 2])), "[2, 2]", "[3, 2, 2]");
    }

    [Fact]
    public void Shaping_must_stay_inside()
    {
        Tensor x = Tensor.Zeros([2, 6, 4]);
        Refused(() => _c.Concat([x, Tensor.Zeros([2, 5, 4])], 2), "dimension 2");
        Refused(() => _c.Concat([], 0), "nothing");
        Refused(() => _c.Slice(x, 1, 4, 3), "4..7");
        Refused(() => _c.Slice(x, 3, 0, 1), "3 dimensions");
        Refused(() => _c.Permute(x, [0, 1, 1]), "no order");
        Refused(() => _c.Permute(x, [0, 1]), "no order");
        Refused(() => _c.Pad(x, 0, -1, 0), "negative");
        Refused(() => _c.Gather(x, 1, [0, 6]), "index 6");
        Refused(() => _c.ScatterAdd(x, 1, [0, 1], 9), "2 indices");
        Refused(() => _c.Embedding(Tensor.Zeros([3, 4]), Tensor.From<long>([0, 3], [2])), "index 3");
        Refused(() => _c.Embedding(Tensor.Zeros([3, 4]), Tensor.Zeros([2])), "I32 or I64");
    }

    private static void Refused(Func<Tensor> call, params string[] said)
    {
        ArgumentException e = Assert.ThrowsAny<ArgumentException>(call);
        Assert.All(said, s => Assert.Contains(s, e.Message));
    }
}
