using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Vision;

/// <summary>The blocks of DINO and CLIP in plain double precision, written from the specification and nothing else.</summary>
internal sealed class ScalarEncoder(ParameterStore parameters, bool isClip, int heads, double eps, bool hasExactGelu = false)
{
    public double[][] Block(double[][] x, string block, bool isCausal, bool hasScales)
    {
        (string norm1, string qkv, string qkvBias, string proj, string norm2, string up, string down) = isClip
            ? ("ln_1", "attn.in_proj_weight", "attn.in_proj_bias", "attn.out_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")
            : ("norm1", "attn.qkv.weight", "attn.qkv.bias", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2");
        double[][] n = [.. x.Select(t => Norm(t, block + norm1))];
        double[][] stacked = [.. n.Select(t => Linear(t, block + qkv, block + qkvBias))];
        double[][] attended = [.. Attend(stacked, x[0].Length, isCausal).Select(t => Linear(t, block + proj + ".weight", block + proj + ".bias"))];
        x = Add(x, attended, hasScales ? Values(block + "ls1.gamma") : null);
        double[][] fed =
        [
            .. x.Select(t => Linear(Norm(t, block + norm2), block + up + ".weight", block + up + ".bias").Select(Activate).ToArray())
                .Select(t => Linear(t, block + down + ".weight", block + down + ".bias")),
        ];
        return Add(x, fed, hasScales ? Values(block + "ls2.gamma") : null);
    }

    public double[] Norm(double[] x, string name)
    {
        double mean = x.Average();
        double deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + eps);
        double[] weight = Values(name + ".weight");
        double[] bias = Values(name + ".bias");
        return [.. x.Select((v, i) => ((v - mean) / deviation * weight[i]) + bias[i])];
    }

    public double[] Linear(double[] x, string weight, string? bias)
    {
        double[] w = Values(weight);
        int outputs = w.Length / x.Length;
        double[]? b = bias is null ? null : Values(bias);
        return [.. Enumerable.Range(0, outputs).Select(o => (b?[o] ?? 0) + Enumerable.Range(0, x.Length).Sum(i => w[(o * x.Length) + i] * x[i]))];
    }

    /// <summary>x M for a matrix [in, out].</summary>
    public double[] Project(double[] x, string matrix)
    {
        double[] m = Values(matrix);
        int outputs = m.Length / x.Length;
        return [.. Enumerable.Range(0, outputs).Select(o => Enumerable.Range(0, x.Length).Sum(i => x[i] * m[(i * outputs) + o]))];
    }

    public double[] Values(string name)
    {
        Tensor t = parameters[name];
        return [.. t.Span.ToArray().Select(v => (double)v)];
    }

    private double[][] Attend(double[][] qkv, int width, bool isCausal)
    {
        int d = width / heads;
        return
        [
            .. qkv.Select((query, at) => Enumerable.Range(0, width).Select(channel =>
            {
                int head = channel / d * d;
                int seen = isCausal ? at + 1 : qkv.Length;
                double[] scores = [.. qkv.Take(seen).Select(key => Math.Exp(Enumerable.Range(head, d).Sum(i => query[i] * key[width + i]) / Math.Sqrt(d)))];
                return Enumerable.Range(0, seen).Sum(k => scores[k] * qkv[k][(2 * width) + channel]) / scores.Sum();
            }).ToArray()),
        ];
    }

    private static double[][] Add(double[][] x, double[][] y, double[]? scale) =>
        [.. x.Select((t, n) => t.Select((v, i) => v + (y[n][i] * (scale?[i] ?? 1))).ToArray())];

    private double Activate(double x) => isClip && !hasExactGelu ? x / (1 + Math.Exp(-1.702 * x)) : x * (1 + Erf(x / Math.Sqrt(2))) / 2;

    // The series converges fast where these tests look.
    private static double Erf(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }
        return Math.Abs(x) > 4 ? Math.Sign(x) : 2 / Math.Sqrt(Math.PI) * sum;
    }
}
