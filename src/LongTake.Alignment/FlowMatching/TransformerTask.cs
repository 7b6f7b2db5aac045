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

    /// <summary>Takes the networks over.</summary>
    protected TransformerTask(
        ulong seed, LatentCache latents, WanTokenizer tokenizer, WanTransformer transformer, Umt5Encoder textEncoder)
    {
        Seed = seed;
        Latents = latents;
        Tokenizer = tokenizer;
        Transformer = transformer;
        TextEncoder = textEncoder;
    }

    /// <inheritdoc/>
    public abstract IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>Seed of all draws.</summary>
    protected ulong Seed { get; }

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
    public abstract Tensor Loss(Compute compute, int step);

    /// <inheritdoc/>
    public virtual string Describe() => "";

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

    /// <summary>A generator for one step's choices.</summary>
    protected CounterRandom Choices(int step) => new(Seed ^ 0x63686F696365, (ulong)step);

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
