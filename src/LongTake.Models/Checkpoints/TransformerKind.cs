namespace LongTake.Models.Checkpoints;

/// <summary>How a transformer was trained to look at time.</summary>
public enum TransformerKind
{
    /// <summary>Every frame of a clip sees every other one: Wan 2.1 itself.</summary>
    Bidirectional,

    /// <summary>A chunk of frames sees itself and the past: the few-step, streaming descendants.</summary>
    Causal,

    /// <summary>
    /// The multi-step causal transformer that the few-step one beside it was distilled from; kept so that it can be distilled again.
    /// </summary>
    CausalTeacher,
}
