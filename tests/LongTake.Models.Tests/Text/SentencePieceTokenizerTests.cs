using LongTake.Models.Text.SentencePiece;

namespace LongTake.Models.Tests.Text;

public class SentencePieceTokenizerTests
{
    [Fact]
    public void Words_of_a_closed_vocabulary_become_one_piece_each()
    {
        SentencePieceTokenizer tokenizer = TestModels.WordTokenizer();
        Assert.Equal(
            ["\u2581a", "\u2581red", "\u2581circle", "\u2581moves", "\u2581left", ",", "\u2581then", "."],
            tokenizer.EncodeToPieces("a red  circle moves left, then."));
        Assert.Equal((0, 1, 2, null), (tokenizer.PadId, tokenizer.EosId, tokenizer.UnknownId, tokenizer.BosId));
        Assert.Equal("identity", tokenizer.NormalizationName);
        Assert.Equal("\u2581", tokenizer.Vocabulary[SentencePieceModelWriter.FirstPieceId].Text);
        Assert.Equal("a red circle moves left, then.", tokenizer.Decode(tokenizer.Encode(" a red circle moves left, then.  ")));
    }

    [Fact]
    public void Unknown_words_fall_back_to_bytes()
    {
        SentencePieceTokenizer tokenizer = TestModels.WordTokenizer();
        Assert.Equal(["\u2581red", "\u2581", "<0xC3>", "<0xA9>"], tokenizer.EncodeToPieces("red \u00E9"));
        Assert.Equal("red \u00E9", tokenizer.Decode(tokenizer.Encode("red \u00E9")));
    }

    [Fact]
    public void Bytes_that_form_no_character_decode_to_the_replacement_character()
    {
        SentencePieceTokenizer tokenizer = TestModels.WordTokenizer();
        int[] ids = [tokenizer.IdOf("\u2581red"), tokenizer.IdOf("<0xE2>"), tokenizer.IdOf("<0x96>"), tokenizer.IdOf("\u2581left")];
        Assert.Equal("red\uFFFD\uFFFD left", tokenizer.Decode(ids));
    }

    [Fact]
    public void Marks_vanish_and_unknown_text_shows_when_decoding()
    {
        SentencePieceTokenizer tokenizer = TestModels.WordTokenizer();
        Assert.Equal("red \u2047 ", tokenizer.Decode([0, tokenizer.IdOf("\u2581red"), 2, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([tokenizer.Vocabulary.Count]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([-1]));
    }

    [Fact]
    public void Without_byte_fallback_a_run_of_unknown_characters_is_one_piece()
    {
        SentencePieceTokenizer tokenizer = Plain([], TestModels.Normalizer(3, [], true, true));
        Assert.False(tokenizer.HasByteFallback);
        Assert.Equal(["\u2581ab", "xyz", "ab", "\u2581ab"], tokenizer.EncodeToPieces("abxyzab ab"));
        Assert.Equal([3, 0, 2, 3], tokenizer.Encode("abxyzab ab"));
    }

    [Fact]
    public void The_more_probable_path_wins_over_the_longer_piece()
    {
        SentencePieceTokenizer tokenizer = Plain(
            [.. TestModels.Piece("x", -1f, PieceType.Normal), .. TestModels.Piece("y", -1f, PieceType.Normal), .. TestModels.Piece("xy", -3f, PieceType.Normal)],
            TestModels.Normalizer(3, [], false, true));
        Assert.Equal(["x", "y"], tokenizer.EncodeToPieces("xy"));
    }

    [Fact]
    public void User_defined_symbols_stay_whole_and_unnormalised_and_unused_pieces_never_appear()
    {
        byte[] rules = TestModels.CharacterRules(("A", "a"), ("B", "b"), ("\uFF21", "ab"), ("AB", "ab ab"), ("\u200B", " "), ("\u0007", ""));
        SentencePieceTokenizer tokenizer = Plain(
            [.. TestModels.Piece("<AB>", 0f, PieceType.UserDefined), .. TestModels.Piece("abab", -0.1f, PieceType.Unused)],
            TestModels.Normalizer(3, rules, false, true));
        Assert.Equal(["<AB>", "ab", "\u2581ab", "ab"], tokenizer.EncodeToPieces("<AB>ABab"));
        Assert.Equal("ab\u2581ab", tokenizer.Normalize("\u200B\uFF21\u200B \u200BAb\u0007 \u200B"));
        Assert.Equal("abab", tokenizer.Normalize("AbaB"));
        Assert.Equal("", tokenizer.Normalize(" \u200B "));
    }

    [Fact]
    public void A_model_may_put_the_space_behind_words_and_keep_repeated_spaces()
    {
        byte[] model = [.. Vocabulary([]), .. TestModels.Integers(2, (3, 1), (24, 1)), .. TestModels.Normalizer(3, [], true, false)];
        Assert.Equal("ab\u2581\u2581ab\u2581", SentencePieceTokenizer.Read(model, "suffix").Normalize("ab  ab"));
    }

    [Fact]
    public void A_denormaliser_is_applied_to_decoded_text()
    {
        byte[] rules = TestModels.CharacterRules(("b", "B!"));
        byte[] denormalizer = TestModels.Message(5, o =>
        {
            o.WriteTag(2, Google.Protobuf.WireFormat.WireType.LengthDelimited);
            o.WriteBytes(Google.Protobuf.ByteString.CopyFrom(rules));
            foreach (int field in (int[])[3, 4, 5])
            {
                o.WriteTag(field, Google.Protobuf.WireFormat.WireType.Varint);
                o.WriteBool(false);
            }
        });
        SentencePieceTokenizer tokenizer = Plain([], [.. TestModels.Normalizer(3, [], true, true), .. denormalizer]);
        Assert.Equal("aB! aB!", tokenizer.Decode([3, 3]));
    }

    [Fact]
    public void Written_models_refuse_what_SentencePiece_would_refuse()
    {
        Assert.Throws<ArgumentException>(() => SentencePieceModelWriter.ToBytes([new("", -1f)]));
        Assert.Throws<ArgumentException>(() => SentencePieceModelWriter.ToBytes([new("a", -1f), new("a", -2f)]));
        Assert.Throws<ArgumentException>(() => SentencePieceModelWriter.ToBytes([new("a", float.NaN)]));
        Assert.Throws<ArgumentException>(() => SentencePieceModelWriter.ToBytes([new("a", 0f, PieceType.Control)]));
        Assert.Throws<ArgumentException>(() => SentencePieceModelWriter.ClosedVocabulary(["two words"], []));
    }

    [Fact]
    public void Capitals_are_read_as_small_letters_where_the_model_says_so()
    {
        IReadOnlyList<VocabularyPiece> pieces = SentencePieceModelWriter.ClosedVocabulary(["a", "zebra", "moves"], ["."]);
        SentencePieceTokenizer folding = SentencePieceTokenizer.Read(SentencePieceModelWriter.ToBytes(pieces, foldCase: true), "folding");
        SentencePieceTokenizer plain = SentencePieceTokenizer.Read(SentencePieceModelWriter.ToBytes(pieces), "plain");
        Assert.Equal(plain.Encode("a zebra moves."), folding.Encode("A ZebRA  MOVES."));
        Assert.Equal(plain.Encode("a \0@[`{\u00c4 zebra."), folding.Encode("A \0@[`{\u00c4 Zebra."));
        Assert.NotEqual(plain.Encode("a zebra moves."), plain.Encode("A zebra moves."));
    }

    [Fact]
    public void Models_are_saved_to_and_loaded_from_files()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + ".model");
        try
        {
            SentencePieceModelWriter.Save(path, [new("\u2581hello", -1f), new("<x>", 0f, PieceType.UserDefined)]);
            Assert.Equal(["\u2581hello", "<x>"], SentencePieceTokenizer.Load(path).EncodeToPieces("hello<x>"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Vocabulary(byte[] more) =>
    [
        .. TestModels.Piece("<unk>", 0f, PieceType.Unknown),
        .. TestModels.Piece("</s>", 0f, PieceType.Control),
        .. TestModels.Piece("ab", -2f, PieceType.Normal),
        .. TestModels.Piece("\u2581ab", -1.5f, PieceType.Normal),
        .. more,
    ];

    private static SentencePieceTokenizer Plain(byte[] morePieces, byte[] normalizer) =>
        SentencePieceTokenizer.Read([.. Vocabulary(morePieces), .. TestModels.Integers(2, (3, 1)), .. normalizer], "plain");
}
