using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>
/// The weighted mean of the same network's tensors in several models ("model soup", arXiv 2203.05482). Sums are made in double precision, in
/// the order of the models, and rounded once to the first one's element type; what is packed in 4 bits there, or float8, becomes float32. One
/// tensor is held at a time.
/// </summary>
internal sealed class AveragedSource : ITensorSource
{
    private readonly IReadOnlyList<ITensorSource> _sources;
    private readonly IReadOnlyList<double> _shares;
    private readonly Dictionary<string, TensorInfo> _byName;

    /// <summary>Takes the networks over, which are closed together with this one.</summary>
    /// <param name="sources">The networks.</param>
    /// <param name="shares">What each counts.</param>
    /// <param name="names">What to call each in messages.</param>
    /// <exception cref="CheckpointException">Two have not the same tensors.</exception>
    public AveragedSource(IReadOnlyList<ITensorSource> sources, IReadOnlyList<double> shares, IReadOnlyList<string> names)
    {
        _sources = sources;
        _shares = shares;
        Tensors = [.. sources[0].Tensors.Select(t => new TensorInfo(t.Name, IsPlain(t) ? t.DType : DType.F32, t.Shape))];
        _byName = Tensors.ToDictionary(t => t.Name);
        for (int i = 1; i < sources.Count; i++)
        {
            Compare(sources[i], names[0], names[i]);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <inheritdoc/>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <inheritdoc/>
    public Tensor Load(string name)
    {
        TensorInfo info = _byName[name];
        double[] sum = new double[info.Shape.Count];
        for (int s = 0; s < _sources.Count; s++)
        {
            using Tensor stored = TensorScope.Detach(_sources[s].Load(name));
            using Tensor wide = TensorScope.Detach(TensorConversion.To(stored, DType.F32));
            ReadOnlySpan<float> values = wide.Span;
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += _shares[s] * values[i];
            }
        }
        Tensor mean = Tensor.Empty(info.Shape);
        Span<float> target = mean.Span;
        for (int i = 0; i < sum.Length; i++)
        {
            target[i] = (float)sum[i];
        }
        if (info.DType == DType.F32)
        {
            return mean;
        }
        using (mean)
        {
            Tensor rounded = Tensor.Empty(info.Shape, info.DType);
            TensorConversion.Convert(mean, rounded);
            return rounded;
        }
    }

    /// <summary>Closes the networks.</summary>
    public void Dispose()
    {
        foreach (ITensorSource source in _sources)
        {
            source.Dispose();
        }
    }

    private static bool IsPlain(TensorInfo info) => info.PackedAs is null && info.DType.IsFloating() && !info.DType.IsFloat8();

    private void Compare(ITensorSource other, string firstName, string otherName)
    {
        Dictionary<string, TensorInfo> tensors = other.Tensors.ToDictionary(t => t.Name);
        string? differing = Tensors.FirstOrDefault(t => !tensors.TryGetValue(t.Name, out TensorInfo? o) || o.Shape != t.Shape)?.Name
            ?? tensors.Keys.FirstOrDefault(n => !Contains(n));
        if (differing is not null)
        {
            throw new CheckpointException(
                $"'{otherName}' and '{firstName}' have not the same tensors: '{differing}' is missing, or of another shape, in one of them. " +
                "Models that are averaged must be trainings of the same network.");
        }
    }
}
