using System.Runtime.Intrinsics;

namespace LongTake.Evaluation.Metrics.StandIns;

/// <summary>Into which of equal parts of the circle a direction falls, without its angle: by the side of each boundary that it lies on.</summary>
internal sealed class Sectors
{
    private readonly (float Cos, float Sin)[] _boundaries;

    /// <summary>Parts of the circle.</summary>
    /// <param name="count">How many; even.</param>
    public Sectors(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(count % 2, 0);
        _boundaries = [.. Enumerable.Range(1, count / 2 - 1).Select(k => Math.SinCos(2 * Math.PI * k / count)).Select(p => ((float)p.Cos, (float)p.Sin))];
    }

    /// <summary>Number of the sector, counted from the direction (1, 0) towards (0, 1); a direction on a boundary belongs to the sector after it.</summary>
    public int Of(float x, float y)
    {
        int sector = 0;
        if (y < 0 || (y == 0 && x < 0))
        {
            (x, y, sector) = (-x, -y, _boundaries.Length + 1);
        }
        foreach ((float cos, float sin) in _boundaries)
        {
            sector += y * cos >= x * sin && (x != 0 || y != 0) ? 1 : 0;
        }
        return sector;
    }

    /// <summary>The sectors of several directions.</summary>
    public Vector512<int> Of(Vector512<float> x, Vector512<float> y)
    {
        Vector512<float> zero = Vector512<float>.Zero;
        Vector512<float> behind = Vector512.LessThan(y, zero) | (Vector512.Equals(y, zero) & Vector512.LessThan(x, zero));
        Vector512<int> sector = behind.AsInt32() & Vector512.Create(_boundaries.Length + 1);
        Vector512<int> any = ~(Vector512.Equals(x, zero) & Vector512.Equals(y, zero)).AsInt32();
        x = Vector512.ConditionalSelect(behind, -x, x);
        y = Vector512.ConditionalSelect(behind, -y, y);
        foreach ((float cos, float sin) in _boundaries)
        {
            // A comparison that holds is -1.
            sector -= Vector512.GreaterThanOrEqual(y * Vector512.Create(cos), x * Vector512.Create(sin)).AsInt32() & any;
        }
        return sector;
    }
}
