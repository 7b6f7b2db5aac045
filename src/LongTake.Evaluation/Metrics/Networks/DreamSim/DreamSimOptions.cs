namespace LongTake.Evaluation.Metrics.Networks.DreamSim;

/// <summary>Which class token DINO contributes to the DreamSim ensemble.</summary>
public enum DreamSimToken
{
    /// <summary>As the last block leaves it, which is where DreamSim's code takes it.</summary>
    BeforeNorm,

    /// <summary>After the last norm, as DINO's own feature.</summary>
    AfterNorm,
}

/// <summary>
/// Settings of the DreamSim ensemble that its description leaves open (spec metric-models, section 8: unverified). The defaults are what its
/// code does and what its adapters say.
/// </summary>
public sealed record DreamSimOptions
{
    /// <summary>DINO's class token. Default: before the last norm.</summary>
    public DreamSimToken Token { get; init; } = DreamSimToken.BeforeNorm;

    /// <summary>
    /// What the adapters' products are multiplied by, divided by their rank; null (default) for the <c>lora_alpha</c> of each adapter's
    /// configuration.
    /// </summary>
    public float? Alpha { get; init; }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One is unusable; the message names it.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Token))
        {
            throw new ArgumentException($"{nameof(Token)} is {Token}; it is {string.Join(" or ", Enum.GetNames<DreamSimToken>())}.");
        }
        if (Alpha is float alpha && !float.IsFinite(alpha))
        {
            throw new ArgumentException($"{nameof(Alpha)} is {alpha}; it must be a number.");
        }
    }
}
