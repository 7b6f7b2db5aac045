using LongTake.Generation.Frequencies;
using static System.FormattableString;

namespace LongTake.Cli.Generate;

/// <summary>
/// Keeps account of how a far sink looked in the course of a run: where the phases of all rotary pairs come together, videos fall back to
/// their sink.
/// </summary>
internal sealed class PhaseLog
{
    private double _sum;
    private long _count;
    private PhaseView _most;
    private long _mostChunk;

    /// <summary>Notes a chunk.</summary>
    /// <param name="chunk">Number of the chunk, from 1.</param>
    /// <param name="phase">How the sink looked from it; null for no far sink.</param>
    public void Add(long chunk, PhaseView? phase)
    {
        if (phase is not PhaseView view)
        {
            return;
        }
        _sum += view.Concentration;
        _count++;
        if (view.Concentration > _most.Concentration)
        {
            (_most, _mostChunk) = (view, chunk);
        }
    }

    /// <summary>The account in a line; null if there never was a far sink.</summary>
    public string? Summary => _count == 0
        ? null
        : Invariant($"phase concentration of the sink over {_count} chunks: mean {_sum / _count:0.00}, ")
            + Invariant($"most {_most.Concentration:0.00} in chunk {_mostChunk}, {_most.Distance:0} latent frames from it");
}
