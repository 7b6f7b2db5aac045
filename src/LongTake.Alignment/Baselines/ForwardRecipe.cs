namespace LongTake.Alignment.Baselines;

/// <summary>Noise levels at which the clean latents of members are noised again.</summary>
public enum ForwardTimesteps
{
    /// <summary>Those of the few-step sampler, as a distilled model knows them.</summary>
    Sampler,

    /// <summary>Uniform, shifted as the model's schedule is.</summary>
    Uniform,
}

/// <summary>
/// What the baselines share that learn by noising generated latents forward, with no likelihood of how they were made. Source: spec
/// rewards-and-grpo, section B8.
/// </summary>
public abstract class ForwardRecipe : BaselineRecipe
{
    /// <summary>Noise levels. Default: the sampler's.</summary>
    public ForwardTimesteps Timesteps { get; set; } = ForwardTimesteps.Sampler;

    /// <summary>
    /// Draws of noise and level for every chunk of every member. With the sampler's levels no two of a chunk have the same, as long as there are
    /// enough levels.
    /// </summary>
    public int Draws { get; set; } = 1;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(Draws >= 1, "draws", "at least 1");
    }
}
