using LongTake.Tensors.Random;

namespace LongTake.Alignment.FlowMatching;

/// <summary>How the bidirectional transformer and its text encoder are trained.</summary>
public sealed class BaseRecipe : FlowMatchingRecipe
{
    /// <summary>Width of the transformer.</summary>
    public int Dim { get; set; } = 192;

    /// <summary>Width of its feed-forward layers.</summary>
    public int FfnDim { get; set; } = 576;

    /// <summary>Attention heads.</summary>
    public int Heads { get; set; } = 6;

    /// <summary>Transformer blocks.</summary>
    public int Layers { get; set; } = 8;

    /// <summary>Width of the text encoder.</summary>
    public int TextDim { get; set; } = 96;

    /// <summary>Blocks of the text encoder.</summary>
    public int TextLayers { get; set; } = 2;

    /// <summary>Tokens that a prompt is padded to.</summary>
    public int TextLength { get; set; } = 48;

    /// <summary>Share of samples trained without their caption, for classifier-free guidance.</summary>
    public double CaptionDropout { get; set; } = 0.1;

    /// <summary>
    /// Whether the text encoder learns too. Causal transformers are made for one text encoder: where it stays, they stay good.
    /// </summary>
    public bool TrainTextEncoder { get; set; } = true;

    /// <summary>
    /// Latent frames of a training sample over the course of the training, as equal parts of the steps; each at most
    /// <see cref="FlowMatchingRecipe.LatentFrames"/>. Short samples teach looks quickly, long ones motion. A step has
    /// <see cref="Training.TrainingRecipe.Batch"/> samples at the shortest length, and of longer ones as many fewer as keeps its cost.
    /// </summary>
    public List<int> LengthCurriculum { get; set; } = [6, 12, 21, 21];

    /// <summary>
    /// Whether each step draws one of the lengths of <see cref="LengthCurriculum"/> at random, in place of one part after the other, so that
    /// nothing is forgotten at one length while another is trained.
    /// </summary>
    public bool MixLengths { get; set; }

    /// <summary>
    /// Clips of a second cache, of <see cref="ShortLatentFrames"/> each, that samples no longer than that are taken from; 0 for none. Looks
    /// need many different clips, and short ones are quickly encoded.
    /// </summary>
    public int ShortClips { get; set; }

    /// <summary>File of the second cache.</summary>
    public string ShortLatents { get; set; } = "runs/latents-short.bin";

    /// <summary>Latent frames of its clips.</summary>
    public int ShortLatentFrames { get; set; } = 6;

    /// <summary>Size of a step's batch.</summary>
    public BatchSize SizeAt(int step)
    {
        int part = MixLengths
            ? new CounterRandom(Seed ^ 0x6C656E677468, (ulong)step).NextInt(LengthCurriculum.Count)
            : (int)((long)step * LengthCurriculum.Count / Steps);
        return SizeOf(LengthCurriculum[part]);
    }

    /// <summary>Size of a batch whose samples have so many latent frames.</summary>
    public BatchSize SizeOf(int frames) => new(frames, Math.Max(1, Batch * LengthCurriculum.Min() / frames));

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(Heads > 0 && Dim % Heads == 0 && Dim / Heads % 2 == 0, "dim", "a multiple of heads with an even quotient");
        Require(FfnDim > 0, "ffn_dim", "at least 1");
        Require(Layers > 0, "layers", "at least 1");
        Require(TextDim > 0, "text_dim", "at least 1");
        Require(TextLayers > 0, "text_layers", "at least 1");
        Require(TextLength > 0, "text_length", "at least 1");
        Require(CaptionDropout is >= 0 and < 1, "caption_dropout", "in [0, 1)");
        Require(AlignmentBlock <= Layers, "alignment_block", "a block from 1 to layers, or 0");
        Require(ShortClips >= 0, "short_clips", "at least 0");
        Require(ShortClips == 0 || (!string.IsNullOrWhiteSpace(ShortLatents) && ShortLatents != Latents), "short_latents", "the path of a file other than latents");
        Require(ShortClips == 0 || (ShortLatentFrames >= 1 && ShortLatentFrames <= LatentFrames), "short_latent_frames", "from 1 to latent_frames");
        Require(
            LengthCurriculum.Count > 0 && LengthCurriculum.TrueForAll(n => n >= 1 && n <= LatentFrames),
            "length_curriculum",
            "a list of lengths from 1 to latent_frames");
    }
}
