using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// Prompts as the transformer sees them: the text tokens after the text MLP and, made when a block first asks, the keys
/// (normed) and values of each block's cross-attention, which do not depend on the timestep. Valid as long as the prompts
/// and the weights stay. While a tape is open nothing is kept from one call to the next; a context that was prepared
/// under a recording tape lets gradients flow into the text MLP and the embeddings, and ends with that tape.
/// </summary>
public sealed class TextContext : TextInput, IDisposable
{
    private readonly Tensor?[] _keys;
    private readonly Tensor?[] _values;
    private readonly bool _ownsTokens;

    /// <summary>Wraps text tokens; those made under a tape belong to it, others from here on to the context.</summary>
    internal TextContext(Tensor tokens, int layers, bool ownsTokens)
    {
        Tokens = ownsTokens ? TensorScope.Detach(tokens) : tokens;
        _ownsTokens = ownsTokens;
        _keys = new Tensor?[layers];
        _values = new Tensor?[layers];
    }

    /// <summary>Text tokens [B, text_len, d], padding included.</summary>
    public Tensor Tokens { get; }

    /// <summary>
    /// Whether keys and values of each block are kept from call to call, which takes 2 text_len d numbers a block and prompt; made anew whenever a
    /// block asks otherwise, with the same result. Default true.
    /// </summary>
    public bool KeepsKeys { get; init; } = true;

    /// <summary>Number of prompts B.</summary>
    public override int BatchSize => Tokens.Shape[0];

    /// <summary>Frees the keys and values kept for the blocks; they are made again when asked for. Needed after the weights have changed.</summary>
    public void ClearCache()
    {
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i]?.Dispose();
            _values[i]?.Dispose();
            _keys[i] = _values[i] = null;
        }
    }

    /// <summary>Frees tokens, keys and values.</summary>
    public void Dispose()
    {
        ClearCache();
        if (_ownsTokens)
        {
            Tokens.Dispose();
        }
    }

    internal override Tensor Attend(Compute compute, int layer, WanBlock block, Tensor q)
    {
        // Keys that are not kept go with the scope.
        using OperationScope scope = compute.Scope();
        (Tensor keys, Tensor values) = KeysAndValues(compute, layer, block);
        return scope.Keep(compute.Attention(q, keys, values));
    }

    /// <summary>Keys and values [B, text_len, H, D] of a block's cross-attention.</summary>
    internal (Tensor Keys, Tensor Values) KeysAndValues(Compute compute, int layer, WanBlock block)
    {
        if (!KeepsKeys || compute.Tape is not null)
        {
            // Even a paused tape means training: the weights are about to change.
            return block.TextKeysAndValues(compute, Tokens);
        }
        if (_keys[layer] is not Tensor keys || _values[layer] is not Tensor values)
        {
            (keys, values) = block.TextKeysAndValues(compute, Tokens);
            _keys[layer] = TensorScope.Detach(keys);
            _values[layer] = TensorScope.Detach(values);
        }
        return (keys, values);
    }
}
