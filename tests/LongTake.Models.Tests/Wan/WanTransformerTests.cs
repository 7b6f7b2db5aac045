using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;
using static LongTake.Models.Tests.Wan.TinyTransformer;

namespace LongTake.Models.Tests.Wan;

/// <summary>What must hold for any weights.</summary>
public sealed class WanTransformerTests : IDisposable
{
    private readonly CpuBackend _backend = new(2);
    private readonly Compute _compute;
    private readonly ParameterStore _parameters = RandomParameters();
    private readonly WanTransformer _transformer;
    private readonly FullAttention _full;
    private readonly TensorScope _scope = TensorScope.Open();

    public WanTransformerTests()
    {
        _compute = new Compute(_backend);
        _transformer = new WanTransformer(Config, _parameters);
        _full = new FullAttention(_transformer.Rotary, Grid);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _full.Dispose();
        _transformer.Dispose();
        _parameters.Dispose();
        _backend.Dispose();
    }

    [Fact]
    public void Batch_of_two_equals_two_batches_of_one()
    {
        Tensor latents = Latents(2);
        Tensor embeddings = Prompts(2);
        Tensor timesteps = Tensor.From([600, 250.5f], [2]);
        using TextContext both = _transformer.PrepareText(_compute, embeddings);

        Tensor together = _transformer.Forward(_compute, latents, timesteps, both, _full);

        Assert.Equal([2, 2, Frames, Side, Side], together.Shape);
        for (int i = 0; i < 2; i++)
        {
            using TextContext one = _transformer.PrepareText(_compute, embeddings.Rows(i, 1));
            Tensor alone = _transformer.Forward(_compute, latents.Rows(i, 1), timesteps.Rows(i, 1), one, _full);
            AssertClose(alone, together.Rows(i, 1), 1e-5);
        }
    }

    [Fact]
    public void Equal_timesteps_of_all_frames_are_the_timestep_of_the_sample()
    {
        using TextContext text = _transformer.PrepareText(_compute, Prompts(2));
        Tensor expected = _transformer.Forward(_compute, Latents(2), Tensor.From([600, 250], [2]), text, _full);

        // The second sample varies, which keeps the first from being treated as one with a single timestep.
        Tensor mixed = Tensor.From([600, 600, 600, 600, 1, 2, 3, 4], [2, Frames]);
        Tensor actual = _transformer.Forward(_compute, Latents(2), mixed, text, _full);
        AssertClose(expected.Rows(0, 1), actual.Rows(0, 1), 1e-5);
        Assert.NotEqual(expected.Rows(1, 1).Span.ToArray(), actual.Rows(1, 1).Span.ToArray());

        Tensor equal = Tensor.From([600, 600, 600, 600, 250, 250, 250, 250], [2, Frames]);
        AssertClose(expected, _transformer.Forward(_compute, Latents(2), equal, text, _full), 1e-6);
    }

    [Fact]
    public void Timesteps_are_not_rounded_and_may_be_integers()
    {
        using TextContext text = _transformer.PrepareText(_compute, Prompts(1));
        Tensor whole = _transformer.Forward(_compute, Latents(1), Tensor.From([937f], [1]), text, _full);
        Tensor integer = _transformer.Forward(_compute, Latents(1), Tensor.From<long>([937], [1]), text, _full);
        Tensor half = _transformer.Forward(_compute, Latents(1), Tensor.From([937.5f], [1]), text, _full);
        Assert.Equal(whole.Span.ToArray(), integer.Span.ToArray());
        Assert.True(whole.Span.ToArray().Zip(half.Span.ToArray(), (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Fact]
    public void Block_causal_attention_does_not_see_later_blocks()
    {
        using FullAttention causal = FullAttention.BlockCausal(_transformer.Rotary, Grid, framesPerBlock: 2);
        using TextContext text = _transformer.PrepareText(_compute, Prompts(1));
        Tensor timesteps = Tensor.From([500, 400, 300, 200], [1, Frames]);
        Tensor before = _transformer.Forward(_compute, Latents(1), timesteps, text, causal);

        Tensor after = _transformer.Forward(_compute, WithFrame(Latents(1), 2, 7), timesteps, text, causal);

        Assert.Equal(0, FrameDifference(before, after, 0));
        Assert.Equal(0, FrameDifference(before, after, 1));
        Assert.True(FrameDifference(before, after, 2) > 1e-3);
        Assert.True(FrameDifference(before, after, 3) > 1e-3);
        Tensor full = _transformer.Forward(_compute, WithFrame(Latents(1), 2, 7), timesteps, text, _full);
        Assert.True(FrameDifference(before, full, 0) > 1e-3);
    }

    [Fact]
    public void Teacher_forcing_equals_causal_generation_from_clean_frames()
    {
        using FullAttention forcing = FullAttention.TeacherForcing(_transformer.Rotary, Grid, framesPerBlock: 2);
        using TextContext text = _transformer.PrepareText(_compute, Prompts(1));
        Tensor noisy = Latents(1);
        Tensor clean = Latents(1, seed: 8);
        Tensor noise = Tensor.From([700, 700, 350, 350], [1, Frames]);
        Tensor zero = Tensor.Zeros([1, Frames]);

        Tensor forced = _transformer.ForwardTeacherForcing(_compute, noisy, noise, clean, zero, text, forcing);

        // The second block by itself: clean first block, noisy second one, block-causal.
        using FullAttention causal = FullAttention.BlockCausal(_transformer.Rotary, Grid, framesPerBlock: 2);
        Tensor mixed = _compute.Concat([_compute.Slice(clean, 2, 0, 2), _compute.Slice(noisy, 2, 2, 2)], 2);
        Tensor single = _transformer.Forward(_compute, mixed, Tensor.From([0, 0, 350, 350], [1, Frames]), text, causal);
        Assert.Equal(0, FrameDifference(single, forced, 2), 1e-5);
        Assert.Equal(0, FrameDifference(single, forced, 3), 1e-5);
    }

    [Fact]
    public void Only_distances_between_temporal_positions_matter()
    {
        using FullAttention shifted = new(_transformer.Rotary, Grid, positions: [100000, 100001, 100002, 100003]);
        using FullAttention stretched = new(_transformer.Rotary, Grid, positions: [0, 2, 4, 6]);
        using TextContext text = _transformer.PrepareText(_compute, Prompts(1));
        Tensor timesteps = Tensor.From([500f], [1]);
        Tensor expected = _transformer.Forward(_compute, Latents(1), timesteps, text, _full);
        AssertClose(expected, _transformer.Forward(_compute, Latents(1), timesteps, text, shifted), 1e-5);
        Tensor other = _transformer.Forward(_compute, Latents(1), timesteps, text, stretched);
        Assert.True(FrameDifference(expected, other, 3) > 1e-4);
    }

    [Theory]
    [InlineData(DType.BF16, 0.1)]
    [InlineData(DType.F16, 0.01)]
    public void Weights_stored_in_half_precision_give_nearly_the_same(DType type, double tolerance)
    {
        using ParameterStore half = RandomParameters(type);
        using WanTransformer transformer = new(Config, half);
        Tensor timesteps = Tensor.From([500f], [1]);
        using TextContext text = _transformer.PrepareText(_compute, Prompts(1));
        using TextContext halfText = transformer.PrepareText(_compute, Prompts(1));

        Tensor expected = _transformer.Forward(_compute, Latents(1), timesteps, text, _full);
        Tensor actual = transformer.Forward(_compute, Latents(1), timesteps, halfText, _full);

        AssertClose(expected, actual, tolerance);
        Assert.NotEqual(expected.Span.ToArray(), actual.Span.ToArray());
    }

    [Fact]
    public void Short_prompts_are_padded_with_zeros_that_count()
    {
        Tensor padded = Tensor.Zeros([1, Config.TextLength, Config.TextDim]);
        Prompts(1).Span.CopyTo(padded.Span);
        using TextContext shortText = _transformer.PrepareText(_compute, Prompts(1));
        using TextContext fullText = _transformer.PrepareText(_compute, padded);
        Assert.Equal([1, Config.TextLength, Config.Dim], shortText.Tokens.Shape);
        Assert.Equal(fullText.Tokens.Span.ToArray(), shortText.Tokens.Span.ToArray());
        Assert.Contains(shortText.Tokens.Span[^Config.Dim..].ToArray(), v => v != 0);
    }

    [Fact]
    public void Steady_state_inference_allocates_nothing_on_the_managed_heap()
    {
        Tensor latents = Latents(1);
        Tensor timesteps = Tensor.From([500, 500, 20, 20], [1, Frames]);
        using TextContext text = _transformer.PrepareText(_compute, Prompts(1));
        for (int i = 0; i < 5; i++)
        {
            Run();
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run()
        {
            using TensorScope scope = TensorScope.Open();
            _transformer.Forward(_compute, latents, timesteps, text, _full);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_by_name()
    {
        using TextContext text = _transformer.PrepareText(_compute, Prompts(1));
        Tensor t = Tensor.From([500f], [1]);
        Assert.Contains("[batch, 3, frames", Refusal(Tensor.Zeros([1, 4, Frames, 4, 4]), t), StringComparison.Ordinal);
        Assert.Contains("multiple of 2", Refusal(Tensor.Zeros([1, 3, Frames, 5, 4]), t), StringComparison.Ordinal);
        Assert.Contains("[1, 4]", Refusal(Latents(1), Tensor.Zeros([1, 3])), StringComparison.Ordinal);
        Assert.Contains("prompts", Refusal(Latents(2), Tensor.Zeros([2])), StringComparison.Ordinal);
        Assert.Contains("tokens", Refusal(Tensor.Zeros([1, 3, 1, 4, 4]), t), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _transformer.PrepareText(_compute, Tensor.Zeros([1, Config.TextLength + 1, Config.TextDim])));
        Assert.Throws<ArgumentException>(() => new FullAttention(_transformer.Rotary, Grid, Tensor.Zeros([3, 3], DType.U8)));
        Assert.Throws<ArgumentException>(() => new FullAttention(_transformer.Rotary, Grid, positions: [1]));

        string Refusal(Tensor latents, Tensor timesteps) =>
            Assert.Throws<ArgumentException>(() => _transformer.Forward(_compute, latents, timesteps, text, _full)).Message;
    }

    private static Tensor WithFrame(Tensor latents, int frame, float value)
    {
        int area = Side * Side;
        for (int c = 0; c < Config.InChannels; c++)
        {
            latents.Span.Slice(((c * Frames) + frame) * area, area).Fill(value);
        }
        return latents;
    }

    private static float FrameDifference(Tensor a, Tensor b, int frame)
    {
        float largest = 0;
        for (int i = 0; i < a.Count; i++)
        {
            if (i / (Side * Side) % Frames == frame)
            {
                largest = Math.Max(largest, Math.Abs(a.Span[i] - b.Span[i]));
            }
        }
        return largest;
    }
}
