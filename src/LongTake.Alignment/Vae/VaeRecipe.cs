using LongTake.Alignment.Training;

namespace LongTake.Alignment.Vae;

/// <summary>How the causal 3-D VAE is trained on clips of the Shapes world.</summary>
public sealed class VaeRecipe : TrainingRecipe
{
    /// <summary>Base width of the network; the full Wan VAE has 96.</summary>
    public int Dim { get; set; } = 8;

    /// <summary>Latent channels; the full Wan VAE has 16.</summary>
    public int ZDim { get; set; } = 12;

    /// <summary>Residual blocks a level (the decoder has one more).</summary>
    public int ResidualBlocks { get; set; } = 2;

    /// <summary>Frames of a clip to train on: 4n + 1.</summary>
    public int Frames { get; set; } = 17;

    /// <summary>Side in pixels of the square cut from each clip, a multiple of 8, at most the canvas.</summary>
    public int Crop { get; set; } = 32;

    /// <summary>
    /// Share of the steps, at the start, that train on single frames: as many pictures a step as <see cref="TrainingRecipe.Batch"/>
    /// says, which is far more variety than the frames of a few clips. Clips follow, as many as give about as many frames.
    /// </summary>
    public double PictureShare { get; set; } = 0.4;

    /// <summary>Share of the steps, at the end, that train on the whole canvas with a quarter of the batch (crops have borders that the canvas has not).</summary>
    public double WholeCanvasShare { get; set; } = 0.2;

    /// <summary>
    /// Frames of a clip on the whole canvas, 4n + 1; 0 for <see cref="Frames"/>. The network sees far back in time: what it makes
    /// of a long past it learns from clips that have one.
    /// </summary>
    public int WholeCanvasFrames { get; set; }

    /// <summary>Weight of the KL divergence (mean over latent elements) to a standard normal: how smooth the latent space is.</summary>
    public float KlWeight { get; set; } = 1e-4f;

    /// <summary>
    /// Whether only the decoder learns. The latents stay what they were, and so transformers that were trained on them stay good; needs
    /// <see cref="TrainingRecipe.StartFrom"/>.
    /// </summary>
    public bool DecoderOnly { get; set; }

    /// <summary>Clips whose latents give the exported per-channel mean and deviation.</summary>
    public int StatisticsClips { get; set; } = 64;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(Dim >= 4, "dim", "at least 4");
        Require(ZDim >= 1, "z_dim", "at least 1");
        Require(ResidualBlocks >= 1, "residual_blocks", "at least 1");
        Require(Frames >= 1 && Frames % 4 == 1, "frames", "4n + 1");
        Require(Crop is > 0 and <= 64 && Crop % 8 == 0, "crop", "a multiple of 8 up to 64");
        Require(PictureShare is >= 0 and <= 1, "picture_share", "in [0, 1]");
        Require(WholeCanvasShare is >= 0 and <= 1, "whole_canvas_share", "in [0, 1]");
        Require(WholeCanvasFrames == 0 || (WholeCanvasFrames > 0 && WholeCanvasFrames % 4 == 1), "whole_canvas_frames", "4n + 1, or 0");
        Require(KlWeight >= 0, "kl_weight", "at least 0");
        Require(!DecoderOnly || StartFrom is not null, "start_from", "a model folder where decoder_only is set: its encoder is kept");
        Require(StatisticsClips > 0, "statistics_clips", "at least 1");
    }
}
