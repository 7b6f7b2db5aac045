using LongTake.Models.Wan;

namespace LongTake.Alignment.Lora;

/// <summary>Which linear layers get an adapter, and of what size. Source: spec kvpo, section 10; Hu et al., "LoRA" (2021).</summary>
public sealed record LoraOptions
{
    /// <summary>The linear layers of a block: queries, keys, values and output of both attentions, and the feed-forward's two.</summary>
    public static IReadOnlyList<string> AllTargets { get; } =
    [
        "self_attn.q", "self_attn.k", "self_attn.v", "self_attn.o",
        "cross_attn.q", "cross_attn.k", "cross_attn.v", "cross_attn.o",
        "ffn.0", "ffn.2",
    ];

    /// <summary>Width of the adapters. Default 16.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>Adapters count alpha / rank; 0, the default, for alpha = rank.</summary>
    public double Alpha { get; init; }

    /// <summary>Which layers of every block, of <see cref="AllTargets"/>. Default all.</summary>
    public IReadOnlyList<string> Targets { get; init; } = AllTargets;

    /// <summary>alpha / rank.</summary>
    public float Scale => Alpha == 0 ? 1 : (float)(Alpha / Rank);

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentException">One is out of range; the message names it.</exception>
    public void Validate()
    {
        if (Rank < 1)
        {
            throw new ArgumentException($"The rank of an adapter is {Rank}; it must be at least 1.");
        }
        if (!(Alpha >= 0 && double.IsFinite(Alpha)))
        {
            throw new ArgumentException($"The alpha of an adapter is {Alpha}; it must be at least 0 (0 takes the rank).");
        }
        if (Targets.Count == 0 || Targets.FirstOrDefault(t => !AllTargets.Contains(t)) is not null)
        {
            throw new ArgumentException(
                $"An adapter's targets are {(Targets.Count == 0 ? "none" : string.Join(", ", Targets))}; name some of {string.Join(", ", AllTargets)}.");
        }
    }

    /// <summary>The layers of a transformer that get an adapter.</summary>
    internal IEnumerable<string> LayersOf(WanTransformer transformer) =>
        transformer.LinearLayers.Where(l => Targets.Any(t => l.EndsWith("." + t, StringComparison.Ordinal)));
}

/// <summary>How the parameters of an adapter are named in a file.</summary>
public enum LoraLayout
{
    /// <summary>Diffusers: <c>transformer.blocks.0.attn1.to_q.lora_A.weight</c>.</summary>
    Diffusers,

    /// <summary>PEFT over the original network, as LongLive has it: <c>base_model.model.blocks.0.self_attn.q.lora_A.weight</c>.</summary>
    Peft,
}
