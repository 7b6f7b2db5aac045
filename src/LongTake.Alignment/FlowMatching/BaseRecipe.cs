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
    /// Weight of representation alignment: a head that must read from a middle block what each token shows; 0 for none.
    /// </summary>
    public float AlignmentWeight { get; set; }

    /// <summary>Block that alignment reads from, counted from 1; 0 for the middle one.</summary>
    public int AlignmentBlock { get; set; }

    /// <summary>
    /// Latent frames of a training sample over the course of the training, as equal parts of the steps; each at most
    /// <see cref="FlowMatchingRecipe.LatentFrames"/>. Short samples teach looks quickly, long ones motion. A step has
    /// <see cref="Training.TrainingRecipe.Batch"/> samples at the shortest length, and of longer ones as many fewer as keeps its cost.
    /// </summary>
    public List<int> LengthCurriculum { get; set; } = [6, 12, 21, 21];

    /// <summary>Latent frames, and samples, of a step.</summary>
    public (int Frames, int Batch) SizesAt(int step)
    {
        int frames = LengthCurriculum[(int)((long)step * LengthCurriculum.Count / Steps)];
        return (frames, Math.Max(1, Batch * LengthCurriculum.Min() / frames));
    }

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
        Require(AlignmentWeight >= 0, "alignment_weight", "at least 0");
        Require(AlignmentBlock >= 0 && AlignmentBlock <= Layers, "alignment_block", "a block from 1 to layers, or 0");
        Require(
            LengthCurriculum.Count > 0 && LengthCurriculum.TrueForAll(n => n >= 1 && n <= LatentFrames),
            "length_curriculum",
            "a list of lengths from 1 to latent_frames");
    }
}
