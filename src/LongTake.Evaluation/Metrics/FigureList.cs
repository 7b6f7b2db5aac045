namespace LongTake.Evaluation.Metrics;

/// <summary>Figures under construction: what a video does not have is left out.</summary>
internal sealed class FigureList
{
    private readonly Dictionary<string, double> _figures = [];

    public IReadOnlyDictionary<string, double> Figures => _figures;

    /// <summary>Adds a figure, unless there is none (null, NaN).</summary>
    public FigureList Add(string name, double? value)
    {
        if (value is double figure && !double.IsNaN(figure))
        {
            _figures.Add(name, figure);
        }
        return this;
    }
}
