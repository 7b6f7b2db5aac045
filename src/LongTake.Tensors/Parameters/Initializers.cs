using LongTake.Tensors.Random;

namespace LongTake.Tensors.Parameters;

/// <summary>Fills parameters before training.</summary>
internal static class Initializers
{
    public static void Fill(Span<float> values, ParameterSpec spec, ulong seed)
    {
        // One stream a name: adding a parameter does not change the others.
        ulong stream = 14695981039346656037;
        foreach (char c in spec.Name)
        {
            stream = (stream ^ c) * 1099511628211;
        }
        CounterRandom random = new(seed, stream);
        switch (spec.Init)
        {
            case ParameterInit.Zeros:
                values.Clear();
                break;
            case ParameterInit.Ones:
                values.Fill(1f);
                break;
            case ParameterInit.Normal:
                random.FillNormal(values);
                Multiply(values, spec.Scale);
                break;
            default:
                Shape s = spec.Shape;
                double receptive = s.Rank > 2 ? s.CountOf(2, s.Rank) : 1;
                double fanIn = (s.Rank > 1 ? s[1] : s[0]) * receptive;
                double fanOut = s[0] * receptive;
                double bound = spec.Init == ParameterInit.XavierUniform ? Math.Sqrt(6 / (fanIn + fanOut)) : Math.Sqrt(1 / fanIn);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)(((2 * random.NextDouble()) - 1) * bound * spec.Scale);
                }
                break;
        }
    }

    private static void Multiply(Span<float> values, float factor)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] *= factor;
        }
    }
}
