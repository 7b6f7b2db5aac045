namespace LongTake.Models.Checkpoints;

/// <summary>Which weights a transformer gets, where it is not those of its folder: a few-step checkpoint, an adapter, or both.</summary>
public sealed class TransformerWeights
{
    /// <summary>A checkpoint in place of the folder's (<c>self_forcing_dmd.pt</c>, <c>longlive_base.pt</c>, ...); null for the folder's own.</summary>
    public string? Path { get; init; }

    /// <summary>Entry of that checkpoint; null takes <c>generator_ema</c>, <c>generator</c> or <c>model</c>, whichever comes first.</summary>
    public string? Entry { get; init; }

    /// <summary>An adapter (LoRA) to merge; null for none.</summary>
    public string? LoraPath { get; init; }

    /// <summary>Entry of the adapter's file; null takes <c>generator_lora</c> or the whole file.</summary>
    public string? LoraEntry { get; init; }

    /// <summary>Factor for the adapter. Default 1.</summary>
    public float LoraStrength { get; init; } = 1;

    /// <summary>Alpha of the adapter; null takes the file's, or its rank.</summary>
    public float? LoraAlpha { get; init; }
}
