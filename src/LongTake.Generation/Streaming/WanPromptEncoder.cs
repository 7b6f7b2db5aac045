using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>The text encoder of the Wan family: cleaned, tokenised and encoded by UMT5, all prompts in one pass over its weights.</summary>
/// <param name="tokenizer">Prompt to token ids.</param>
/// <param name="encoder">Token ids to features; stays the caller's.</param>
public sealed class WanPromptEncoder(WanTokenizer tokenizer, Umt5Encoder encoder) : IPromptEncoder
{
    /// <inheritdoc/>
    public Tensor[] Encode(Compute compute, IReadOnlyList<string> prompts)
    {
        using TensorScope scope = TensorScope.Open();
        int[][] ids = tokenizer.Encode(prompts);
        Tensor all = encoder.Encode(compute, ids);
        Tensor[] result = new Tensor[prompts.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = TensorScope.Detach(all.Row(i).Rows(0, ids[i].Length).View([1, ids[i].Length, all.Shape[2]]).Clone());
        }
        return result;
    }
}
