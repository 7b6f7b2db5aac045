using FsCheck;
using FsCheck.Fluent;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Operations;

/// <summary>Laws that hold for all inputs.</summary>
public sealed class OperationProperties : IDisposable
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(60);

    private readonly CpuBackend _cpu = new(2);
    private readonly Compute _compute;

    public OperationProperties() => _compute = new Compute(_cpu);

    public void Dispose() => _cpu.Dispose();

    [Fact]
    public void A_permutation_and_its_inverse_cancel() => ForAll(
        from sizes in Sizes(1, 6)
        from order in Gen.Shuffle(Enumerable.Range(0, sizes.Length).ToArray())
        select (sizes, order: order.ToArray()),
        t =>
        {
            Tensor x = Random(Shape.Create(t.sizes), 1);
            int[] back = new int[t.order.Length];
            for (int k = 0; k < back.Length; k++)
            {
                back[t.order[k]] = k;
            }
            Tensor y = _compute.Permute(x, t.order);
            return y.Shape.SequenceEqual(t.order.Select(a => t.sizes[a])) && Same(x, _compute.Permute(y, back));
        });

    [Fact]
    public void Slices_of_a_concatenation_are_its_parts() => ForAll(
        from sizes in Sizes(1, 4)
        from dim in Gen.Choose(0, sizes.Length - 1)
        from lengths in Gen.Choose(0, 9).NonEmptyListOf()
        select (sizes, dim, lengths: lengths.Take(5).ToArray()),
        t =>
        {
            Tensor[] parts = t.lengths.Select((n, i) => Random(Shape.Create(t.sizes).With(t.dim, n), (ulong)i)).ToArray();
            Tensor whole = _compute.Concat(parts, t.dim);
            int start = 0;
            foreach (Tensor part in parts)
            {
                if (!Same(part, _compute.Slice(whole, t.dim, start, part.Shape[t.dim])))
                {
                    return false;
                }
                start += part.Shape[t.dim];
            }
            return start == whole.Shape[t.dim];
        });

    [Fact]
    public void Padding_can_be_cut_off_again() => ForAll(
        from sizes in Sizes(1, 4)
        from dim in Gen.Choose(0, sizes.Length - 1)
        from before in Gen.Choose(0, 5)
        from after in Gen.Choose(0, 5)
        select (sizes, dim, before, after),
        t =>
        {
            Tensor x = Random(Shape.Create(t.sizes), 1);
            Tensor y = _compute.Pad(x, t.dim, t.before, t.after);
            return Same(x, _compute.Slice(y, t.dim, t.before, x.Shape[t.dim]))
                && Math.Abs(_compute.Sum(_compute.Abs(y)).Span[0] - _compute.Sum(_compute.Abs(x)).Span[0]) < 1e-3;
        });

    [Fact]
    public void Softmax_rows_sum_to_one_and_ignore_a_shift() => ForAll(
        from rows in Gen.Choose(1, 5)
        from columns in Gen.Choose(1, 300)
        from scale in Gen.Choose(0, 80)
        select (rows, columns, scale),
        t =>
        {
            Tensor x = Random([t.rows, t.columns], 1, t.scale);
            Tensor y = _compute.Softmax(x);
            Tensor shifted = _compute.Softmax(_compute.AddScalar(x, 1000f));
            float[] sums = _compute.SumDim(y, 1).Span.ToArray();
            return sums.All(s => MathF.Abs(s - 1) < 1e-5f) && Close(y, shifted, 1e-4f * (1 + t.scale)) && y.Span.ToArray().All(v => v >= 0);
        });

    [Fact]
    public void Rope_keeps_norms_and_sees_distances_only() => ForAll(
        from half in Gen.Choose(1, 33)
        from m in Gen.Choose(0, 40)
        from n in Gen.Choose(0, 40)
        from shift in Gen.Choose(1, 60)
        select (half, m, n, shift),
        t =>
        {
            Tensor q = Random([1, 1, 1, 2 * t.half], 1);
            Tensor k = Random([1, 1, 1, 2 * t.half], 2);
            float near = Dot(Rotated(q, t.m), Rotated(k, t.n));
            float far = Dot(Rotated(q, t.m + t.shift), Rotated(k, t.n + t.shift));
            float norm = Dot(q, q);
            Tensor r = Rotated(q, t.m);
            return MathF.Abs(Dot(r, r) - norm) < 1e-4f * norm && MathF.Abs(near - far) < 3e-4f * (1 + norm);
        });

    [Fact]
    public void Layer_norm_rows_have_mean_zero_and_variance_one_whatever_the_offset() => ForAll(
        from columns in Gen.Choose(8, 300)
        from offset in Gen.Choose(-100, 100)
        select (columns, offset),
        t =>
        {
            Tensor x = _compute.AddScalar(Random([3, t.columns], 1), t.offset);
            Tensor y = _compute.LayerNorm(x, null, null, 0f);
            return _compute.MeanDim(y, 1).Span.ToArray().All(v => MathF.Abs(v) < 1e-4f)
                && _compute.MeanDim(_compute.Square(y), 1).Span.ToArray().All(v => MathF.Abs(v - 1) < 1e-4f);
        });

    [Fact]
    public void Scatter_is_the_transpose_of_gather() => ForAll(
        from size in Gen.Choose(1, 9)
        from indices in Gen.Choose(0, size - 1).NonEmptyListOf()
        from inner in Gen.Choose(1, 40)
        select (size, indices: indices.ToArray(), inner),
        t =>
        {
            Tensor x = Random([2, t.size, t.inner], 1);
            Tensor g = Random([2, t.indices.Length, t.inner], 2);
            float left = _compute.Sum(_compute.Mul(_compute.Gather(x, 1, t.indices), g)).Span[0];
            float right = _compute.Sum(_compute.Mul(x, _compute.ScatterAdd(g, 1, t.indices, t.size))).Span[0];
            return MathF.Abs(left - right) < 1e-3f * (1 + MathF.Abs(left));
        });

    private Tensor Rotated(Tensor x, int position)
    {
        int half = x.Shape[3] / 2;
        float[] cos = new float[half];
        float[] sin = new float[half];
        for (int i = 0; i < half; i++)
        {
            (double s, double c) = Math.SinCos(position * Math.Pow(10000, -(double)i / half));
            (sin[i], cos[i]) = ((float)s, (float)c);
        }
        return _compute.Rope(x, Tensor.From(cos, [1, half]), Tensor.From(sin, [1, half]));
    }

    private float Dot(Tensor a, Tensor b) => _compute.Sum(_compute.Mul(a, b)).Span[0];

    private static void ForAll<T>(Gen<T> inputs, Func<T, bool> law) => Prop.ForAll(inputs.ToArbitrary(), input =>
    {
        using TensorScope scope = TensorScope.Open();
        return law(input);
    }).Check(s_config);

    private static Gen<int[]> Sizes(int least, int most) =>
        from rank in Gen.Choose(least, most)
        from sizes in Gen.Choose(1, 7).ArrayOf(rank)
        select sizes;

    private static Tensor Random(Shape shape, ulong seed, float scale = 1f) =>
        Tensor.From(GradientCheck.Random(shape.Count, scale, seed, 3), shape);

    private static bool Same(Tensor a, Tensor b) => a.Shape == b.Shape && a.Span.SequenceEqual(b.Span);

    private static bool Close(Tensor a, Tensor b, float tolerance)
    {
        for (int i = 0; i < a.Count; i++)
        {
            if (MathF.Abs(a.Span[i] - b.Span[i]) > tolerance)
            {
                return false;
            }
        }
        return true;
    }
}
