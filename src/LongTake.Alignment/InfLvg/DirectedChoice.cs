using LongTake.Generation.Cache;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Models.Wan;

namespace LongTake.Alignment.InfLvg;

/// <summary>Chooses among candidates at a change of scene.</summary>
/// <param name="candidates">What there is.</param>
/// <param name="chosen">Takes their numbers.</param>
internal delegate void ContextChooser(ContextCandidates candidates, Span<int> chosen);

/// <summary>A choice that is told what to do from one change of scene to the next.</summary>
/// <param name="subjectTokens">First tokens of the first prompt to be remembered.</param>
internal sealed class DirectedChoice(int subjectTokens) : IContextChoice
{
    /// <summary>What chooses next.</summary>
    public required ContextChooser Now { get; set; }

    /// <inheritdoc/>
    public int SubjectTokens => subjectTokens;

    /// <inheritdoc/>
    public string Identity => "training";

    /// <inheritdoc/>
    public void Check(WanTransformer transformer, CacheLayout layout)
    {
    }

    /// <inheritdoc/>
    public void Choose(ContextCandidates candidates, Span<int> chosen) => Now(candidates, chosen);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
