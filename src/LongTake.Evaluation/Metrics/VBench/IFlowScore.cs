namespace LongTake.Evaluation.Metrics.VBench;

/// <summary>How much moves between two pictures: where optical flow comes from (RAFT for VBench's own numbers, which LongTake does not implement yet).</summary>
public interface IFlowScore
{
    /// <summary>Mean of the largest <paramref name="share"/> of the flow's magnitudes.</summary>
    /// <param name="from">[H, W, 3] bytes.</param>
    /// <param name="to">[H, W, 3] bytes.</param>
    /// <param name="height">Height H.</param>
    /// <param name="width">Width W.</param>
    /// <param name="share">Share of the magnitudes, floor(share·H·W) of them; VBench pads to multiples of 8 first and keeps the padding in the statistic.</param>
    /// <returns>Pixels of the given pictures.</returns>
    double Score(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, int height, int width, double share);
}
