using LongTake.Alignment.Data;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.FlowMatching;

/// <summary>
/// Trains the bidirectional transformer with flow matching: the velocity of a clip's latents at a random noise level,
/// given one caption (of both scenes, where there are two).
/// </summary>
public sealed class BaseTask : TransformerTask
{
    private readonly BaseRecipe _recipe;
    private readonly SampleSheet _sheet;
    private readonly Dictionary<int, FullAttention> _attention = [];
    private readonly StateAlignment? _alignment;
    private readonly ParameterStore _textWeights;
    private readonly ClipSource? _short;

    /// <summary>Takes the clips, the networks, with their initial weights, and the sheet that samples are drawn on.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="latents">Clips of the full length.</param>
    /// <param name="shortLatents">More clips, for samples that are no longer than they; null for none.</param>
    /// <param name="tokenizer">Cuts captions into tokens.</param>
    /// <param name="transformer">The bidirectional transformer.</param>
    /// <param name="textEncoder">The text encoder.</param>
    /// <param name="textWeights">The text encoder's weights.</param>
    /// <param name="sheet">Draws samples.</param>
    public BaseTask(
        BaseRecipe recipe,
        LatentCache latents,
        LatentCache? shortLatents,
        WanTokenizer tokenizer,
        WanTransformer transformer,
        Umt5Encoder textEncoder,
        ParameterStore textWeights,
        SampleSheet sheet)
        : base(recipe, latents, tokenizer, transformer, textEncoder)
    {
        _recipe = recipe;
        _sheet = sheet;
        _short = shortLatents is null ? null : new ClipSource(shortLatents, recipe.ShortClips, recipe.Profile);
        _textWeights = textWeights;
        List<TrainedNetwork> networks = [new("transformer", transformer.Parameters) { IsShipped = true }];
        if (recipe.TrainTextEncoder)
        {
            networks.Add(new("text_encoder", textWeights));
        }
        if (recipe.AlignmentWeight > 0)
        {
            _alignment = new StateAlignment(transformer, recipe);
            networks.Add(_alignment.Network);
        }
        Networks = networks;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <inheritdoc/>
    protected override BatchSize SizeAt(int step) => _recipe.SizeAt(step);

    /// <inheritdoc/>
    protected override IEnumerable<BatchSize> HeldOutSizes(int step) =>
        _recipe.MixLengths ? _recipe.LengthCurriculum.Distinct().Select(_recipe.SizeOf) : base.HeldOutSizes(step);

    /// <inheritdoc/>
    protected override ClipSource SourceOf(int frames) => frames <= _short?.Latents.Info.Frames ? _short : Clips;

    /// <inheritdoc/>
    protected override Tensor Loss(Compute compute, ClipDraw draw)
    {
        (int frames, int batch) = draw.Size;
        LatentCache latents = draw.Source.Latents;
        LatentCacheInfo info = latents.Info;
        Shape shape = [batch, info.Channels, frames, info.Height, info.Width];
        Tensor clean = Tensor.Empty(shape), noisy = Tensor.Empty(shape), velocity = Tensor.Empty(shape), timesteps = Tensor.Empty([batch]);
        Tensor noise = FlowTimesteps.Noise(shape, Seed, draw.Number);
        List<string> captions = [];
        List<Story> stories = [];
        CounterRandom choices = draw.Choices;
        int count = (int)(shape.Count / batch);
        for (int i = 0; i < batch; i++)
        {
            int clip = draw.DrawClip(i);
            Span<float> plane = clean.Span.Slice(i * count, count);
            latents.CopyFrames(clip, 0, frames, plane, 0, frames);
            float sigma = FlowTimesteps.DrawSigma(choices, _recipe);
            timesteps.Span[i] = 1000 * sigma;
            Range range = (i * count)..((i + 1) * count);
            FlowTimesteps.Mix(plane, noise.Span[range], sigma, noisy.Span[range], velocity.Span[range]);
            TrainingClip about = draw.Source.Describe(clip);
            stories.Add(about.Story);
            bool dropped = choices.NextDouble() < _recipe.CaptionDropout;
            captions.Add(dropped ? "" : about.CutLatent < frames ? about.JointCaption : about.Captions[0]);
        }
        using TextContext text = Read(compute, captions, _recipe.TrainTextEncoder);
        Tensor predicted = Transformer.Forward(compute, noisy, timesteps, text, AttentionFor(frames));
        Tensor loss = compute.MeanSquaredError(predicted, velocity);
        return _alignment is null || !compute.IsRecording ? loss : _alignment.AddTo(compute, loss, stories, frames);
    }

    /// <summary>The two parts of the loss, where there is an alignment, and losses on held-out clips.</summary>
    public override string Describe() => _alignment is null ? base.Describe() : _alignment.Describe(base.Describe());

    /// <inheritdoc/>
    public override void Sample(Compute compute, IReadOnlyList<ParameterStore> weights, string pngPath)
    {
        using WanTransformer transformer = new(Transformer.Config, weights[0]);
        using Umt5Encoder encoder = new(TextEncoder.Config, TextWeights(weights));
        int frames = _recipe.LatentFrames;
        using TextContext text = Read(compute, transformer, encoder, _sheet.Prompts);
        using TextContext empty = Read(compute, transformer, encoder, [.. _sheet.Prompts.Select(_ => "")]);
        FullAttention attention = AttentionFor(frames);
        _sheet.Write(compute, frames, pngPath, (noisy, timesteps, conditional) =>
            transformer.Forward(compute, noisy, timesteps, conditional ? text : empty, attention));
    }

    /// <inheritdoc/>
    public override void Export(Compute compute, IReadOnlyList<ParameterStore> weights, string folder)
    {
        TransformerSettings settings = TransformerSettings.DefaultsFor(TransformerKind.Bidirectional) with
        {
            Steps = _sheet.Steps,
            Shift = _recipe.TimestepShift,
            Guidance = _sheet.Guidance,
            TrainedFrames = _recipe.LatentFrames,
            Height = ShapesWorld.Size,
            Width = ShapesWorld.Size,
            World = _recipe.World,
        };
        ModelFolderWriter.WriteTransformer(folder, TransformerKind.Bidirectional, Transformer.Config, settings, weights[0]);
        ModelFolderWriter.WriteTextEncoder(folder, TextEncoder.Config, TextWeights(weights));
        ModelFolderWriter.WriteTokenizer(folder, ShapesTokenizer.ModelBytes());
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

    /// <summary>The text encoder's among the averaged weights, or those it keeps.</summary>
    private ParameterStore TextWeights(IReadOnlyList<ParameterStore> weights) => _recipe.TrainTextEncoder ? weights[1] : _textWeights;

    private FullAttention AttentionFor(int frames)
    {
        if (!_attention.TryGetValue(frames, out FullAttention? attention))
        {
            TokenGrid grid = Transformer.Config.GridOf(frames, Latents.Info.Height, Latents.Info.Width);
            _attention[frames] = attention = new FullAttention(Transformer.Rotary, grid);
        }
        return attention;
    }
}
