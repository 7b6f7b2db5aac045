using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Samplers.Rolling;
using LongTake.Generation.Schedulers;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Samplers.Rolling;

public class RollingSamplerTests
{
    private static readonly Shape s_block = [2, 3, 2, 2, 2];
    private static readonly RollingWindow s_window = new();

    [Fact]
    public void The_network_is_told_the_released_timesteps_rising_from_block_to_block()
    {
        float[] expected = [1000f, 952.381f, 882.353f, 769.231f, 555.556f];
        using RollingSampler sampler = new(s_window, s_block, null);
        for (int k = 0; k < expected.Length; k++)
        {
            Assert.Equal(expected[k], sampler.Timesteps[k], 1e-3f);
        }
        using TensorScope scope = TensorScope.Open();
        Recorder network = new();
        Tensor clean = Tensor.Empty(s_block);
        sampler.Next(network, new CounterNoise(1), 0, clean);
        sampler.Next(network, new CounterNoise(1), 3, clean);
        Assert.Equal(6, network.Timesteps.Count);
        for (int w = 0; w < 6; w++)
        {
            float[] frames = network.Timesteps[w];
            Assert.Equal(3 * Math.Min(w + 1, 5), frames.Length);
            Assert.Equal(sampler.Timesteps[0], frames[^1]);
            Assert.All(frames.Chunk(3), c => Assert.Single(c.Distinct()));
            Assert.Equal(frames.Order(), frames);
        }
    }

    /// <summary>A network that knows the truth: v = (x - target) / sigma.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(1, 4)]
    [InlineData(1, 9)]
    [InlineData(2, 3)]
    [InlineData(5, 3)]
    public void Every_block_becomes_what_the_network_says_it_is_also_in_videos_shorter_than_the_window(int stagger, int blocks)
    {
        using TensorScope scope = TensorScope.Open();
        using RollingSampler sampler = new(s_window with { Stagger = stagger }, s_block, blocks * 3);
        Truth network = new(sampler, stagger, blocks);
        Tensor clean = Tensor.Empty(s_block);
        for (int b = 0; b < blocks; b++)
        {
            network.Emitted = b;
            sampler.Next(network, new CounterNoise(4), b * 3, clean);
            for (int i = 0; i < clean.Count; i++)
            {
                Assert.Equal(Truth.Target(b), clean.Span[i], 1e-4f);
            }
        }
        Assert.Equal(0, sampler.BlocksInFlight);
        Assert.Contains("planned for", Assert.Throws<InvalidOperationException>(
            () => sampler.Next(network, new CounterNoise(4), blocks * 3, clean)).Message);
    }

    [Fact]
    public void A_stagger_of_all_levels_is_the_few_step_sampler_bit_for_bit()
    {
        using TensorScope scope = TensorScope.Open();
        using RollingSampler rolling = new(s_window with { Stagger = 5 }, s_block, null);
        FewStepSampler plain = new(new FlowMatchSchedule(5), s_window.StepList);
        CounterNoise noise = new(3);
        Recorder network = new();
        for (int b = 0; b < 4; b++)
        {
            Tensor x = Tensor.Empty(s_block);
            noise.Initial(b * 3, x);
            plain.Denoise(network, noise, b * 3, x);
            Tensor y = Tensor.Empty(s_block);
            rolling.Next(network, noise, b * 3, y);
            Assert.Equal(x.Span.ToArray(), y.Span.ToArray());
        }
    }

    [Fact]
    public void Blocks_do_not_depend_on_blocks_that_enter_later()
    {
        // Block 1 is final at call 5; block 6 enters at call 6.
        float[][] calm = Run(new CounterNoise(1));
        float[][] other = Run(new Late(new CounterNoise(1), new CounterNoise(2), 6 * 3));
        Assert.Equal(calm[..2], other[..2]);
        Assert.NotEqual(calm[2], other[2]);

        static float[][] Run(INoisePolicy noise)
        {
            using TensorScope scope = TensorScope.Open();
            using RollingSampler sampler = new(s_window, s_block, null);
            Tensor clean = Tensor.Empty(s_block);
            float[][] result = new float[4][];
            for (int b = 0; b < 4; b++)
            {
                sampler.Next(new Recorder(), noise, b * 3, clean);
                result[b] = clean.Span.ToArray();
            }
            return result;
        }
    }

    [Fact]
    public void Blocks_come_in_order_from_wherever_the_video_begins()
    {
        using TensorScope scope = TensorScope.Open();
        using RollingSampler sampler = new(s_window, s_block, 12);
        Tensor clean = Tensor.Empty(s_block);
        sampler.Next(new Recorder(), new CounterNoise(1), 6, clean);
        Assert.Equal(1, sampler.BlocksInFlight);
        Assert.Contains("starts at latent frame 9, not 12", Assert.Throws<ArgumentException>(
            () => sampler.Next(new Recorder(), new CounterNoise(1), 12, clean)).Message);
        sampler.Next(new Recorder(), new CounterNoise(1), 9, clean);
    }

    [Theory]
    [InlineData("900", 1, 21, 3, 5.0, "at least 2")]
    [InlineData("900-900", 1, 21, 3, 5.0, "steps are 900-900; they fall from at most 1000")]
    [InlineData("1200-900", 1, 21, 3, 5.0, "they fall from at most 1000")]
    [InlineData("1000-500", 3, 21, 3, 5.0, "stagger is 3; with 2 steps it lies between 1 (rolling window) and 2")]
    [InlineData("1000-500", 0, 21, 3, 5.0, "stagger is 0")]
    [InlineData("1000-500", 1, 21, -1, 5.0, "sink is -1")]
    [InlineData("1000-500", 1, 21, 3, 0.0, "shift is 0")]
    [InlineData("1000-500", 1, 8, 3, 5.0, "window 8 does not hold sink 3 and 2 blocks of 3 latent frames; make it at least 9")]
    public void Settings_that_contradict_are_refused_by_name(string steps, int stagger, int window, int sink, double shift, string message)
    {
        RollingWindow settings = new()
        {
            StepList = [.. steps.Split('-').Select(int.Parse)],
            Stagger = stagger,
            Window = window,
            Sink = sink,
            Shift = shift,
        };
        string text = Assert.Throws<ArgumentException>(() => settings.Validate("rolling", 3)).Message;
        Assert.Contains(message, text);
        Assert.StartsWith("rolling: ", text);
    }

    /// <summary>A network in which everything depends on everything in the call, and which keeps what it was told.</summary>
    private sealed class Recorder : IRollingVelocityField, IVelocityField
    {
        public List<float[]> Timesteps { get; } = [];

        public void Velocity(Tensor x, ReadOnlySpan<float> timesteps, Tensor velocity)
        {
            Timesteps.Add(timesteps.ToArray());
            float mean = 0;
            foreach (float v in x.Span)
            {
                mean += v / x.Count;
            }
            for (int i = 0; i < x.Count; i++)
            {
                velocity.Span[i] = MathF.Sin(x.Span[i] + timesteps[^1]) + mean;
            }
        }

        public void Velocity(Tensor x, float timestep, Tensor velocity) => Velocity(x, [timestep], velocity);
    }

    private sealed class Truth(RollingSampler sampler, int stagger, int blocks) : IRollingVelocityField
    {
        private long _call;

        public int Emitted { get; set; }

        public static float Target(long block) => (0.3f * block) - 1;

        public void Velocity(Tensor x, ReadOnlySpan<float> timesteps, Tensor velocity)
        {
            StaggeredSchedule schedule = new(5, stagger);
            (long first, long last) = schedule.BlocksAt(_call++, blocks);
            Assert.Equal(Emitted, first);
            Assert.Equal((last - first + 1) * 3, x.Shape[1]);
            int frame = (int)x.Shape.CountOf(2, x.Rank);
            for (int i = 0; i < x.Count; i++)
            {
                int f = i / frame % x.Shape[1];
                double sigma = timesteps[f] / 1000.0;
                Assert.Contains(timesteps[f], sampler.Timesteps);
                velocity.Span[i] = (float)((x.Span[i] - Target(first + (f / 3))) / sigma);
            }
        }
    }

    /// <summary>Other noise from a frame on.</summary>
    private sealed class Late(INoisePolicy before, INoisePolicy after, long from) : INoisePolicy
    {
        public void Initial(long firstFrame, Tensor noise) => (firstFrame < from ? before : after).Initial(firstFrame, noise);

        public void Renoise(long firstFrame, int step, Tensor noise) => (firstFrame < from ? before : after).Renoise(firstFrame, step, noise);
    }
}
