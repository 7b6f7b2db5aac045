using LongTake.Evaluation.Shapes;
using LongTake.Models.Text;
using LongTake.Models.Text.SentencePiece;

namespace LongTake.Alignment.Data;

/// <summary>The tokenizer of the embedded model: one piece a word of the Shapes captions, bytes for everything else. Capital letters are read as small ones.</summary>
public static class ShapesTokenizer
{
    /// <summary>Makes the tokenizer.</summary>
    /// <param name="maxLength">Longest prompt in tokens, the end mark included.</param>
    public static WanTokenizer Create(int maxLength) => new(SentencePieceTokenizer.Read(ModelBytes(), "the Shapes vocabulary"), maxLength);

    /// <summary>The bytes of its <c>spiece.model</c>.</summary>
    public static byte[] ModelBytes() =>
        SentencePieceModelWriter.ToBytes(SentencePieceModelWriter.ClosedVocabulary(Captions.Vocabulary, [".", ",", "-"]), foldCase: true);
}
