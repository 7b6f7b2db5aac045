using LongTake.Generation.Methods.FreePca;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;
using MathNet.Numerics.LinearAlgebra;

namespace LongTake.Generation.Tests.Methods.FreePca;

public class PrincipalMixTests
{
    private const int Frames = 6;

    [Theory]
    [InlineData(40, 1)]
    [InlineData(700, 3)]
    [InlineData(20000, 2)]
    public void The_mix_is_that_of_the_definition(int rows, int components)
    {
        (float[] a, float[] b) = Branches(rows);
        float[] expected = Definition(a, b, components);
        using CpuBackend one = new(1);
        using CpuBackend three = new(3);
        float[] mixed = [.. a];
        PrincipalMix.Apply(one, mixed, b, Frames, components);
        for (int i = 0; i < a.Length; i++)
        {
            Assert.Equal(expected[i], mixed[i], 2e-5f);
        }
        float[] threaded = [.. a];
        PrincipalMix.Apply(three, threaded, b, Frames, components);
        Assert.Equal(mixed, threaded);
        float[] reference = [.. a];
        PrincipalMix.Apply(new ReferenceBackend(), reference, b, Frames, components);
        Assert.Equal(mixed, reference);
    }

    /// <summary>Acceptance test 6 of fifo-and-sliding-window.md 13.</summary>
    [Fact]
    public void Equal_branches_stay_all_components_are_the_long_branch_and_none_its_means()
    {
        using CpuBackend cpu = new(1);
        (float[] a, float[] b) = Branches(300);
        for (int k = 0; k <= Frames; k++)
        {
            float[] same = [.. a];
            PrincipalMix.Apply(cpu, same, a, Frames, k);
            for (int i = 0; i < a.Length; i++)
            {
                Assert.Equal(a[i], same[i], 1e-5f);
            }
        }
        foreach (int k in (int[])[Frames, Frames + 3])
        {
            float[] all = [.. a];
            PrincipalMix.Apply(cpu, all, b, Frames, k);
            Assert.Equal(b, all);
        }
        float[] none = [.. a];
        PrincipalMix.Apply(cpu, none, b, Frames, 0);
        for (int row = 0; row < 300; row++)
        {
            double meanA = Enumerable.Range(0, Frames).Average(f => a[(f * 300) + row]);
            double meanB = Enumerable.Range(0, Frames).Average(f => b[(f * 300) + row]);
            for (int f = 0; f < Frames; f++)
            {
                Assert.Equal(a[(f * 300) + row] - meanA + meanB, none[(f * 300) + row], 1e-5);
            }
        }
        Assert.Throws<ArgumentException>(() => PrincipalMix.Apply(cpu, new float[7], new float[7], Frames, 1));
    }

    /// <summary>Branches that differ in one direction over time alone: taking all others over changes nothing, and it is the one left.</summary>
    [Fact]
    public void What_the_branches_disagree_in_stays_the_short_ones()
    {
        using CpuBackend cpu = new(1);
        (float[] a, _) = Branches(500);
        double[] rise = [-5, -3, -1, 1, 3, 5];
        float[] b = [.. a];
        CounterRandom random = new(4, 4);
        for (int row = 0; row < 500; row++)
        {
            double along = 0;
            for (int f = 0; f < Frames; f++)
            {
                along += rise[f] * a[(f * 500) + row] / 70;
            }

            // Along the direction the long branch has another motion, and much of it, so that it is a component of its own.
            double other = 40 * (random.NextDouble() - 0.5);
            for (int f = 0; f < Frames; f++)
            {
                b[(f * 500) + row] = (float)(a[(f * 500) + row] + ((other - along) * rise[f]));
            }
        }
        float[] mixed = [.. a];
        PrincipalMix.Apply(cpu, mixed, b, Frames, 3);
        double moved = a.Zip(mixed).Average(p => Math.Abs(p.First - p.Second));
        double distance = a.Zip(b).Average(p => Math.Abs(p.First - p.Second));
        Assert.True(moved < 0.02 * distance, $"{moved} of {distance}");
    }

    /// <summary>Branches of shape [frames, rows] that share much of what varies.</summary>
    private static (float[] Short, float[] Long) Branches(int rows)
    {
        float[] a = new float[Frames * rows];
        float[] b = new float[Frames * rows];
        float[] shared = new float[Frames * rows];
        new CounterRandom(2, 1).FillNormal(a);
        new CounterRandom(2, 2).FillNormal(b);
        new CounterRandom(2, 3).FillNormal(shared);
        for (int i = 0; i < a.Length; i++)
        {
            float s = shared[i] * (1 + (i / rows));
            a[i] += s + 2;
            b[i] = (0.6f * b[i]) + s - 1;
        }
        return (a, b);
    }

    /// <summary>Step by step as published: project, compare, choose, project back.</summary>
    private static float[] Definition(float[] a, float[] b, int components)
    {
        int rows = a.Length / Frames;
        (double[] x, _) = Centred(a, rows);
        (double[] y, double[] mean) = Centred(b, rows);
        Matrix<double> covariance = Matrix<double>.Build.Dense(Frames, Frames, (i, j) => Product(y, y, i, j, rows) / (Frames - 1));
        Matrix<double> v = covariance.Evd(Symmetricity.Symmetric).EigenVectors;
        double[] px = Project(x, (f, k) => v[f, k], rows);
        double[] py = Project(y, (f, k) => v[f, k], rows);
        double total = Enumerable.Range(0, Frames).Sum(k => Product(py, py, k, k, rows));
        double[] cosines = [.. Enumerable.Range(0, Frames).Select(k => Product(py, py, k, k, rows) < 1e-12 * total
            ? -2
            : Product(px, py, k, k, rows) / Math.Sqrt(Product(px, px, k, k, rows) * Product(py, py, k, k, rows)))];
        foreach (int k in Enumerable.Range(0, Frames).OrderByDescending(k => cosines[k]).Take(components))
        {
            py.AsSpan(k * rows, rows).CopyTo(px.AsSpan(k * rows, rows));
        }
        double[] fused = Project(px, (k, f) => v[f, k], rows);
        return [.. fused.Select((value, i) => (float)(value + mean[i % rows]))];
    }

    private static (double[] Centred, double[] Mean) Centred(float[] branch, int rows)
    {
        double[] mean = [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, Frames).Average(f => (double)branch[(f * rows) + r]))];
        return ([.. branch.Select((value, i) => value - mean[i % rows])], mean);
    }

    private static double Product(double[] x, double[] y, int i, int j, int rows)
    {
        double sum = 0;
        for (int r = 0; r < rows; r++)
        {
            sum += x[(i * rows) + r] * y[(j * rows) + r];
        }
        return sum;
    }

    /// <summary>Columns to other columns: out_k = sum over f of in_f times weight(f, k).</summary>
    private static double[] Project(double[] x, Func<int, int, double> weight, int rows)
    {
        double[] y = new double[x.Length];
        for (int k = 0; k < Frames; k++)
        {
            for (int f = 0; f < Frames; f++)
            {
                double w = weight(f, k);
                for (int r = 0; r < rows; r++)
                {
                    y[(k * rows) + r] += w * x[(f * rows) + r];
                }
            }
        }
        return y;
    }
}
