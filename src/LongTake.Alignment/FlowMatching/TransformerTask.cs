using System.Globalization;
using LongTake.Alignment.Data;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.FlowMatching;

/// <summary>
/// What the trainings of transformers have in common: a transformer that learns from cached latents, and a text
/// encoder that reads their captions. The caller owns the parameters.
/// </summary>
public abstract class TransformerTask : ITrainingTask
{
    private readonly TrainingClips _stream = new();
    private readonly FlowMatchingRecipe _recipe;
    private double? _heldOutLoss;

    /// <summary>Takes the networks over.</summary>
    protected TransformerTask(
        FlowMatchingRecipe recipe, LatentCache latents, WanTokenizer tokenizer, WanTransformer transformer, Umt5Encoder textEncoder)
    {
        _recipe = recipe;
        Latents = latents;
        Tokenizer = tokenizer;
        Transformer = transformer;
        TextEncoder = textEncoder;
    }

    /// <inheritdoc/>
    public abstract IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>Seed of all draws.</summary>
    protected ulong Seed => _recipe.Seed;

    /// <summary>The clips to learn from.</summary>
    protected LatentCache Latents { get; }

    /// <summary>Cuts captions into tokens.</summary>
    protected WanTokenizer Tokenizer { get; }

    /// <summary>The network that predicts velocities.</summary>
    protected WanTransformer Transformer { get; }

    /// <summary>The network that reads captions.</summary>
    protected Umt5Encoder TextEncoder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TrainingUpdate> Updates(int step) => [new(compute => Loss(compute, step), Networks)];

    /// <summary>The loss of one step, for all networks; its randomness is a function of seed and step.</summary>
    public Tensor Loss(Compute compute, int step) => Loss(compute, new ClipDraw(step, Choices(step), Latents.Clips - HeldOutClips, FirstHeldOut: null));

    /// <inheritdoc/>
    public void StepDone(Compute compute, int step)
    {
        if (HeldOutClips > 0 && step % _recipe.HeldOutEvery == 0)
        {
            _heldOutLoss = HeldOutLoss(compute, step - 1);
        }
    }

    /// <inheritdoc/>
    public virtual string Describe() =>
        _heldOutLoss is double loss ? string.Create(CultureInfo.InvariantCulture, $"held-out loss {loss:0.0000}") : "";

    /// <inheritdoc/>
    public abstract void Sample(Compute compute, IReadOnlyList<ParameterStore> weights, string pngPath);

    /// <inheritdoc/>
    public abstract void Export(Compute compute, IReadOnlyList<ParameterStore> weights, string folder);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Transformer.Dispose();
        TextEncoder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the training stream says of a cached clip; only captions and cut are needed, not pixels.</summary>
    protected TrainingClip Describe(int clip) => _stream.Describe(clip, Latents.Info.PixelFrames);

    /// <summary>The latent frame that a clip's second scene starts at, or -1.</summary>
    protected static int CutLatent(TrainingClip clip) => clip.CutFrame is int frame ? FrameGrid.Latents(frame) : -1;

    /// <summary>The loss of a batch.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="draw">Which clips, and the randomness.</param>
    protected abstract Tensor Loss(Compute compute, ClipDraw draw);

    /// <summary>Samples of a batch at a step.</summary>
    protected abstract int BatchAt(int step);

    /// <summary>Clips of the cache that are not trained on; a cache that was stopped early may have none.</summary>
    private int HeldOutClips => Math.Max(0, Latents.Clips - _recipe.Clips);

    /// <summary>
    /// The loss on every held-out clip, with the same noise levels each time, so that two such losses can be compared; samples are as
    /// long as those of <paramref name="step"/>.
    /// </summary>
    private double HeldOutLoss(Compute compute, int step)
    {
        int batch = BatchAt(step), batches = (HeldOutClips + batch - 1) / batch;
        double sum = 0;
        for (int b = 0; b < batches; b++)
        {
            using TensorScope scope = TensorScope.Open();
            // Numbers that no step has, so that held-out batches share no draws with training.
            ClipDraw draw = new(step, Choices(-1 - b), Latents.Clips, Latents.Clips - HeldOutClips + (b * batch));
            sum += Loss(compute, draw).Span[0];
        }
        return sum / batches;
    }

    /// <summary>A generator for one step's choices.</summary>
    private CounterRandom Choices(int step) => new(Seed ^ 0x63686F696365, (ulong)step);

    /// <summary>Reads captions: embeddings of the text encoder, projected for the transformer.</summary>
    protected TextContext Read(Compute compute, IReadOnlyList<string> captions) => Read(compute, Transformer, TextEncoder, captions);

    /// <summary>Reads captions with given networks.</summary>
    protected TextContext Read(Compute compute, WanTransformer transformer, Umt5Encoder encoder, IReadOnlyList<string> captions)
    {
        int[][] ids = new int[captions.Count][];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = Tokenizer.Encode(captions[i]);
        }
        return transformer.PrepareText(compute, encoder.Encode(compute, ids));
    }
}
