using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Cache;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors.Files;
using static LongTake.Generation.Tests.Frequencies.FrequencyFixture;

namespace LongTake.Generation.Tests.Frequencies;

public class ModulatedFrequenciesTests
{
    private const int Trained = 21;

    private static readonly FrequencyScale s_dynamic = FrequencyScale.Dynamic(Trained);

    public static TheoryData<double, double[]> Modulated => new()
    {
        { 6, [0.261965, 0.0706671, 0.0205474, 0.0135188, 0.00889450, 0.00585199, 0.00385022] },
        { 12, [0.259681, 0.0589956, 0.0102737, 0.00675942, 0.00444725, 0.00292599, 0.00192511] },
        { 46, [0.257993, 0.0503689, 0.00268010, 0.00176333, 0.00116015, 0.000763303, 0.000502202] },
    };

    private static ModulatedFrequencies[] All(FrequencyScale scale) =>
    [
        new ByPartsFrequencies(scale, CycleRamp.Default),
        new ByPartsFrequencies(scale, CycleRamp.LanguageModel),
        new InterpolatedFrequencies(scale),
        new NtkFrequencies(scale),
        new RiflexFrequencies(scale),
        new RiflexFrequencies(scale, pair: 1),
    ];

    /// <summary>Test 1 of flex.md 11: the vectors of 3.3.</summary>
    [Theory]
    [MemberData(nameof(Modulated))]
    public void Modulated_frequencies_are_those_of_the_table(double scale, double[] expected)
    {
        double[] theta = At(new ByPartsFrequencies(s_dynamic, CycleRamp.Default), scale, Wan);
        Assert.Equal(Wan[..3], theta[..3]);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], Digits(theta[i + 3]));
        }
        for (int i = 5; i < 22; i++)
        {
            Assert.Equal(Wan[i] / scale, theta[i], 1e-15);
        }
    }

    [Fact]
    public void Thresholds_for_texts_make_it_position_interpolation()
    {
        double[] yarn = At(new ByPartsFrequencies(s_dynamic, CycleRamp.LanguageModel), 6, Wan);
        double[] interpolated = At(new InterpolatedFrequencies(s_dynamic), 6, Wan);
        for (int i = 0; i < 22; i++)
        {
            Assert.Equal(Wan[i] / 6, interpolated[i], 1e-15);
            Assert.Equal(interpolated[i], yarn[i], i < 3 ? 0.07 : 1e-15);
        }
        Assert.Equal((0.0756 + (0.9244 / 6)) * Wan[0], yarn[0], 1e-4);
    }

    /// <summary>Bases of flex.md 3.7 and rope-extension-bidirectional.md 2, for whatever base and number of pairs a model has.</summary>
    [Theory]
    [InlineData(6, 6.534)]
    [InlineData(12, 13.51)]
    [InlineData(46, 55.20)]
    [InlineData(33 / 21.0, 1.6056)]
    [InlineData(41 / 21.0, 2.0156)]
    [InlineData(61 / 21.0, 3.0561)]
    [InlineData(81 / 21.0, 4.1132)]
    [InlineData(161 / 21.0, 8.4476)]
    public void Ntk_has_the_larger_base(double scale, double lambda)
    {
        double[] theta = At(new NtkFrequencies(s_dynamic), scale, Wan);
        double[] rounded = RotaryFrequencies.Series(22, 10000 * lambda);
        double exact = 10000 * Math.Pow(scale, 44.0 / 42);
        Assert.Equal(lambda, exact / 10000, 5.1e-4 * lambda);
        double[] expected = RotaryFrequencies.Series(22, exact);
        for (int i = 0; i < 22; i++)
        {
            Assert.Equal(rounded[i], theta[i], 5e-4 * rounded[i]);
            Assert.Equal(expected[i], theta[i], 1e-12 * expected[i]);
        }
        Assert.Equal(Wan[21] / scale, theta[21], 1e-15);
        double[] small = At(new NtkFrequencies(s_dynamic), scale, RotaryFrequencies.Series(6, 256));
        double[] other = RotaryFrequencies.Series(6, 256 * Math.Pow(scale, 12.0 / 10));
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(other[i], small[i], 1e-12);
        }
        Assert.Equal([1.0], At(new NtkFrequencies(s_dynamic), scale, [1.0]));
    }

    [Theory]
    [InlineData(33, 0.17136)]
    [InlineData(41, 0.13792)]
    [InlineData(61, 0.09270)]
    [InlineData(81, 0.06981)]
    [InlineData(161, 0.03512)]
    public void Riflex_lowers_one_frequency(int length, double expected)
    {
        foreach (int pair in (int[])[1, 4, 5, 6])
        {
            double[] theta = At(new RiflexFrequencies(s_dynamic, pair), length / 21.0, Wan);
            double[] plain = At(new RiflexFrequencies(s_dynamic, pair, safety: 1), length / 21.0, Wan);
            for (int i = 0; i < 22; i++)
            {
                // The fifth pair has a period of 33.5, the sixth one of 51: up to there nothing is done.
                bool lowered = i == pair - 1 && length > 2 * Math.PI / Wan[i];
                Assert.Equal(lowered ? expected : Wan[i], theta[i], lowered ? 5.1e-6 : 0);
                Assert.Equal(lowered ? 2 * Math.PI / length : Wan[i], plain[i], 1e-12);
            }
        }
        Assert.Equal(At(new RiflexFrequencies(s_dynamic, 5), length / 21.0, Wan), At(new RiflexFrequencies(s_dynamic), length / 21.0, Wan));
    }

    /// <summary>Acceptance tests 1 and 4 of rope-extension-bidirectional.md 10.</summary>
    [Fact]
    public void Riflex_finds_the_pair_by_its_period()
    {
        Assert.Equal(4, RiflexFrequencies.Nearest(RotaryFrequencies.Series(8, 256), 48));
        Assert.Equal(2, RiflexFrequencies.Nearest(RotaryFrequencies.Series(8, 10000), 20));
        Assert.Equal(5, RiflexFrequencies.Nearest(Wan, RiflexFrequencies.DefaultRepeatsAt));
        Assert.Equal(2, RiflexFrequencies.Nearest(Small, RiflexFrequencies.DefaultRepeatsAt));
        Assert.Contains("the model has 6 temporal pairs", Assert.Throws<ArgumentException>(
            () => At(new RiflexFrequencies(s_dynamic, 7), 1, Small)).Message);
        Assert.Contains("pair is -1", Assert.Throws<ArgumentException>(() => new RiflexFrequencies(s_dynamic, -1)).Message);
        Assert.Contains("repeats-at is 0", Assert.Throws<ArgumentException>(() => new RiflexFrequencies(s_dynamic, 0, 0)).Message);
        Assert.Contains("safety is 1.5", Assert.Throws<ArgumentException>(() => new RiflexFrequencies(s_dynamic, 0, 3, 1.5)).Message);
    }

    [Fact]
    public void At_the_trained_length_they_are_the_models_own()
    {
        foreach (double[] standard in (double[][])[Wan, Small])
        {
            foreach (ModulatedFrequencies policy in All(s_dynamic))
            {
                Assert.Equal(standard, At(policy, 1, standard));
                Assert.Equal(standard, At(policy, 0.3, standard));

                // Through the seventh chunk, and not in the eighth.
                for (int end = 3; end <= Trained; end += 3)
                {
                    Assert.Equal(Angles(new StandardFrequencies(), Held(end), 2, standard), Angles(policy, Held(end), 2, standard));
                }
                Assert.NotEqual(Angles(new StandardFrequencies(), Held(36), 2, standard), Angles(policy, Held(36), 2, standard));
            }
        }
    }

    [Fact]
    public void The_scale_counts_frames_with_the_chunk_in_work()
    {
        CachedFrame[] held = Held(24);
        Assert.Equal(24.0 / 21, s_dynamic.Of(Call(held)));
        Assert.Equal(24.0 / 21, s_dynamic.Of(Call(held, queries: 21)));
        Assert.Equal(1.0, s_dynamic.Of(Call(Held(21))));
        Assert.Equal(960.0 / 21, s_dynamic.Of(Call(Held(960))));
        Assert.Equal(120.0 / 21, FrequencyScale.Fixed(21, 120).Of(Call(Held(3))));
        Assert.Equal(1.0, FrequencyScale.Fixed(240, 120).Of(Call(held)));
        RunInfo run = new(0, 3, 60);
        Assert.Equal(60, FrequencyScale.For(ScaleKind.Fixed, 21, run).TotalFrames);
        Assert.Null(FrequencyScale.For(ScaleKind.Dynamic, 21, run).TotalFrames);
        Assert.Contains("scale=fixed needs the length", Assert.Throws<ArgumentException>(
            () => FrequencyScale.For(ScaleKind.Fixed, 21, run with { TotalFrames = null })).Message);
        Assert.Contains("trained-frames is 0", Assert.Throws<ArgumentException>(() => FrequencyScale.Dynamic(0)).Message);
        Assert.Contains("has no scale", Assert.Throws<ArgumentException>(() => FrequencyScale.Fixed(21, 0)).Message);
    }

    /// <summary>Frequencies only ever fall, never below those of position interpolation, and far positions stay finite.</summary>
    [Fact]
    public void Frequencies_lie_between_interpolation_and_the_models_own()
    {
        Gen<(int Pairs, int Base, int Length, int Trained)> gen =
            from pairs in Gen.Choose(2, 40)
            from rotaryBase in Gen.Choose(50, 1000000)
            from length in Gen.Choose(1, 1000000)
            from trained in Gen.Choose(1, 300)
            select (pairs, rotaryBase, length, trained);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            double[] standard = RotaryFrequencies.Series(c.Pairs, c.Base);
            double scale = Math.Max(1, (double)c.Length / c.Trained);
            foreach (ModulatedFrequencies policy in All(FrequencyScale.Dynamic(c.Trained)).Where(p => p is not RiflexFrequencies))
            {
                double[] theta = At(policy, scale, standard);
                for (int i = 0; i < theta.Length; i++)
                {
                    if (theta[i] > standard[i] * (1 + 1e-12) || theta[i] < standard[i] / scale * (1 - 1e-12))
                    {
                        return false;
                    }
                }
                double[] angles = Angles(policy, Held(c.Length + 2), c.Length, standard);
                if (!angles.All(double.IsFinite))
                {
                    return false;
                }
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_state_of_another_length_is_refused()
    {
        ByPartsFrequencies made = new(FrequencyScale.Fixed(21, 60), CycleRamp.Default);
        byte[] state = made.SaveState();
        new InterpolatedFrequencies(FrequencyScale.Fixed(21, 60)).RestoreState(state);
        Assert.Contains("fixed for 60 latent frames, not 63", Assert.Throws<CheckpointException>(
            () => new ByPartsFrequencies(FrequencyScale.Fixed(21, 63), CycleRamp.Default).RestoreState(state)).Message);
        Assert.Contains("no saved state", Assert.Throws<CheckpointException>(() => made.RestoreState([1, 2])).Message);

        // A dynamic scale goes by what there is.
        new NtkFrequencies(s_dynamic).RestoreState(new NtkFrequencies(FrequencyScale.Dynamic(9)).SaveState());
    }
}
