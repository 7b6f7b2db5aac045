using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Tensors.Tests.Gradients;

/// <summary>
/// Checks the gradients of a function of tensors. The loss is the sum of the result times fixed random weights.
/// First the tape's gradients on <see cref="ReferenceBackend"/> in double precision are compared with central finite
/// differences; then the single-precision gradients of <see cref="CpuBackend"/> with those of the reference.
/// </summary>
internal static class GradientCheck
{
    /// <summary>Elements of one input that finite differences are taken of; larger inputs are sampled evenly.</summary>
    private const int MaxProbes = 120;

    /// <summary>Checks both backends on standard normal inputs of the given shapes.</summary>
    /// <param name="function">The operation; it must use only the tensors it gets (and constants of the backend's type).</param>
    /// <param name="shapes">Shapes of the inputs.</param>
    /// <param name="scale">Standard deviation of the inputs.</param>
    /// <param name="seed">Seed of the inputs.</param>
    /// <param name="tolerance">Allowed error of the reference gradients, relative to the largest gradient of the input (or 1).</param>
    /// <param name="cpuTolerance">Allowed error of the single-precision gradients, likewise.</param>
    /// <param name="constants">Indices of the inputs that want no gradient (their gradient must stay absent).</param>
    public static void Check(
        Func<Compute, Tensor[], Tensor> function,
        Shape[] shapes,
        float scale = 1f,
        ulong seed = 1,
        double tolerance = 1e-6,
        double cpuTolerance = 2e-5,
        int[]? constants = null)
    {
        float[][] values = shapes.Select((s, i) => Random(s.Count, scale, seed, (ulong)i)).ToArray();
        Check(function, shapes, values, tolerance, cpuTolerance, constants);
    }

    /// <summary>Checks both backends on given inputs.</summary>
    public static void Check(
        Func<Compute, Tensor[], Tensor> function,
        Shape[] shapes,
        float[][] values,
        double tolerance = 1e-6,
        double cpuTolerance = 2e-5,
        int[]? constants = null)
    {
        double[][] exact = Reference(function, shapes, values, tolerance, constants ?? []);
        using CpuBackend cpu = new(2);
        double[][] measured = TapeGradients(new Compute(cpu), function, shapes, values, DType.F32, constants ?? []);
        for (int i = 0; i < shapes.Length; i++)
        {
            AssertClose(exact[i], measured[i], cpuTolerance, $"cpu gradient of input {i} {shapes[i]}");
        }
    }

    /// <summary>Standard normal numbers times a scale.</summary>
    public static float[] Random(long count, float scale, ulong seed, ulong stream)
    {
        float[] values = new float[count];
        new CounterRandom(seed, stream).FillNormal(values);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= scale;
        }
        return values;
    }

    /// <summary>
    /// The largest difference must stay within <paramref name="tolerance"/> times the largest expected magnitude (at least 1e-3).
    /// </summary>
    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double size = 1e-3;
        foreach (double e in expected)
        {
            size = Math.Max(size, Math.Abs(e));
        }
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(expected[i] - actual[i]) / size;
            if (!(error <= tolerance))
            {
                Assert.Fail(
                    $"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R} " +
                    $"(error {error:E2} of {size:G4}, allowed {tolerance:E1}).");
            }
        }
    }

    /// <summary>The elements as doubles, whatever floating type the tensor has.</summary>
    public static double[] ToDoubles(Tensor t) => t.DType == DType.F64
        ? t.AsSpan<double>().ToArray()
        : Array.ConvertAll(t.Span.ToArray(), v => (double)v);

    private static double[][] Reference(
        Func<Compute, Tensor[], Tensor> function, Shape[] shapes, float[][] values, double tolerance, int[] constants)
    {
        using ReferenceBackend backend = new();
        Compute compute = new(backend);
        double[][] gradients = TapeGradients(compute, function, shapes, values, DType.F64, constants);
        using TensorScope scope = TensorScope.Open();
        Tensor[] inputs = MakeInputs(shapes, values, DType.F64);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (constants.Contains(i))
            {
                continue;
            }
            int stride = Math.Max(1, values[i].Length / MaxProbes);
            List<double> expected = [];
            List<double> actual = [];
            for (int j = 0; j < values[i].Length; j += stride)
            {
                expected.Add(Difference(compute, function, inputs, i, j));
                actual.Add(gradients[i][j]);
            }
            Assert.True(values[i].Length == 0 || expected.Exists(e => e != 0), $"The loss does not depend on input {i} {shapes[i]}.");
            double[] e = [.. expected];
            double[] a = [.. actual];
            AssertClose(e, a, tolerance, $"reference gradient of input {i} {shapes[i]} (every {stride}. element)");
        }
        return gradients;
    }

    private static double Difference(Compute compute, Func<Compute, Tensor[], Tensor> function, Tensor[] inputs, int input, int element)
    {
        Span<double> x = inputs[input].AsSpan<double>();
        double before = x[element];
        double step = 1e-5 * Math.Max(1, Math.Abs(before));
        x[element] = before + step;
        double above = Loss(compute, function, inputs);
        x[element] = before - step;
        double below = Loss(compute, function, inputs);
        x[element] = before;
        return (above - below) / (2 * step);
    }

    private static double Loss(Compute compute, Func<Compute, Tensor[], Tensor> function, Tensor[] inputs)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor y = function(compute, inputs);
        Span<double> values = y.AsSpan<double>();
        float[] weights = Weights(y);
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += values[i] * weights[i];
        }
        return sum;
    }

    private static double[][] TapeGradients(
        Compute compute, Func<Compute, Tensor[], Tensor> function, Shape[] shapes, float[][] values, DType type, int[] constants)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor[] inputs = MakeInputs(shapes, values, type);
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i].RequiresGrad = !constants.Contains(i);
        }
        using (Tape tape = compute.Record())
        {
            Tensor y = function(compute, inputs);
            tape.Backward(y, Make(y.Shape, Weights(y), type));
        }
        double[][] gradients = new double[inputs.Length][];
        for (int i = 0; i < inputs.Length; i++)
        {
            Tensor? gradient = inputs[i].Grad;
            string fault = gradient is null ? "has no gradient" : "must not get a gradient";
            Assert.True((gradient is null) == constants.Contains(i), $"Input {i} {shapes[i]} {fault}.");
            gradients[i] = gradient is null ? [] : ToDoubles(gradient);
            gradient?.Dispose();
        }
        return gradients;
    }

    private static float[] Weights(Tensor y) => Random(y.Count, 1f, 977, 1);

    private static Tensor[] MakeInputs(Shape[] shapes, float[][] values, DType type) =>
        shapes.Select((s, i) => Make(s, values[i], type)).ToArray();

    private static Tensor Make(Shape shape, float[] values, DType type) => type == DType.F64
        ? Tensor.From<double>(Array.ConvertAll(values, v => (double)v), shape)
        : Tensor.From(values, shape);
}
