using LongTake.Models.Text.Cleaning;
using LongTake.Models.Text.SentencePiece;
using LongTake.Tensors.Files;

namespace LongTake.Models.Text;

/// <summary>A prompt as fixed-length input of a text encoder.</summary>
/// <param name="Ids">Token ids, filled up with the padding id.</param>
/// <param name="Mask">1 for tokens of the prompt (the end mark included), 0 for padding.</param>
public sealed record PaddedTokens(int[] Ids, int[] Mask)
{
    /// <summary>Number of tokens that are not padding.</summary>
    public int Length => Mask.Sum();
}

/// <summary>
/// From prompt to token ids as the Wan pipeline does it: the text is cleaned, cut, cut off at <see cref="MaxLength"/>, and
/// ended by the end of sequence mark (spec wan-model, section 4.4). Immutable: may be used from several threads.
/// </summary>
public sealed class WanTokenizer
{
    /// <summary>Tokens of the published models, the end mark included.</summary>
    public const int DefaultMaxLength = 512;

    private readonly int _end;

    /// <summary>Wraps a tokenizer.</summary>
    /// <param name="tokenizer">The model's SentencePiece tokenizer.</param>
    /// <param name="maxLength">Longest result, the end mark included; at least 1.</param>
    /// <exception cref="CheckpointException">The tokenizer has no end of sequence mark.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 1.</exception>
    public WanTokenizer(SentencePieceTokenizer tokenizer, int maxLength = DefaultMaxLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        Tokenizer = tokenizer;
        MaxLength = maxLength;
        _end = tokenizer.EosId ?? throw new CheckpointException(
            "The tokenizer has no end of sequence mark (</s>), so it is not of the T5 family. The Wan family's is google/umt5-xxl/spiece.model.");
    }

    /// <summary>The tokenizer inside.</summary>
    public SentencePieceTokenizer Tokenizer { get; }

    /// <summary>Longest result, the end mark included.</summary>
    public int MaxLength { get; }

    /// <summary>Id that fills up (0 if the tokenizer names none, as in T5).</summary>
    public int PadId => Tokenizer.PadId ?? 0;

    /// <summary>Reads <c>spiece.model</c>.</summary>
    /// <exception cref="CheckpointException">There is no such file, or it is no usable model.</exception>
    public static WanTokenizer Load(string path, int maxLength = DefaultMaxLength) => new(SentencePieceTokenizer.Load(path), maxLength);

    /// <summary>The ids of a prompt with the end mark, without padding; an empty prompt is the end mark alone.</summary>
    public int[] Encode(string prompt)
    {
        int[] ids = Tokenizer.Encode(WanTextCleaner.Clean(prompt));
        return [.. ids.AsSpan(0, Math.Min(ids.Length, MaxLength - 1)), _end];
    }

    /// <summary>Tokens that a prompt would have if none were cut off, the end mark included.</summary>
    public int Count(string prompt) => Tokenizer.Encode(WanTextCleaner.Clean(prompt)).Length + 1;

    /// <summary>The ids of several prompts, as <c>Umt5Encoder.Encode</c> takes them.</summary>
    public int[][] Encode(IEnumerable<string> prompts) => [.. prompts.Select(Encode)];

    /// <summary>The ids of a prompt, filled up to <see cref="MaxLength"/>.</summary>
    public PaddedTokens EncodePadded(string prompt)
    {
        int[] ids = Encode(prompt);
        int[] padded = new int[MaxLength];
        int[] mask = new int[MaxLength];
        Array.Fill(padded, PadId);
        ids.CopyTo(padded, 0);
        Array.Fill(mask, 1, 0, ids.Length);
        return new PaddedTokens(padded, mask);
    }

    /// <summary>Whether a prompt is too long to be used whole.</summary>
    public bool IsTruncated(string prompt) => Tokenizer.Encode(WanTextCleaner.Clean(prompt)).Length >= MaxLength;
}
