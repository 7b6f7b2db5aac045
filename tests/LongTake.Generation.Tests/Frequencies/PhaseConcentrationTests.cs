using LongTake.Generation.Frequencies;
using static LongTake.Generation.Tests.Frequencies.FrequencyFixture;

namespace LongTake.Generation.Tests.Frequencies;

/// <summary>The numbers of flex.md 3.7 for Wan's 22 pairs.</summary>
public class PhaseConcentrationTests
{
    private static readonly FrequencyScale s_scale = FrequencyScale.Dynamic(21);

    [Fact]
    public void Peaks_lie_where_videos_collapse()
    {
        Assert.Equal(0.557, PhaseConcentration.At(Wan, 133), 5.1e-4);
        Assert.Equal(0.553, PhaseConcentration.At(Wan, 201), 5.1e-4);
        foreach (int peak in (int[])[133, 201])
        {
            for (int d = peak - 8; d <= peak + 8; d++)
            {
                Assert.True(PhaseConcentration.At(Wan, d) <= PhaseConcentration.At(Wan, peak));
            }
        }
        Assert.Equal(1, PhaseConcentration.At(Wan, 0), 1e-15);
    }

    /// <summary>The specification's mean leaves out its upper bound.</summary>
    [Fact]
    public void Means_say_how_near_a_method_makes_the_sink_look()
    {
        ByPartsFrequencies frm = new(s_scale, CycleRamp.Default);
        InterpolatedFrequencies interpolation = new(s_scale);
        Assert.Equal(0.506, PhaseConcentration.Mean(Wan, 20, 120), 5.1e-4);
        Assert.Equal(0.717, PhaseConcentration.Mean(At(frm, 6, Wan), 20, 120), 5.1e-4);
        Assert.Equal(0.757, PhaseConcentration.Mean(At(frm, 12, Wan), 20, 120), 5.1e-4);
        Assert.Equal(0.754, PhaseConcentration.Mean(At(interpolation, 12, Wan), 20, 120), 5.1e-4);
        Assert.Equal(0.929, PhaseConcentration.Mean(At(interpolation, 46, Wan), 20, 120), 5.1e-4);
    }

    [Fact]
    public void Nothing_to_average_is_refused()
    {
        Assert.Contains("Without frequencies", Assert.Throws<ArgumentException>(() => PhaseConcentration.At([], 1)).Message);
        Assert.Contains("there are none", Assert.Throws<ArgumentException>(() => PhaseConcentration.Mean(Wan, 3, 3)).Message);
    }
}
