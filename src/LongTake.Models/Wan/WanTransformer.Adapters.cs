using LongTake.Tensors;

namespace LongTake.Models.Wan;

// Adapters on the linear layers of the blocks. Source: spec autoregressive-streaming, section 6.4.
public sealed partial class WanTransformer
{
    /// <summary>Names of the linear layers that adapters can be attached to (<c>blocks.0.self_attn.q</c>), in the order of the blocks.</summary>
    public IReadOnlyList<string> LinearLayers { get; }

    /// <summary>
    /// Attaches adapters in place of those attached before. Prompts that were prepared earlier (<see cref="TextContext"/>) keep keys and
    /// values of the former ones: clear them, or prepare the prompts anew.
    /// </summary>
    /// <param name="adapters">By the names of <see cref="LinearLayers"/>; they stay the caller's. Null or empty detaches all.</param>
    /// <exception cref="ArgumentException">A name is unknown, or a pair has other sizes than its layer; nothing is attached then.</exception>
    public void Attach(IReadOnlyDictionary<string, LowRankPair>? adapters)
    {
        foreach ((string name, LowRankPair pair) in adapters ?? new Dictionary<string, LowRankPair>())
        {
            if (!_adaptable.TryGetValue(name, out LinearLayer? layer))
            {
                throw new ArgumentException($"The transformer has no linear layer '{name}' in its blocks; is the adapter of another model?", nameof(adapters));
            }
            Shape w = layer.Weight.Shape;
            if (pair.A.Rank != 2 || pair.B.Rank != 2 || pair.A.Shape[1] != w[1] || pair.B.Shape[0] != w[0] || pair.A.Shape[0] != pair.B.Shape[1])
            {
                throw new ArgumentException(
                    $"The adapter of '{name}' has A {pair.A.Shape} and B {pair.B.Shape}; the layer is {w}. Is the adapter of another model?", nameof(adapters));
            }
        }
        foreach ((string name, LinearLayer layer) in _adaptable)
        {
            layer.Adapter = adapters?.GetValueOrDefault(name);
        }
    }
}
