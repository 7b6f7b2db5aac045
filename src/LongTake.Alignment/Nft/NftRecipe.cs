using LongTake.Alignment.Baselines;

namespace LongTake.Alignment.Nft;

/// <summary>
/// How a few-step causal transformer is aligned by DiffusionNFT: good members are what an implicit positive policy would make, bad ones what a negative
/// one would, and both are functions of the network that is trained. Defaults are those of its release, but for what is named; of Astrolabe,
/// <c>deviation: none</c>, <c>adaptive_weight: false</c> and <c>learning_rate: 0.00001</c>. Source: spec rewards-and-grpo, sections B8 and B9.
/// </summary>
public sealed class NftRecipe : ForwardRecipe
{
    /// <summary>The defaults.</summary>
    public NftRecipe()
    {
        KlWeight = 1e-4;
        EmaDecay = 0.9f;
    }

    /// <summary>
    /// beta: how far the implicit policies lie from the one that acted. Default 1, which Astrolabe's text has (its configurations have 0.1; which
    /// value DiffusionNFT's have is not verified).
    /// </summary>
    public double Beta { get; set; } = 1;

    /// <summary>
    /// Whether errors are those of clean estimates, each divided by its mean size, and the loss by beta and times the largest advantage, as released
    /// by DiffusionNFT; else they are squared errors of velocities, as Astrolabe has them.
    /// </summary>
    public bool AdaptiveWeight { get; set; } = true;

    /// <summary>
    /// The policy that acts becomes d times itself and 1 - d times the one that is trained, with d = rate (step - start), between 0 and
    /// <see cref="OldDecayMax"/>. Default: 0.001 a step up to 0.5. The released slow ramp is 0.0075 from step 75 on up to 0.999.
    /// </summary>
    public double OldDecayRate { get; set; } = 0.001;

    /// <summary>Step from which d rises.</summary>
    public int OldDecayStart { get; set; }

    /// <summary>Largest d.</summary>
    public double OldDecayMax { get; set; } = 0.5;

    private protected override string Method => "DiffusionNFT";

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(AdvantageClamp > 0, "advantage_clamp", "above 0: an advantage as large means that a member is certainly good");
        Require(Beta > 0 && double.IsFinite(Beta), "beta", "above 0");
        Require(OldDecayRate >= 0 && double.IsFinite(OldDecayRate), "old_decay_rate", "at least 0");
        Require(OldDecayStart >= 0, "old_decay_start", "at least 0");
        Require(OldDecayMax is >= 0 and < 1, "old_decay_max", "in [0, 1)");
    }

    /// <summary>d after a number of steps.</summary>
    internal double OldDecay(int step) => Math.Min(OldDecayMax, OldDecayRate * Math.Max(0, step - OldDecayStart));
}
