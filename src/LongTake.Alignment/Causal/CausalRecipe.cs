using LongTake.Alignment.FlowMatching;
using LongTake.Tensors.Random;

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

    /// <summary>
    /// Latent frames of the samples that skip ahead, a multiple of the chunk below <see cref="SampleFrames"/>: whole steps then consist of
    /// them, in the share of <see cref="SinkGap"/>, so that a transformer learns the full length beside a short window. 0, the default, for
    /// skipping samples as long as the others, which leaves room to skip only where <see cref="SampleFrames"/> is below the clips' length.
    /// </summary>
    public int GapFrames { get; set; }

    /// <summary>Largest timestep of the noise put on the clean past, so that small errors of earlier chunks are forgiven; 0 for none.</summary>
    public double ContextNoise { get; set; } = 100;

    /// <summary>Share of samples trained without their caption.</summary>
    public double CaptionDropout { get; set; } = 0.1;

    /// <summary>
    /// Share of the steps that train on the first chunks of many clips alone. All else of a video follows from its first chunk, which has
    /// no past to look at, and is only one of several in a whole sample. Default 0.
    /// </summary>
    public double FirstChunkShare { get; set; }

    /// <summary>
    /// Share of samples that are drawn from clips with two scenes and scored on the second one; the rest are drawn as the clips come, where a tenth
    /// or so are. Samples of first chunks are left alone. Default 0. Source: ours.
    /// </summary>
    public double SecondSceneShare { get; set; }

    /// <summary>
    /// Share of those whose caption calls the subject "it", so that its looks must come from the past; the others name it. Default 0.5, as in
    /// the stream of clips. Source: ours.
    /// </summary>
    public double PronounShare { get; set; } = 0.5;

    /// <summary>Size of a step's batch.</summary>
    public BatchSize SizeAt(int step)
    {
        CounterRandom random = new(Seed ^ 0x736B6970, (ulong)step);
        bool skips = GapFrames > 0 && random.NextDouble() < SinkGap;
        return FirstChunkShare > 0 && random.NextDouble() < FirstChunkShare ? FirstChunks : SizeOf(skips);
    }

    /// <summary>Size of a batch of first chunks: of as many tokens as whole samples have, noisy and clean.</summary>
    public BatchSize FirstChunks => new(ChunkFrames, Batch * (Forcing == CausalForcing.Teacher ? 2 : 1) * SampleFrames / ChunkFrames);

    /// <summary>Size of a batch: of samples that skip ahead as many more as keep its cost.</summary>
    public BatchSize SizeOf(bool skips) => skips && GapFrames > 0 ? new(GapFrames, Math.Max(1, Batch * SampleFrames / GapFrames)) : new(SampleFrames, Batch);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(ChunkFrames > 0, "chunk_frames", "at least 1");
        Require(SampleFrames >= ChunkFrames && SampleFrames % ChunkFrames == 0, "sample_frames", "a multiple of chunk_frames");
        Require(SampleFrames <= LatentFrames, "sample_frames", "at most latent_frames");
        Require(
            GapFrames == 0 || (GapFrames >= 2 * ChunkFrames && GapFrames < SampleFrames && GapFrames % ChunkFrames == 0),
            "gap_frames",
            "0, or a multiple of chunk_frames from two chunks to below sample_frames");
        Require(SinkGap is >= 0 and <= 1, "sink_gap", "in [0, 1]");
        Require(FirstChunkShare is >= 0 and <= 1, "first_chunk_share", "in [0, 1]");
        Require(SecondSceneShare is >= 0 and <= 1, "second_scene_share", "in [0, 1]");
        Require(PronounShare is >= 0 and <= 1, "pronoun_share", "in [0, 1]");
        Require(ContextNoise is >= 0 and < 1000, "context_noise", "in [0, 1000)");
        Require(CaptionDropout is >= 0 and < 1, "caption_dropout", "in [0, 1)");
    }
}
