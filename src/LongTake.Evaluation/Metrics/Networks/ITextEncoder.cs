namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>Turns texts into features of length 1 whose scalar product with the feature of a frame says how well the two fit.</summary>
public interface ITextEncoder
{
    /// <summary>Why it cannot be had (weights that are missing), in one clause; null when it can.</summary>
    string? WhyNot { get; }

    /// <summary>Reads what is needed, unless that has been done.</summary>
    /// <exception cref="LongTake.Tensors.Files.CheckpointException">The weights are missing or do not fit.</exception>
    void Load();

    /// <summary>The feature of a text. May be called from several threads.</summary>
    float[] Encode(string text);
}
