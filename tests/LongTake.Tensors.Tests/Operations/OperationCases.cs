namespace LongTake.Tensors.Tests.Operations;

/// <summary>An operation on random inputs of given shapes; every property that all operations share is tested on these.</summary>
/// <param name="Name">What the test is called.</param>
/// <param name="Shapes">Shapes of the inputs.</param>
/// <param name="Function">The operation.</param>
/// <param name="Constants">Inputs that have no gradient.</param>
/// <param name="Positive">Inputs are made positive (logarithms, roots).</param>
internal sealed record OperationCase(
    string Name, Shape[] Shapes, Func<Compute, Tensor[], Tensor> Function, int[]? Constants = null, bool Positive = false)
{
    public float[][] Values(ulong seed) => Shapes
        .Select((s, i) =>
        {
            float[] v = Gradients.GradientCheck.Random(s.Count, 1f, seed, (ulong)i);
            return Positive ? Array.ConvertAll(v, x => MathF.Abs(x) + 0.3f) : v;
        })
        .ToArray();
}

/// <summary>The table of operations, with sizes that no vector width divides.</summary>
internal static class OperationCases
{
    private static readonly int[] s_rows = [3, 0, 3, 2];

    /// <summary>Small sizes: finite differences probe them.</summary>
    public static IReadOnlyList<OperationCase> Small { get; } = Make([2, 6, 19], 37, 4, 6, 3, 22);

    /// <summary>Sizes that take several pieces of the thread pool.</summary>
    public static IReadOnlyList<OperationCase> Large { get; } = Make([2, 336, 67], 2051, 4, 168, 5, 70);

    private static List<OperationCase> Make(Shape x, int tail, int parts, int tokens, int heads, int size)
    {
        (int b, int n, int d) = (x[0], x[1], x[2]);
        Shape q = [2, tokens, heads, size];
        Shape shared = [tokens, size / 2];
        Shape perHead = [heads, tokens, size / 2];
        List<OperationCase> cases =
        [
            new("add", [x, x], (c, t) => c.Add(t[0], t[1])),
            new("add broadcast", [x, [d]], (c, t) => c.Add(t[0], t[1])),
            new("add broadcast 2-D", [x, [n, d]], (c, t) => c.Add(t[0], t[1])),
            new("sub", [x, x], (c, t) => c.Sub(t[0], t[1])),
            new("sub broadcast", [x, [d]], (c, t) => c.Sub(t[0], t[1])),
            new("mul", [x, x], (c, t) => c.Mul(t[0], t[1])),
            new("mul broadcast", [x, [d]], (c, t) => c.Mul(t[0], t[1])),
            new("mul broadcast scalar", [x, []], (c, t) => c.Mul(t[0], t[1])),
            new("add broadcast short", [[tail, 3], [3]], (c, t) => c.Add(t[0], t[1])),
            new("mul broadcast short", [[tail, 2, 3], [2, 3]], (c, t) => c.Mul(t[0], t[1])),
            new("mul with itself", [x], (c, t) => c.Mul(t[0], t[0])),
            new("affine", [x], (c, t) => c.Affine(t[0], -1.5f, 0.25f)),
            new("scale", [x], (c, t) => c.Scale(t[0], 0.125f)),
            new("add scalar", [x], (c, t) => c.AddScalar(t[0], 0.75f)),
            new("clamp", [x], (c, t) => c.Clamp(t[0], -0.7f, 0.9f)),
            new("softmax", [x], (c, t) => c.Softmax(t[0])),
            new("softmax long rows", [[3, tail]], (c, t) => c.Softmax(t[0])),
            new("layer norm plain", [x], (c, t) => c.LayerNorm(t[0], null, null, 1e-6f)),
            new("layer norm weight", [x, [d]], (c, t) => c.LayerNorm(t[0], t[1], null, 1e-6f)),
            new("layer norm affine", [x, [d], [d]], (c, t) => c.LayerNorm(t[0], t[1], t[2], 1e-5f)),
            new("layer norm modulate", [x, [b, 3, 4, d]], (c, t) => c.LayerNormModulate(t[0], t[1], 2, 1, 1e-6f)),
            new("layer norm modulate, one group", [x, [b, 1, 2, d]], (c, t) => c.LayerNormModulate(t[0], t[1], 0, 1, 1e-6f)),
            new("rms norm", [x, [d]], (c, t) => c.RmsNorm(t[0], t[1], 1e-5f)),
            new("rms norm plain", [x], (c, t) => c.RmsNorm(t[0], null, 1e-5f)),
            new("gate add", [x, x, [b, 3, 4, d]], (c, t) => c.GateAdd(t[0], t[1], t[2], 3)),
            new("rope", [q, shared, shared], (c, t) => c.Rope(t[0], t[1], t[2]), [1, 2]),
            new("rope inverse", [q, shared, shared], (c, t) => c.Rope(t[0], t[1], t[2], inverse: true), [1, 2]),
            new("rope per head", [q, perHead, perHead], (c, t) => c.Rope(t[0], t[1], t[2]), [1, 2]),
            new("concat first", [x, [3, n, d]], (c, t) => c.Concat([t[0], t[1], t[0]], 0)),
            new("concat middle", [x, [b, 2, d]], (c, t) => c.Concat([t[0], t[1]], 1)),
            new("concat last", [x, [b, n, 5]], (c, t) => c.Concat([t[0], t[1]], -1)),
            new("slice first", [x], (c, t) => c.Slice(t[0], 0, 1, 1)),
            new("slice middle", [x], (c, t) => c.Slice(t[0], 1, 2, 3)),
            new("slice last", [x], (c, t) => c.Slice(t[0], 2, 5, 7)),
            new("pad first", [x], (c, t) => c.Pad(t[0], 0, 1, 2)),
            new("pad middle", [x], (c, t) => c.Pad(t[0], 1, 0, 2, 0.5f)),
            new("pad last", [x], (c, t) => c.Pad(t[0], 2, 3, 1)),
            new("gather rows", [[5, tail]], (c, t) => c.Gather(t[0], 0, s_rows)),
            new("gather tokens", [[2, 4, tail]], (c, t) => c.Gather(t[0], 1, s_rows)),
            new("scatter add", [[2, 4, tail]], (c, t) => c.ScatterAdd(t[0], 1, s_rows, 5)),
            new("embedding", [[7, tail]], (c, t) => c.Embedding(t[0], Ids())),
            new("sum", [x], (c, t) => c.Sum(t[0])),
            new("mean", [x], (c, t) => c.Mean(t[0])),
            new("sum first", [x], (c, t) => c.SumDim(t[0], 0)),
            new("sum middle", [x], (c, t) => c.SumDim(t[0], 1, keepDim: true)),
            new("sum last", [x], (c, t) => c.SumDim(t[0], 2)),
            new("mean middle", [x], (c, t) => c.MeanDim(t[0], 1)),
            new("mse", [x, x], (c, t) => c.MeanSquaredError(t[0], t[1])),
            new("mse of one side", [x, x], (c, t) => c.MeanSquaredError(t[0], t[1]), [1]),
            new("weighted mse", [x, x, [b]], (c, t) => c.WeightedMeanSquaredError(t[0], t[1], t[2]), [2]),
            new("weighted mse by token", [x, x, [b, n]], (c, t) => c.WeightedMeanSquaredError(t[0], t[1], t[2]), [2]),
            new("reshape and rows", [[4, n, d]], (c, t) => c.Rows(c.Reshape(t[0], [4 * n, d]), 3, n)),
            new("permute heads", [q], (c, t) => c.Permute(t[0], [0, 2, 1, 3])),
            new("permute transpose", [[tokens, tail]], (c, t) => c.Permute(t[0], [1, 0])),
            new("permute channels last", [[2, parts, tokens, size]], (c, t) => c.Permute(t[0], [0, 2, 3, 1])),
            new("permute patchify", [[3, tokens, 2, size, 2]], (c, t) => c.Permute(t[0], [1, 3, 0, 2, 4])),
            new("permute rank 6", [[2, parts, 3, 5, 2, size]], (c, t) => c.Permute(t[0], [4, 1, 5, 0, 3, 2])),
            new("permute short rows", [[2, 3, tail, 2]], (c, t) => c.Permute(t[0], [2, 1, 0, 3])),
            new("permute short columns", [[tail, 2, 3]], (c, t) => c.Permute(t[0], [0, 2, 1])),
            new("permute identity", [x], (c, t) => c.Permute(t[0], [0, 1, 2])),
        ];
        foreach (UnaryFunction f in Enum.GetValues<UnaryFunction>())
        {
            bool positive = f is UnaryFunction.Log or UnaryFunction.Sqrt;
            cases.Add(new OperationCase(f.ToString(), [x], (c, t) => c.Apply(f, t[0]), Positive: positive));
        }
        return cases;
    }

    private static Tensor Ids() => Tensor.From<int>([3, 6, 0, 3, 1, 3], [3, 2]);
}
