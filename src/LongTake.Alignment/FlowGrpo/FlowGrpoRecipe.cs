using LongTake.Alignment.Baselines;
using LongTake.Models.Checkpoints;

namespace LongTake.Alignment.FlowGrpo;

/// <summary>
/// How a few-step causal transformer is aligned by Flow-GRPO: noise at every solver step, whose Gaussian densities are the policy. Defaults are
/// those of its release, but for what is named as ours; of DanceGRPO, <c>step_noise: dance_sde</c>, <c>noise_level: 0.25</c>,
/// <c>shared_noise: true</c>, <c>step_share: 0.6</c>, <c>kl_weight: 0</c> and <c>deviation: unbiased</c>. Source: spec rewards-and-grpo,
/// sections B1 to B5 and B9.
/// </summary>
public sealed class FlowGrpoRecipe : BaselineRecipe
{
    /// <summary>The defaults. The released average of weights, 0.9 every 8 steps, is 0.987 a step.</summary>
    public FlowGrpoRecipe()
    {
        KlWeight = 0.04;
        EmaDecay = 0.987f;
    }

    /// <summary>How steps become draws. Default: the published stochastic equation.</summary>
    public StepNoise StepNoise { get; set; } = StepNoise.FlowSde;

    /// <summary>Size of the noise: a of Flow-GRPO, or eta of DanceGRPO; the sampler's own steps have none to set.</summary>
    public double NoiseLevel { get; set; } = 0.7;

    /// <summary>Whether members start their chunks from the same noise and differ in later draws alone (DanceGRPO). Default false.</summary>
    public bool SharedNoise { get; set; }

    /// <summary>
    /// Share of a member's steps that is learned from, drawn at random. Default: all but the last of each chunk, which draws nothing.
    /// </summary>
    public double StepShare { get; set; } = 1;

    /// <summary>The ratio's clip below 1; small, since log-densities are means over dimensions.</summary>
    public double ClipLow { get; set; } = 1e-4;

    /// <summary>The ratio's clip above 1.</summary>
    public double ClipHigh { get; set; } = 1e-4;

    /// <summary>
    /// Whether the divergence divides by the deviation of the draw, as that of two Gaussians does; the released code leaves the step's length out
    /// (the default).
    /// </summary>
    public bool ExactKl { get; set; }

    private protected override string Method => "Flow-GRPO";

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(NoiseLevel > 0 && double.IsFinite(NoiseLevel), "noise_level", "above 0: without noise there is no likelihood");
        Require(StepShare is > 0 and <= 1, "step_share", "above 0 and at most 1");
        Require(ClipLow is >= 0 and < 1, "clip_low", "in [0, 1)");
        Require(ClipHigh >= 0 && double.IsFinite(ClipHigh), "clip_high", "at least 0");
    }

    /// <inheritdoc/>
    internal override void Check(TransformerSettings settings)
    {
        base.Check(settings);
        if (settings.StepList.Count < 2)
        {
            throw new Training.RecipeException(
                $"The model in '{Model}' takes a single step, after which nothing is drawn: Flow-GRPO needs at least 2. Use a model of more steps, "
                + "or 'longtake align nft'.");
        }
    }
}
