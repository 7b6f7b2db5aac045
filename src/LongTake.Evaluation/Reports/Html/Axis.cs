namespace LongTake.Evaluation.Reports.Html;

/// <summary>A range of numbers with round marks on it.</summary>
/// <param name="Low">Where it begins.</param>
/// <param name="High">Where it ends.</param>
/// <param name="Step">From mark to mark.</param>
internal readonly record struct Axis(double Low, double High, double Step)
{
    /// <summary>The marks.</summary>
    public IEnumerable<double> Marks
    {
        get
        {
            (double low, double high, double step) = this;
            long first = (long)Math.Ceiling((low / step) - 1e-9), last = (long)Math.Floor((high / step) + 1e-9);
            return Enumerable.Range(0, (int)(last - first + 1)).Select(i => (first + i) * step);
        }
    }

    /// <summary>An axis that holds both numbers and ends on marks.</summary>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Largest value.</param>
    /// <param name="marks">About how many marks.</param>
    public static Axis Of(double low, double high, int marks = 5)
    {
        (double step, low, high) = Widen(low, high, marks);
        return new Axis(Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step, step);
    }

    /// <summary>An axis with exactly these ends.</summary>
    public static Axis Exact(double low, double high, int marks = 6)
    {
        (double step, low, high) = Widen(low, high, marks);
        return new Axis(low, high, step);
    }

    /// <summary>An axis for things with numbers from 0 on: half a step of room at both ends, marks at whole numbers.</summary>
    /// <param name="count">How many things.</param>
    public static Axis Counting(int count)
    {
        Axis axis = Exact(-0.5, count - 0.5, 8);
        return axis with { Step = Math.Max(1, axis.Step) };
    }

    /// <summary>A mark's text, with as many decimals as the step needs.</summary>
    public string Text(double mark)
    {
        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(Step) + 1e-9));
        double rounded = Math.Round(mark, Math.Min(decimals, 15));
        return (rounded == 0 ? 0 : rounded).ToString("F" + decimals, System.Globalization.CultureInfo.InvariantCulture).Replace('-', '−');
    }

    private static (double Step, double Low, double High) Widen(double low, double high, int marks)
    {
        if (!(high - low > 1e-9 * Math.Max(1, Math.Abs(high))))
        {
            (low, high) = (low - 0.5, high + 0.5);
        }
        double raw = (high - low) / marks, power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double step = (raw / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 };
        return (step * power, low, high);
    }
}
