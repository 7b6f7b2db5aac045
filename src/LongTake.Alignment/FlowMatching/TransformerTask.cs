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
    private readonly FlowMatchingRecipe _recipe;
    private string _heldOut = "";

    /// <summary>Takes the networks over.</summary>
    protected TransformerTask(
        FlowMatchingRecipe recipe, LatentCache latents, WanTokenizer tokenizer, WanTransformer transformer, Umt5Encoder textEncoder)
    {
        _recipe = recipe;
        Clips = new ClipSource(latents, recipe.Clips, recipe.Profile);
        Tokenizer = tokenizer;
        Transformer = transformer;
        TextEncoder = textEncoder;
    }

    /// <inheritdoc/>
    public abstract IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>Seed of all draws.</summary>
    protected ulong Seed => _recipe.Seed;

    /// <summary>The clips to learn from.</summary>
    protected ClipSource Clips { get; }

    /// <summary>Their latents.</summary>
    protected LatentCache Latents => Clips.Latents;

    /// <summary>Cuts captions into tokens.</summary>
    protected WanTokenizer Tokenizer { get; }

    /// <summary>The network that predicts velocities.</summary>
    protected WanTransformer Transformer { get; }

    /// <summary>The network that reads captions.</summary>
    protected Umt5Encoder TextEncoder { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TrainingUpdate> Updates(int step) => [new(compute => Loss(compute, step), Networks)];

    /// <summary>The loss of one step, for all networks; its randomness is a function of seed and step.</summary>
    public Tensor Loss(Compute compute, int step)
    {
        BatchSize size = SizeAt(step);
        return Loss(compute, new ClipDraw(size, SourceOf(size.Frames), Choices(step), step));
    }

    /// <inheritdoc/>
    public void StepDone(Compute compute, int step)
    {
        if (step % _recipe.HeldOutEvery != 0)
        {
            return;
        }
        BatchSize[] sizes = [.. HeldOutSizes(step - 1).Where(size => SourceOf(size.Frames).HeldOut > 0)];
        _heldOut = sizes.Length == 0
            ? ""
            : "held-out loss " + string.Join(" ", sizes.Select(size =>
                string.Create(CultureInfo.InvariantCulture, $"{HeldOutLoss(compute, size):0.0000} ({size.Frames} frames)")));
    }

    /// <inheritdoc/>
    public virtual string Describe() => _heldOut;

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

    /// <summary>The loss of a batch.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="draw">Which clips, and the randomness.</param>
    protected abstract Tensor Loss(Compute compute, ClipDraw draw);

    /// <summary>Size of a step's batch.</summary>
    protected abstract BatchSize SizeAt(int step);

    /// <summary>Sizes that the loss on held-out clips is measured with after a step.</summary>
    protected virtual IEnumerable<BatchSize> HeldOutSizes(int step) => [SizeAt(step)];

    /// <summary>The clips that samples of so many latent frames come from.</summary>
    protected virtual ClipSource SourceOf(int frames) => Clips;

    /// <summary>The loss on every held-out clip, with the same noise each time, so that two such losses can be compared.</summary>
    private double HeldOutLoss(Compute compute, BatchSize size)
    {
        ClipSource source = SourceOf(size.Frames);
        int batches = (source.HeldOut + size.Samples - 1) / size.Samples;
        double sum = 0;
        for (int b = 0; b < batches; b++)
        {
            using TensorScope scope = TensorScope.Open();
            // Numbers that no step has, so that held-out batches share no draws with training.
            ClipDraw draw = new(size, source, Choices(-1 - b), -1 - b, source.ToTrainOn + (b * size.Samples));
            sum += Loss(compute, draw).Span[0];
        }
        return sum / batches;
    }

    /// <summary>A generator for one step's choices.</summary>
    private CounterRandom Choices(int step) => new(Seed ^ 0x63686F696365, (ulong)step);

    /// <summary>Reads captions: embeddings of the text encoder, projected for the transformer.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="captions">One a sample.</param>
    /// <param name="learns">Whether the text encoder is recorded; the projection always is.</param>
    protected TextContext Read(Compute compute, IReadOnlyList<string> captions, bool learns) =>
        Read(compute, Transformer, TextEncoder, captions, learns);

    /// <summary>Reads captions with given networks.</summary>
    protected TextContext Read(
        Compute compute, WanTransformer transformer, Umt5Encoder encoder, IReadOnlyList<string> captions, bool learns = false)
    {
        int[][] ids = new int[captions.Count][];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = Tokenizer.Encode(captions[i]);
        }
        return transformer.PrepareText(compute, encoder.Encode(learns ? compute : new Compute(compute.Backend), ids));
    }
}
