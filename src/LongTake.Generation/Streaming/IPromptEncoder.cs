using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>Turns prompts into the text features that a transformer was trained with.</summary>
public interface IPromptEncoder
{
    /// <summary>Encodes prompts, empty ones too.</summary>
    /// <returns>For each prompt [1, n, text_dim], without padding or with zeros as padding; the caller's.</returns>
    Tensor[] Encode(Compute compute, IReadOnlyList<string> prompts);
}
