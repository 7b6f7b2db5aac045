namespace LongTake.Models.Wan;

/// <summary>The grid of tokens that a latent video becomes after patching; tokens are ordered frame, row, column.</summary>
/// <param name="Frames">Latent frames.</param>
/// <param name="Height">Rows of patches in a frame.</param>
/// <param name="Width">Columns of patches in a frame.</param>
public readonly record struct TokenGrid(int Frames, int Height, int Width)
{
    /// <summary>Tokens of one latent frame.</summary>
    public int TokensPerFrame => Height * Width;

    /// <summary>Tokens in all.</summary>
    public int Count => Frames * TokensPerFrame;
}
