using LongTake.Alignment.FlowMatching;

namespace LongTake.Alignment.Causal;

/// <summary>How the past of a chunk is shown to the network while the causal transformer is trained.</summary>
public enum CausalForcing
{
    /// <summary>Clean past beside the noisy chunks, as generation sees it (spec autoregressive-streaming.md 3.1).</summary>
    Teacher,

    /// <summary>Every chunk carries its own noise level and sees the others as they are.</summary>
    Diffusion,
}

/// <summary>How the causal transformer is trained from the bidirectional one.</summary>
public sealed class CausalRecipe : FlowMatchingRecipe
{
    /// <summary>What the past looks like.</summary>
    public CausalForcing Forcing { get; set; } = CausalForcing.Teacher;

    /// <summary>Latent frames a chunk.</summary>
    public int ChunkFrames { get; set; } = 3;

    /// <summary>Latent frames of a training sample, a multiple of the chunk.</summary>
    public int SampleFrames { get; set; } = 12;

    /// <summary>
    /// Share of samples that keep the first chunk and skip ahead, positions renumbered: what a sink beside a window
    /// looks like during long generation.
    /// </summary>
    public double SinkGap { get; set; } = 0.5;

    /// <summary>Largest timestep of the noise put on the clean past, so that small errors of earlier chunks are forgiven; 0 for none.</summary>
    public double ContextNoise { get; set; } = 100;

    /// <summary>Share of samples trained without their caption.</summary>
    public double CaptionDropout { get; set; } = 0.1;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(ChunkFrames > 0, "chunk_frames", "at least 1");
        Require(SampleFrames >= ChunkFrames && SampleFrames % ChunkFrames == 0, "sample_frames", "a multiple of chunk_frames");
        Require(SampleFrames <= LatentFrames, "sample_frames", "at most latent_frames");
        Require(SinkGap is >= 0 and <= 1, "sink_gap", "in [0, 1]");
        Require(ContextNoise is >= 0 and < 1000, "context_noise", "in [0, 1000)");
        Require(CaptionDropout is >= 0 and < 1, "caption_dropout", "in [0, 1)");
    }
}
