using LongTake.Generation.Frequencies;
using static LongTake.Generation.Tests.Frequencies.FrequencyFixture;

namespace LongTake.Generation.Tests.Frequencies;

public class CycleRampTests
{
    private const int Trained = 21;

    private static readonly double[] s_theta =
    [
        1, 0.657933, 0.432876, 0.284804, 0.187382, 0.123285, 0.0811131, 0.0533670, 0.0351119, 0.0231013, 0.0151991, 0.0100000, 0.00657933,
        0.00432876, 0.00284804, 0.00187382, 0.00123285, 8.11131e-4, 5.33670e-4, 3.51119e-4, 2.31013e-4, 1.51991e-4,
    ];

    private static readonly double[] s_periods =
    [
        6.283, 9.550, 14.51, 22.06, 33.53, 50.96, 77.46, 117.7, 178.9, 272.0, 413.4, 628.3, 955.0, 1451, 2206, 3353, 5096, 7746, 11774, 17895, 27199, 41339,
    ];

    private static readonly double[] s_cycles =
    [
        3.342, 2.199, 1.447, 0.952, 0.626, 0.412, 0.271, 0.178, 0.117, 0.077, 0.051, 0.033, 0.022, 0.0145, 0.0095, 0.0063, 0.0041, 0.0027, 0.0018,
        0.0012, 0.00077, 0.00051,
    ];

    private static readonly double[] s_angles =
    [
        20.0, 13.16, 8.658, 5.696, 3.748, 2.466, 1.622, 1.067, 0.702, 0.462, 0.304, 0.200, 0.132, 0.0866, 0.0570, 0.0375, 0.0247, 0.0162, 0.0107,
        0.0070, 0.0046, 0.0030,
    ];

    public static TheoryData<double, double, double[]> Presets => new()
    {
        { 0.5, 1, [1, 1, 1, 0.904, 0.253, 0, 0, 0] },
        { 1, 1, [1, 1, 1, 0, 0, 0, 0, 0] },
        { 0.25, 1, [1, 1, 1, 0.936, 0.502, 0.216, 0.028, 0] },
        { 1, 32, [0.076, 0.039, 0.014, 0, 0, 0, 0, 0] },
    };

    /// <summary>The table of flex.md 3.1.</summary>
    [Fact]
    public void Cycles_periods_and_angles_are_those_of_the_table()
    {
        for (int i = 0; i < 22; i++)
        {
            Assert.Equal(s_theta[i], Digits(Wan[i]));
            Assert.Equal(s_periods[i], 2 * Math.PI / Wan[i], 5e-4 * s_periods[i]);
            Assert.Equal(s_cycles[i], CycleRamp.Cycles(Wan[i], Trained), i < 13 ? 5.1e-4 : i < 20 ? 5.1e-5 : 5.1e-6);
            Assert.Equal(s_angles[i], 20 * Wan[i], i == 0 ? 0 : i < 2 ? 5.1e-3 : i < 13 ? 5.1e-4 : 5.1e-5);
        }
    }

    /// <summary>The ramps of flex.md 3.3.</summary>
    [Theory]
    [MemberData(nameof(Presets))]
    public void Gammas_are_those_of_the_table(double low, double high, double[] gammas)
    {
        CycleRamp ramp = new(low, high);
        for (int i = 0; i < gammas.Length; i++)
        {
            Assert.Equal(gammas[i], ramp.Gamma(Wan[i], Trained), 5.1e-4);
        }
        Assert.All(Wan[8..], theta => Assert.Equal(0, ramp.Gamma(theta, Trained)));
    }

    [Fact]
    public void Ramps_have_names_and_bad_ones_are_refused()
    {
        Assert.Equal(new CycleRamp(0.5, 1), CycleRamp.Default);
        Assert.Equal(new CycleRamp(1, 1), CycleRamp.Hard);
        Assert.Equal(new CycleRamp(0.25, 1), CycleRamp.Wide);
        Assert.Equal(new CycleRamp(1, 32), CycleRamp.LanguageModel);
        foreach ((double low, double high) in ((double, double)[])[(2, 1), (-1, 1), (0, 0), (double.NaN, 1), (0, double.PositiveInfinity)])
        {
            Assert.Contains("cycles is none", Assert.Throws<ArgumentException>(() => new CycleRamp(low, high)).Message);
        }
    }
}
