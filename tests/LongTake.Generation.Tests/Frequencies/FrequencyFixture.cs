using LongTake.Generation.Cache;
using LongTake.Generation.Frequencies;
using LongTake.Models.Wan;

namespace LongTake.Generation.Tests.Frequencies;

/// <summary>Frequencies of Wan and of smaller models, and the calls that policies are asked about.</summary>
internal static class FrequencyFixture
{
    /// <summary>Wan's temporal pairs.</summary>
    public static double[] Wan { get; } = RotaryFrequencies.Series(22, 10000);

    /// <summary>Six pairs, as small models have.</summary>
    public static double[] Small { get; } = RotaryFrequencies.Series(6, 10000);

    /// <summary>Frames held when the chunk of three that ends before a frame is in work, with a window and a sink.</summary>
    public static CachedFrame[] Held(long end, int window = 21, int sink = 3)
    {
        List<CachedFrame> frames = [];
        for (long f = 0; f < Math.Min(sink, end); f++)
        {
            frames.Add(new CachedFrame(f));
        }
        for (long f = Math.Max(sink, end - window + sink); f < end; f++)
        {
            frames.Add(new CachedFrame(f));
        }
        return [.. frames];
    }

    public static CacheCall Call(CachedFrame[] held, int queries = 3) => new()
    {
        Held = held,
        Queries = held.AsSpan()[^queries..],
        SceneCut = false,
    };

    public static double[] At(ModulatedFrequencies policy, double scale, double[] standard)
    {
        double[] result = new double[standard.Length];
        policy.Frequencies(scale, standard, result);
        return result;
    }

    public static double[] Angles(IFrequencyPolicy policy, CachedFrame[] held, double position, double[] standard, int table = 0, int queries = 3)
    {
        double[] result = new double[standard.Length];
        policy.Angles(Call(held, queries), table, position, standard, result);
        return result;
    }

    /// <summary>Rounded to so many significant digits, as specifications print numbers.</summary>
    public static double Digits(double value, int digits = 6) =>
        double.Parse(value.ToString("G" + digits, System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
