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
}
