using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Noise;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using static LongTake.Generation.Tests.Noise.NoiseStatistics;

namespace LongTake.Generation.Tests.Noise;

public class CorrelatedNoiseTests
{
    private const int Total = 12;

    public static TheoryData<NoiseLaw, NoiseScope, RenoiseLaw> All
    {
        get
        {
            TheoryData<NoiseLaw, NoiseScope, RenoiseLaw> data = [];
            foreach (NoiseLaw law in Enum.GetValues<NoiseLaw>())
            {
                foreach (NoiseScope scope in Enum.GetValues<NoiseScope>())
                {
                    if (law != NoiseLaw.Mirrored || scope == NoiseScope.Chunk)
                    {
                        data.Add(law, scope, RenoiseLaw.None);
                        data.Add(law, scope, RenoiseLaw.SameLaw);
                    }
                }
            }
            return data;
        }
    }

    /// <summary>Test 8 of flex.md 11: chunks of any lengths make the noise of a whole clip, with draws for other purposes in between.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Chunk_by_chunk_is_one_shot(NoiseLaw law, NoiseScope scope, RenoiseLaw renoise)
    {
        using TensorScope tensors = TensorScope.Open();
        CorrelatedNoiseOptions options = new() { Law = law, Scope = scope, Renoise = renoise };
        if (scope == NoiseScope.Chunk)
        {
            // Chunks are all there is; the same ones come again in a run that starts with the second.
            float[] pair = Draw(Make(options), [3, 3]);
            Assert.Equal(pair[PerFrame(3)..], Draw(Make(options), [3], firstFrame: 3));
            return;
        }
        float[] whole = Draw(Make(options), [Total]);
        foreach (int[] chunks in (int[][])[[3, 3, 3, 3], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [5, 7], [2, 10]])
        {
            Assert.Equal(whole, Draw(Make(options), chunks));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_restored_state_goes_on_with_the_same_numbers(NoiseLaw law, NoiseScope scope, RenoiseLaw renoise)
    {
        using TensorScope tensors = TensorScope.Open();
        CorrelatedNoiseOptions options = new() { Law = law, Scope = scope, Renoise = renoise };
        INoisePolicy noise = Make(options);
        Draw(noise, [3, 3]);
        INoisePolicy later = Make(options);
        if (noise is IStatefulPart part)
        {
            ((IStatefulPart)later).RestoreState(part.SaveState());
        }
        Assert.Equal(Draw(noise, [3, 3], firstFrame: 6), Draw(later, [3, 3], firstFrame: 6));
    }

    [Fact]
    public void Without_correlation_it_is_the_independent_noise()
    {
        using TensorScope tensors = TensorScope.Open();
        float[] independent = Draw(new CounterNoise(7), [3, 3, 3, 3]);
        Assert.IsType<CounterNoise>(new CorrelatedNoiseOptions { Law = NoiseLaw.Iid }.Create(new RunInfo(7, 3, null)));
        Assert.Equal(independent, Draw(new CorrelatedNoise(7, new CorrelatedNoiseOptions { Law = NoiseLaw.Iid, Renoise = RenoiseLaw.SameLaw }), [3, 3, 3, 3]));
        Assert.Equal(independent, Draw(new CorrelatedNoise(7, new CorrelatedNoiseOptions { Rho = 0 }), [3, 3, 3, 3]));

        // Only what chunks start from is correlated, if not told otherwise; a chain starts with its first frame as drawn.
        CorrelatedNoise antiphase = new(7, new CorrelatedNoiseOptions());
        Tensor x = Tensor.Empty([1, 3, 2, 2, 2]);
        Tensor y = Tensor.Empty(x.Shape);
        antiphase.Renoise(6, 1, x);
        new CounterNoise(7).Renoise(6, 1, y);
        Assert.Equal(y.Span.ToArray(), x.Span.ToArray());
        antiphase.Initial(6, x);
        new CounterNoise(7).Initial(6, y);
        Assert.Equal(y.Span[..8].ToArray(), x.Span[..8].ToArray());
        Assert.NotEqual(y.Span[8..].ToArray(), x.Span[8..].ToArray());

        // Frames that were given are passed over: the chain starts anew.
        antiphase.Initial(12, x);
        new CounterNoise(7).Initial(12, y);
        Assert.Equal(y.Span[..8].ToArray(), x.Span[..8].ToArray());
    }

    [Fact]
    public void Noise_drawn_again_has_chains_of_its_own()
    {
        using TensorScope tensors = TensorScope.Open();
        CorrelatedNoise noise = new(1, new CorrelatedNoiseOptions { Renoise = RenoiseLaw.SameLaw });
        const int Frame = 4 * 64 * 64;
        Tensor[] x = [.. Enumerable.Range(0, 3).Select(_ => Tensor.Empty([1, 3, 4, 64, 64]))];
        float[][] last = [new float[Frame], new float[Frame], new float[Frame]];
        double[] within = new double[3];
        double[] across = new double[3];
        for (int c = 0; c < 6; c++)
        {
            noise.Initial(3 * c, x[0]);
            noise.Renoise(3 * c, 0, x[1]);
            noise.Renoise(3 * c, 1, x[2]);
            for (int k = 0; k < 3; k++)
            {
                within[k] += (Product(x[k].Span[..Frame], x[k].Span.Slice(Frame, Frame)) + Product(x[k].Span[Frame..(2 * Frame)], x[k].Span[(2 * Frame)..])) / 12;
                across[k] += Product(last[k], x[k].Span[..Frame]) / 5;
                x[k].Span[(2 * Frame)..].CopyTo(last[k]);
            }
        }
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(-0.7, within[k], 0.02);
            Assert.Equal(-0.7, across[k], 0.02);
            Assert.Equal(0, Product(x[k].Span, x[(k + 1) % 3].Span), 0.03);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => noise.Renoise(0, 127, x[0]));
    }

    /// <summary>Pitfall 8 of flex.md: samples of a batch do not see each other.</summary>
    [Fact]
    public void Samples_are_independent()
    {
        using TensorScope tensors = TensorScope.Open();
        CorrelatedNoise alone = new(1, new CorrelatedNoiseOptions());
        CorrelatedNoise batch = new(1, new CorrelatedNoiseOptions());
        Tensor one = Tensor.Empty([1, 3, 4, 64, 64]);
        Tensor two = Tensor.Empty([2, 3, 4, 64, 64]);
        for (int c = 0; c < 4; c++)
        {
            alone.Initial(3 * c, one);
            batch.Initial(3 * c, two);
            Assert.Equal(one.Span.ToArray(), two.Row(0).Span.ToArray());
            Assert.Equal(0, Product(two.Row(0).Span, two.Row(1).Span), 0.02);
            Assert.Equal(1, Product(two.Row(1).Span, two.Row(1).Span), 0.03);
        }
    }

    /// <summary>Any seed, size and place to stop.</summary>
    [Fact]
    public void Any_run_can_stop_and_go_on()
    {
        Gen<(int Seed, int Law, int Stop, int Size)> gen =
            from seed in Gen.Choose(0, int.MaxValue)
            from law in Gen.Choose(0, 3)
            from stop in Gen.Choose(0, 6)
            from size in Gen.Choose(1, 5)
            select (seed, law, stop, size);
        Prop.ForAll(gen.ToArbitrary(), c =>
        {
            using TensorScope tensors = TensorScope.Open();
            CorrelatedNoiseOptions options = new() { Law = (NoiseLaw)c.Law };
            CorrelatedNoise whole = new((ulong)c.Seed, options);
            CorrelatedNoise part = new((ulong)c.Seed, options);
            Tensor x = Tensor.Empty([2, 3, 1, c.Size, 1]);
            Tensor y = Tensor.Empty(x.Shape);
            for (int i = 0; i < 7; i++)
            {
                if (i == c.Stop)
                {
                    byte[] state = part.SaveState();
                    part = new CorrelatedNoise((ulong)c.Seed, options);
                    part.RestoreState(state);
                }
                whole.Initial(3 * i, x);
                part.Initial(3 * i, y);
                if (!x.Span.SequenceEqual(y.Span))
                {
                    return false;
                }
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(NoiseLaw.Ar1, 1.0, NoiseScope.Stream, "rho is 1; it lies between -1 and 1")]
    [InlineData(NoiseLaw.DualAr, -1.5, NoiseScope.Stream, "rho is -1.5; it lies between -1 and 1")]
    [InlineData(NoiseLaw.Ar1, double.NaN, NoiseScope.Stream, "it lies between -1 and 1")]
    [InlineData(NoiseLaw.Mirrored, -0.5, NoiseScope.Chunk, "for mirrored noise it is the share")]
    [InlineData(NoiseLaw.Mirrored, 0.5, NoiseScope.Stream, "set noise-scope=chunk")]
    [InlineData(NoiseLaw.Ar1, 0.5, NoiseScope.Decay, "noise-scope=decay needs the length")]
    public void Bad_options_are_refused(NoiseLaw law, double rho, NoiseScope scope, string message)
    {
        CorrelatedNoiseOptions options = new() { Law = law, Rho = rho, Scope = scope };
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => options.Create(new RunInfo(0, 3, null))).Message);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new CorrelatedNoise(0, options)).Message);
    }

    [Fact]
    public void Bad_states_are_refused()
    {
        using TensorScope tensors = TensorScope.Open();
        CorrelatedNoise noise = new(1, new CorrelatedNoiseOptions { Scope = NoiseScope.Decay }, 30);
        Draw(noise, [3]);
        byte[] state = noise.SaveState();
        CorrelatedNoise longer = new(1, new CorrelatedNoiseOptions { Scope = NoiseScope.Decay }, 60);
        Assert.Contains("decays over 30 latent frames, not 60", Assert.Throws<CheckpointException>(() => longer.RestoreState(state)).Message);
        foreach (byte[] damaged in (byte[][])[[1], state[..^1], [.. state, 0], [.. state[..8], 255, 255, 255, 127]])
        {
            Assert.Contains("damaged", Assert.Throws<CheckpointException>(() => noise.RestoreState(damaged)).Message);
        }
    }

    private static INoisePolicy Make(CorrelatedNoiseOptions options) => options.Create(new RunInfo(9, 3, Total));

    private static int PerFrame(int frames) => frames * 2 * 2 * 2;

    /// <summary>What chunks of these lengths start from; between them the sampler draws too.</summary>
    private static float[] Draw(INoisePolicy noise, int[] chunks, int firstFrame = 0)
    {
        List<float> all = [];
        foreach (int n in chunks)
        {
            Tensor x = Tensor.Empty([1, n, 2, 2, 2]);
            noise.Initial(firstFrame, x);
            all.AddRange(x.Span);
            noise.Renoise(firstFrame, 0, x);
            firstFrame += n;
        }
        return [.. all];
    }
}
