using LongTake.Evaluation.Analysis;

namespace LongTake.Evaluation.Tests.Analysis;

public class DriftTests
{
    [Fact]
    public void A_score_that_falls_evenly()
    {
        // From 1 to 0 in 40 s at 10 frames per second.
        double[] score = [.. Enumerable.Range(0, 400).Select(i => 1 - (i + 0.5) / 400)];
        DriftScores drift = DriftScores.Of(score, 10);
        Assert.Equal(87.5, drift.Signed5s, 1e-9);
        Assert.Equal(87.5, drift.Abs5s, 1e-9);
        Assert.Equal(85, drift.Contrast15, 1e-9);
        Assert.Equal(95, drift.Signed2s, 1e-9);
        Assert.Equal(75, drift.Signed2sOfFive, 1e-9);
        Assert.Equal(95, drift.Worst, 1e-9);
        Assert.Equal(-150, drift.Slope, 1e-9);
        Assert.Equal(100 * 0.05 * Math.Sqrt((20 * 20 - 1) / 12.0), drift.SegmentDeviation, 1e-9);
        Assert.Equal(20, drift.HalfLife);
    }

    [Fact]
    public void A_score_that_rises_has_a_negative_sign_and_no_half_life()
    {
        double[] score = [.. Enumerable.Range(0, 400).Select(i => (i + 400) / 800.0)];
        DriftScores drift = DriftScores.Of(score, 10);
        Assert.True(drift.Signed5s < 0 && drift.Abs5s > 0 && drift.Slope > 0);
        Assert.Equal(0, drift.Worst);
        Assert.Equal(40, drift.HalfLife);
    }

    [Fact]
    public void Short_videos_have_one_segment()
    {
        DriftScores drift = DriftScores.Of([0.5, 0.5, 0.4], 16);
        Assert.Equal(0, drift.Slope);
        Assert.Equal(0, drift.Signed5s);
        Assert.Single(DriftScores.Segments(new double[33], 16));
        Assert.Equal(2, DriftScores.Segments(new double[48], 16).Length);
    }
}
