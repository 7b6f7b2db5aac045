using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Cache;

/// <summary>Sizes of a <see cref="KeyValueCache"/>.</summary>
/// <param name="Layers">Transformer blocks.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Batch">Samples side by side; all move in step.</param>
/// <param name="Rows">Rows of tokens in a latent frame.</param>
/// <param name="Columns">Columns of tokens in a latent frame.</param>
public sealed record CacheLayout(int Layers, int Heads, int HeadDim, int Batch, int Rows, int Columns)
{
    /// <summary>Tokens of a latent frame (P).</summary>
    public int TokensPerFrame => Rows * Columns;

    /// <summary>The layout for a transformer and a latent frame of <paramref name="height"/> x <paramref name="width"/>.</summary>
    /// <exception cref="ArgumentException">The frame does not divide into patches.</exception>
    public static CacheLayout For(WanTransformerConfig config, int batch, int height, int width)
    {
        TokenGrid grid = config.GridOf(1, height, width);
        return new CacheLayout(config.LayerCount, config.HeadCount, config.HeadDim, batch, grid.Height, grid.Width);
    }

    /// <summary>Bytes that keys and values of this many latent frames take in all layers.</summary>
    public long Bytes(int frames, DType type) => 2L * Layers * Batch * frames * TokensPerFrame * Heads * HeadDim * type.Size();
}
