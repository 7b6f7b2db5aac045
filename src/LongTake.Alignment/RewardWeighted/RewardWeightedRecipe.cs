using LongTake.Alignment.Baselines;

namespace LongTake.Alignment.RewardWeighted;

/// <summary>How the advantage of a member becomes its weight.</summary>
public enum MemberWeights
{
    /// <summary>exp(A / tau) over the sum of the group.</summary>
    Softmax,

    /// <summary>exp(A / tau) / G, at most <see cref="RewardWeightedRecipe.MostWeight"/> / G.</summary>
    Exponential,

    /// <summary>1 for the best member and 0 for the others: supervised learning on the best of the group.</summary>
    Best,
}

/// <summary>What is regressed.</summary>
public enum RegressionTarget
{
    /// <summary>The velocity.</summary>
    Velocity,

    /// <summary>The clean estimate: the velocity's error times the noise level.</summary>
    Clean,
}

/// <summary>
/// How a few-step causal transformer is aligned by reward-weighted regression: flow matching on generated latents, the better ones more. The method
/// is a control of the specification without published settings, so these are ours. Source: spec kvpo, section 15; Peters and Schaal,
/// "Reinforcement learning by reward-weighted regression" (2007); Peng et al., "Advantage-weighted regression" (2019).
/// </summary>
public sealed class RewardWeightedRecipe : ForwardRecipe
{
    /// <summary>The defaults.</summary>
    public RewardWeightedRecipe()
    {
        LearningRate = 1e-5f;
        FinalLearningRate = 1e-5f;
        EmaDecay = 0.99f;
        KlWeight = 1e-4;
    }

    /// <summary>How advantages become weights.</summary>
    public MemberWeights Weights { get; set; } = MemberWeights.Softmax;

    /// <summary>tau: how large a difference of advantage matters.</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>Largest weight before it is divided by the number of members, of <see cref="MemberWeights.Exponential"/>.</summary>
    public double MostWeight { get; set; } = 20;

    /// <summary>What is regressed.</summary>
    public RegressionTarget Regression { get; set; } = RegressionTarget.Velocity;

    private protected override string Method => "Reward-weighted regression";

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(Temperature > 0 && double.IsFinite(Temperature), "temperature", "above 0");
        Require(MostWeight > 0 && double.IsFinite(MostWeight), "most_weight", "above 0");
    }
}
