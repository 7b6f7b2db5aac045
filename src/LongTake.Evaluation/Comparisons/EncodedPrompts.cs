using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Evaluation.Comparisons;

/// <summary>Features of prompts that were encoded before, by their text.</summary>
internal sealed class EncodedPrompts : IPromptEncoder, IDisposable
{
    private readonly Dictionary<string, Tensor> _features;

    private EncodedPrompts(Dictionary<string, Tensor> features) => _features = features;

    /// <summary>Encodes prompts, a few at a time.</summary>
    public static EncodedPrompts Encode(Compute compute, IPromptEncoder encoder, IReadOnlyList<string> prompts)
    {
        const int AtOnce = 16;
        Dictionary<string, Tensor> features = [];
        foreach (string[] part in prompts.Chunk(AtOnce))
        {
            foreach ((string text, Tensor tensor) in part.Zip(encoder.Encode(compute, part)))
            {
                features.Add(text, TensorScope.Detach(tensor));
            }
        }
        return new EncodedPrompts(features);
    }

    /// <inheritdoc/>
    public Tensor[] Encode(Compute compute, IReadOnlyList<string> prompts) => [.. prompts.Select(p => _features[p].Clone())];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _features.Values)
        {
            tensor.Dispose();
        }
    }
}
