using LongTake.Generation.Cache;
using LongTake.Models.Wan;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>Chooses which past tokens a new scene attends to: learned, at random, the newest, or as a training wants them.</summary>
public interface IContextChoice : IDisposable
{
    /// <summary>First tokens of the first prompt that the choice wants to see at later changes; 0 for none.</summary>
    int SubjectTokens { get; }

    /// <summary>Name of the choice and what it depends on; a run can only be taken up with the same.</summary>
    string Identity { get; }

    /// <summary>Refuses a network that the choice was not made for.</summary>
    /// <exception cref="ArgumentException">It was made for another one.</exception>
    void Check(WanTransformer transformer, CacheLayout layout);

    /// <summary>Chooses among candidates at a change of scene.</summary>
    /// <param name="candidates">More than are wanted.</param>
    /// <param name="chosen">Takes different candidates' numbers, in any order.</param>
    void Choose(ContextCandidates candidates, Span<int> chosen);
}
