using LongTake.Tensors;

namespace LongTake.Models.Wan;

/// <summary>
/// A prompt as the transformer sees it: the text tokens after the text MLP and, made when a block first asks, the keys
/// (normed) and values of each block's cross-attention, which do not depend on the timestep. Valid as long as the prompt
/// and the weights stay. While a tape is open nothing is kept from one call to the next, and gradients flow into the
/// tokens and from there into the embeddings.
/// </summary>
public sealed class TextContext : IDisposable
{
    private readonly Tensor?[] _keys;
    private readonly Tensor?[] _values;

    internal TextContext(Tensor tokens, int layers)
    {
        Tokens = tokens;
        _keys = new Tensor?[layers];
        _values = new Tensor?[layers];
    }

    /// <summary>Text tokens [B, text_len, d], padding included.</summary>
    public Tensor Tokens { get; }

    /// <summary>Number of prompts B.</summary>
    public int BatchSize => Tokens.Shape[0];

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
        Tokens.Dispose();
    }
}
