using LongTake.Generation.Cache;
using LongTake.Models.Wan;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>The controls: choices that nothing was learned for.</summary>
/// <param name="identity">Name of the choice.</param>
public abstract class UnlearnedChoice(string identity) : IContextChoice
{
    /// <inheritdoc/>
    public int SubjectTokens => 0;

    /// <inheritdoc/>
    public string Identity { get; } = identity;

    /// <summary>Fits every network.</summary>
    public void Check(WanTransformer transformer, CacheLayout layout)
    {
    }

    /// <inheritdoc/>
    public abstract void Choose(ContextCandidates candidates, Span<int> chosen);

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>Any tokens, all subsets alike: what a policy must beat. A function of seed, change of scene and video.</summary>
/// <param name="seed">Seed.</param>
public sealed class RandomChoice(ulong seed) : UnlearnedChoice($"random {seed}")
{
    private const ulong Purpose = 0x636F6E7465787400;

    /// <inheritdoc/>
    public override void Choose(ContextCandidates candidates, Span<int> chosen) =>
        GumbelTopK.Sample(new double[candidates.Count], candidates.Random(seed ^ Purpose), chosen);
}

/// <summary>The newest tokens: a sliding window with a sink, of the same size.</summary>
public sealed class RecentChoice() : UnlearnedChoice("recent")
{
    /// <inheritdoc/>
    public override void Choose(ContextCandidates candidates, Span<int> chosen)
    {
        for (int i = 0; i < chosen.Length; i++)
        {
            chosen[i] = candidates.Count - chosen.Length + i;
        }
    }
}

/// <summary>Stands for a policy that was not named; scenes cannot change with it.</summary>
internal sealed class MissingChoice() : UnlearnedChoice("none")
{
    public const string Remedy = "name the policy's file (policy=...), which 'longtake align inflvg' trains, or choose=random or choose=recent";

    /// <inheritdoc/>
    public override void Choose(ContextCandidates candidates, Span<int> chosen) =>
        throw new InvalidOperationException($"The method 'inflvg' needs a policy where a scene changes: {Remedy}.");
}
