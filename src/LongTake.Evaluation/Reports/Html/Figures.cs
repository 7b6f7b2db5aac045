using System.Globalization;

namespace LongTake.Evaluation.Reports.Html;

/// <summary>Numbers as people read them: three digits that matter, a true minus sign.</summary>
internal static class Figures
{
    /// <summary>A value.</summary>
    public static string Value(double value) => Minus(Digits(value));

    /// <summary>A value with as many decimals as another one of its kind, so that an interval's ends agree with its middle.</summary>
    public static string Like(double value, double kind) => Minus(value.ToString(Format(kind), CultureInfo.InvariantCulture));

    /// <summary>A difference, with its sign.</summary>
    public static string Signed(double value, double kind)
    {
        string text = Math.Abs(value).ToString(Format(kind), CultureInfo.InvariantCulture);
        bool zero = text.All(c => c is '0' or '.');
        return (zero ? "±" : value < 0 ? "−" : "+") + text;
    }

    /// <summary>A p-value.</summary>
    public static string Probability(double p) => p < .001 ? "< 0.001" : p.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Memory in the unit that suits it.</summary>
    public static string Bytes(double bytes) => bytes >= 1L << 30
        ? (bytes / (1L << 30)).ToString("0.00", CultureInfo.InvariantCulture) + " GiB"
        : (bytes / (1 << 20)).ToString("0", CultureInfo.InvariantCulture) + " MiB";

    private static string Digits(double value) => value.ToString(Format(value), CultureInfo.InvariantCulture);

    private static string Format(double value) => Math.Abs(value) switch
    {
        >= 999.5 => "0",
        >= 99.95 => "0",
        >= 9.995 => "0.0",
        >= 0.9995 and < 1.0005 => "0.000",
        >= 0.9995 => "0.00",
        _ => "0.000",
    };

    private static string Minus(string text) => text.TrimStart('-', '0', '.').Length == 0 ? text.TrimStart('-') : text.Replace('-', '−');
}
