using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Suites;

namespace LongTake.Evaluation.Comparisons;

/// <summary>One video of a comparison: what is to be measured, before it is made.</summary>
/// <param name="Row">Label of the method, or name of the control.</param>
/// <param name="Method">The method; null for controls.</param>
/// <param name="Video">The item, laid out at its length.</param>
/// <param name="Seed">Seed of the noise.</param>
/// <param name="Keep">Whether the video is kept for the report.</param>
public sealed record PlannedVideo(string Row, MethodChoice? Method, PromptVideo Video, ulong Seed, bool Keep)
{
    /// <summary>Length as a multiple of the training length.</summary>
    public double Length => Video.Units;

    /// <summary>What the result is found by.</summary>
    /// <param name="suite">Name of the suite.</param>
    public (string Method, string Suite, string Item, double Length, ulong Seed) Key(string suite) => (Row, suite, Video.Item.Id, Length, Seed);

    /// <summary>About how much work it is, in chunks generated.</summary>
    /// <remarks>Rendering, encoding and measuring a chunk was measured to take about a tenth of generating it with 20 steps.</remarks>
    public double Work => Row switch
    {
        ControlRows.GroundTruth or ControlRows.Random or ControlRows.VaeCeiling => 0.1 * Video.Chunks,
        ControlRows.Frozen or ControlRows.Loop => 0.1 * Video.Chunks,
        _ => Video.Chunks,
    };
}
