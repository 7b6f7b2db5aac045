using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>Turns prompts into the text features that a transformer was trained with.</summary>
public interface IPromptEncoder
{
    /// <summary>Encodes one prompt; empty text too.</summary>
    /// <returns>[1, n, text_dim], without padding or with zeros as padding.</returns>
    Tensor Encode(Compute compute, string prompt);
}
