using LongTake.Models.Text;
using LongTake.Models.Text.SentencePiece;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Text;

public class WanTokenizerTests
{
    private readonly WanTokenizer _tokenizer = new(TestModels.WordTokenizer());

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t ")]
    [InlineData("\u200B\uFEFF")]
    public void An_empty_prompt_is_the_end_mark_alone_or_bytes(string prompt)
    {
        int[] ids = _tokenizer.Encode(prompt);
        Assert.Equal(1, ids[^1]);
        if (string.IsNullOrWhiteSpace(prompt))
        {
            Assert.Equal([1], ids);
        }
    }

    [Fact]
    public void Text_is_cleaned_before_it_is_cut()
    {
        SentencePieceTokenizer words = _tokenizer.Tokenizer;
        Assert.Equal([words.IdOf("\u2581red"), words.IdOf(","), words.IdOf("\u2581left"), 1], _tokenizer.Encode("  red\uFF0C \n left "));
    }

    [Fact]
    public void Long_prompts_keep_their_start_and_the_end_mark()
    {
        string prompt = string.Join(' ', Enumerable.Repeat("red", 600));
        PaddedTokens tokens = _tokenizer.EncodePadded(prompt);
        Assert.Equal((512, 512, 1), (tokens.Ids.Length, tokens.Length, tokens.Ids[^1]));
        Assert.All(tokens.Ids[..511], id => Assert.Equal(_tokenizer.Tokenizer.IdOf("\u2581red"), id));
        Assert.True(_tokenizer.IsTruncated(prompt));
        Assert.False(_tokenizer.IsTruncated(string.Join(' ', Enumerable.Repeat("red", 511))));
        Assert.True(_tokenizer.IsTruncated(string.Join(' ', Enumerable.Repeat("red", 512))));
    }

    [Fact]
    public void Short_prompts_are_filled_up_with_the_padding_id()
    {
        PaddedTokens tokens = _tokenizer.EncodePadded("a red circle");
        Assert.Equal(4, tokens.Length);
        Assert.All(tokens.Ids[4..], id => Assert.Equal(0, id));
        Assert.Equal([1, 1, 1, 1, 0], tokens.Mask[..5]);
    }

    [Fact]
    public void A_tokenizer_without_an_end_mark_is_refused()
    {
        SentencePieceTokenizer bare = SentencePieceTokenizer.Read(TestModels.Piece("<unk>", 0f, PieceType.Unknown), "bare");
        Assert.Contains("end of sequence", Assert.Throws<CheckpointException>(() => new WanTokenizer(bare)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new WanTokenizer(_tokenizer.Tokenizer, 0));
    }
}
