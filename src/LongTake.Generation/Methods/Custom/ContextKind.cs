namespace LongTake.Generation.Methods.Custom;

/// <summary>What of the past is kept, by name.</summary>
public enum ContextKind
{
    /// <summary>The newest frames, and the first of the video as a sink if wanted.</summary>
    Window,

    /// <summary>Everything; the length of the video must be known.</summary>
    Full,

    /// <summary>A window whose sink begins anew at every prompt (FLEX).</summary>
    MovingSink,

    /// <summary>A window whose sink averages all that leaves (Reward Forcing).</summary>
    EmaSink,

    /// <summary>A sink, a long and a short average of all that has left, and the newest frames (MemRoPE).</summary>
    Averages,

    /// <summary>A sink, the tokens that are looked at most, and the newest frames (Deep Forcing).</summary>
    TopTokens,

    /// <summary>A sink, a bank of frames that answer the prompt best, and the newest frames (MemFlow).</summary>
    TextBank,

    /// <summary>A window whose first filling comes round for ever (Rolling Sink).</summary>
    RollingSink,
}

/// <summary>How positions become angles, by name.</summary>
public enum FrequencyKind
{
    /// <summary>As in the model.</summary>
    Standard,

    /// <summary>FLEX's modulation.</summary>
    Flex,

    /// <summary>Position interpolation.</summary>
    Interpolation,

    /// <summary>A larger base.</summary>
    Ntk,

    /// <summary>Interpolation by parts with thresholds for texts.</summary>
    Yarn,

    /// <summary>One frequency lowered.</summary>
    Riflex,
}
