using LongTake.Alignment.Data;
using LongTake.Alignment.FlowMatching;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Causal;

/// <summary>
/// Trains the causal transformer, starting from the bidirectional one and keeping its text encoder, with a block-causal mask: every chunk at its own
/// noise level, seeing the clean chunks before it (teacher forcing) or the noisy ones (diffusion forcing). A clip with two
/// scenes is shown under one scene's caption and scored on that scene's chunks alone: the other scene's chunks are then
/// the past as a re-cache at a prompt change leaves it. Source: spec autoregressive-streaming.md 3.1, 6.3 and 10.4.
/// </summary>
public sealed class CausalTask : TransformerTask
{
    private readonly CausalRecipe _recipe;
    private readonly CausalSampler _sampler;
    private readonly Dictionary<int, FullAttention> _attention = [];
    private readonly StateAlignment? _alignment;

    /// <summary>Takes the networks, with the base model's weights.</summary>
    /// <param name="recipe">The options.</param>
    /// <param name="latents">What to learn from.</param>
    /// <param name="tokenizer">Cuts captions into tokens.</param>
    /// <param name="transformer">The network that learns, with the weights it starts from.</param>
    /// <param name="textEncoder">Reads captions; is not trained.</param>
    /// <param name="sampler">Draws sample sheets.</param>
    /// <param name="bidirectional">Weights of the transformer that <see cref="TrainingRecipe.LowRank"/> speaks of; they stay the caller's.</param>
    public CausalTask(
        CausalRecipe recipe,
        LatentCache latents,
        WanTokenizer tokenizer,
        WanTransformer transformer,
        Umt5Encoder textEncoder,
        CausalSampler sampler,
        ParameterStore? bidirectional = null)
        : base(recipe, latents, tokenizer, transformer, textEncoder)
    {
        _recipe = recipe;
        _sampler = sampler;
        _alignment = recipe.AlignmentWeight > 0 ? new StateAlignment(transformer, recipe) : null;
        TrainedNetwork network = new("transformer", transformer.Parameters) { IsShipped = true, Origin = bidirectional };
        Networks = _alignment is null ? [network] : [network, _alignment.Network];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <inheritdoc/>
    protected override BatchSize SizeAt(int step) => _recipe.SizeAt(step);

    /// <inheritdoc/>
    protected override IEnumerable<BatchSize> HeldOutSizes(int step)
    {
        BatchSize[] whole = [_recipe.SizeOf(skips: false), _recipe.SizeOf(skips: true)];
        return whole.Concat(_recipe.FirstChunkShare > 0 ? [_recipe.FirstChunks] : []).Distinct();
    }

    /// <inheritdoc/>
    protected override Tensor Loss(Compute compute, ClipDraw draw)
    {
        LatentCacheInfo info = Latents.Info;
        (int frames, int batch) = draw.Size;
        Shape shape = [batch, info.Channels, frames, info.Height, info.Width];
        Tensor clean = Tensor.Empty(shape), noisy = Tensor.Empty(shape), velocity = Tensor.Empty(shape), scored = Tensor.Empty(shape);
        Tensor timesteps = Tensor.Empty([batch, frames]), cleanTimesteps = Tensor.Zeros([batch, frames]);
        Tensor noise = FlowTimesteps.Noise(shape, Seed, draw.Number);
        List<string> captions = [];
        List<Story> stories = [];
        CounterRandom choices = draw.Choices;
        int count = (int)(shape.Count / batch);
        for (int i = 0; i < batch; i++)
        {
            Range range = (i * count)..((i + 1) * count);
            CausalSample sample = CausalSample.Draw(_recipe, draw, i);
            stories.Add(sample.Clip.Story);
            captions.Add(sample.Caption);
            Copy(sample, frames, clean.Span[range], scored.Span[range]);
            Span<float> levels = timesteps.Span.Slice(i * frames, frames);
            DrawLevels(choices, levels);
            MixFrames(clean.Span[range], noise.Span[range], levels, noisy.Span[range], velocity.Span[range]);
            if (HasCleanPast(frames))
            {
                Blur(choices, draw.Number, i, clean.Span[range]);
            }
        }
        using TextContext text = Read(compute, captions, learns: false);
        Tensor predicted = HasCleanPast(frames)
            ? Transformer.ForwardTeacherForcing(compute, noisy, timesteps, clean, cleanTimesteps, text, AttentionFor(frames))
            : Transformer.Forward(compute, noisy, timesteps, text, AttentionFor(frames));
        float share = Mean(scored.Span);
        Tensor loss = compute.MeanSquaredError(compute.Mul(predicted, scored), compute.Mul(velocity, scored));
        loss = compute.Scale(loss, 1 / Math.Max(share, 1e-3f));
        bool isAligned = _alignment is not null && compute.IsRecording && frames == _recipe.ChunkFrames;
        return isAligned ? _alignment!.AddTo(compute, loss, stories, frames) : loss;
    }

    /// <summary>The two parts of the loss of the last first chunks, where there is an alignment, and losses on held-out clips.</summary>
    public override string Describe() => _alignment is null ? base.Describe() : _alignment.Describe(base.Describe());

    /// <inheritdoc/>
    public override void Sample(Compute compute, IReadOnlyList<ParameterStore> weights, string pngPath) =>
        _sampler.WriteSheet(compute, Transformer.Config, weights[0], TextEncoder, Tokenizer, pngPath);

    /// <inheritdoc/>
    public override void Export(Compute compute, IReadOnlyList<ParameterStore> weights, string folder)
    {
        TransformerSettings settings = TransformerSettings.DefaultsFor(TransformerKind.Causal) with
        {
            Sampler = "euler",
            Steps = _sampler.Sampler.Steps,
            Shift = _recipe.TimestepShift,
            Guidance = _sampler.Sampler.Guidance,
            FramesPerBlock = _recipe.ChunkFrames,
            WindowFrames = _recipe.GapFrames > 0 ? _recipe.GapFrames : _recipe.SampleFrames,
            SinkFrames = _recipe.ChunkFrames,
            TrainedFrames = _recipe.SampleFrames,
            Height = ShapesWorld.Size,
            Width = ShapesWorld.Size,
            World = _recipe.World,
        };
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Causal, Transformer.Config, settings, weights[0]);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (FullAttention attention in _attention.Values)
        {
            attention.Dispose();
        }
        _alignment?.Dispose();
        base.Dispose();
    }

    /// <summary>Whether samples of so many frames show a clean past beside the noisy chunks; a first chunk alone has none.</summary>
    private bool HasCleanPast(int frames) => _recipe.Forcing == CausalForcing.Teacher && frames > _recipe.ChunkFrames;

    /// <summary>Copies a sample's chunks, and marks those that count.</summary>
    private void Copy(CausalSample sample, int frames, Span<float> clean, Span<float> scored)
    {
        LatentCacheInfo info = Latents.Info;
        int chunk = _recipe.ChunkFrames;
        int clip = (int)sample.Clip.Index;
        Latents.CopyFrames(clip, 0, chunk, clean, 0, frames);
        if (frames > chunk)
        {
            Latents.CopyFrames(clip, chunk + sample.Skipped, frames - chunk, clean, chunk, frames);
        }
        int plane = info.Height * info.Width;
        for (int f = 0; f < frames; f++)
        {
            int source = f < chunk ? f : f + sample.Skipped;
            float counts = sample.Counts(source) ? 1 : 0;
            for (int c = 0; c < info.Channels; c++)
            {
                scored.Slice(((c * frames) + f) * plane, plane).Fill(counts);
            }
        }
    }

    private FullAttention AttentionFor(int frames)
    {
        if (!_attention.TryGetValue(frames, out FullAttention? attention))
        {
            TokenGrid grid = Transformer.Config.GridOf(frames, Latents.Info.Height, Latents.Info.Width);
            _attention[frames] = attention = HasCleanPast(frames)
                ? FullAttention.TeacherForcing(Transformer.Rotary, grid, _recipe.ChunkFrames)
                : FullAttention.BlockCausal(Transformer.Rotary, grid, _recipe.ChunkFrames);
        }
        return attention;
    }

    private void DrawLevels(CounterRandom choices, Span<float> timesteps)
    {
        for (int f = 0; f < timesteps.Length; f += _recipe.ChunkFrames)
        {
            timesteps.Slice(f, _recipe.ChunkFrames).Fill(1000 * FlowTimesteps.DrawSigma(choices, _recipe));
        }
    }

    private void MixFrames(
        ReadOnlySpan<float> clean, ReadOnlySpan<float> noise, ReadOnlySpan<float> timesteps, Span<float> noisy, Span<float> velocity)
    {
        int plane = Latents.Info.Height * Latents.Info.Width;
        for (int p = 0; p < clean.Length / plane; p++)
        {
            Range range = (p * plane)..((p + 1) * plane);
            FlowTimesteps.Mix(clean[range], noise[range], timesteps[p % timesteps.Length] / 1000, noisy[range], velocity[range]);
        }
    }

    /// <summary>Puts a little noise on the clean past; the network is still told timestep 0.</summary>
    private void Blur(CounterRandom choices, int number, int sample, Span<float> clean)
    {
        float sigma = (float)(choices.NextDouble() * _recipe.ContextNoise / 1000);
        if (sigma == 0)
        {
            return;
        }
        float[] noise = new float[clean.Length];
        new CounterRandom(Seed ^ 0x70617374, ((ulong)number << 16) | (uint)sample).FillNormal(noise);
        for (int i = 0; i < clean.Length; i++)
        {
            clean[i] = ((1 - sigma) * clean[i]) + (sigma * noise[i]);
        }
    }

    private static float Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float v in values)
        {
            sum += v;
        }
        return (float)(sum / values.Length);
    }
}
