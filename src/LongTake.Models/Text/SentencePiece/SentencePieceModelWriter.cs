using System.Text;
using Google.Protobuf;

namespace LongTake.Models.Text.SentencePiece;

/// <summary>
/// Writes unigram models for closed vocabularies, such as the captions of the Shapes world, in SentencePiece's own file
/// format. The marks are T5's (pad 0, end of sequence 1, unknown 2, no begin of sequence), then come 256 byte pieces, then
/// the given pieces. Text is not normalised beyond the dummy space in front, the removal of superfluous spaces and, if
/// wished, small letters for the capitals of the Latin alphabet.
/// </summary>
public static class SentencePieceModelWriter
{
    /// <summary>Id of the first given piece: three marks and 256 bytes come before it.</summary>
    public const int FirstPieceId = 3 + 256;

    private const string UnknownSurface = " \u2047 ";

    /// <summary>
    /// The pieces for texts made of known words and punctuation: each word with a space before it, punctuation without,
    /// and the bare space. Anything else in a text falls back to bytes.
    /// </summary>
    /// <param name="words">The words, without spaces.</param>
    /// <param name="punctuation">Marks that follow a word directly, such as a comma.</param>
    /// <exception cref="ArgumentException">A word is empty or has a space in it.</exception>
    public static IReadOnlyList<VocabularyPiece> ClosedVocabulary(IEnumerable<string> words, IEnumerable<string> punctuation)
    {
        List<string> texts = ["\u2581", .. punctuation.Select(Checked), .. words.Select(w => "\u2581" + Checked(w))];

        // All equally probable: with whole words, every known text has but one sensible segmentation.
        float score = -MathF.Log(texts.Count);
        return [.. texts.Distinct().Select(t => new VocabularyPiece(t, score))];
    }

    /// <summary>Writes a model file.</summary>
    /// <param name="path">Where to; overwritten if it exists.</param>
    /// <param name="pieces">Pieces of text in id order, from <see cref="FirstPieceId"/> on; normal or user-defined.</param>
    /// <param name="foldCase">Whether A to Z are read as a to z.</param>
    /// <exception cref="ArgumentException">A piece is empty, there twice, or of another type.</exception>
    public static void Save(string path, IReadOnlyList<VocabularyPiece> pieces, bool foldCase = false) =>
        File.WriteAllBytes(path, ToBytes(pieces, foldCase));

    /// <summary>The bytes of a model file.</summary>
    /// <param name="pieces">Pieces of text in id order, from <see cref="FirstPieceId"/> on; normal or user-defined.</param>
    /// <param name="foldCase">Whether A to Z are read as a to z.</param>
    /// <exception cref="ArgumentException">A piece is empty, there twice, or of another type.</exception>
    public static byte[] ToBytes(IReadOnlyList<VocabularyPiece> pieces, bool foldCase = false)
    {
        List<VocabularyPiece> all =
        [
            new("<pad>", 0f, PieceType.Control),
            new("</s>", 0f, PieceType.Control),
            new("<unk>", 0f, PieceType.Unknown),
            .. Enumerable.Range(0, 256).Select(b => new VocabularyPiece(BytePieces.Name((byte)b), 0f, PieceType.Byte)),
        ];
        HashSet<string> seen = [];
        foreach (VocabularyPiece piece in pieces)
        {
            bool fits = piece.Type is PieceType.Normal or PieceType.UserDefined && float.IsFinite(piece.Score);
            if (string.IsNullOrEmpty(piece.Text) || !fits || !seen.Add(piece.Text))
            {
                throw new ArgumentException($"The piece '{piece.Text}' is empty, there twice, or no piece of text with a score.", nameof(pieces));
            }
            all.Add(piece);
        }
        using MemoryStream stream = new();
        CodedOutputStream output = new(stream);
        foreach (VocabularyPiece piece in all)
        {
            Message(output, 1, m => WritePiece(m, piece));
        }
        Message(output, 2, m => WriteTrainer(m, all));
        Message(output, 3, m => WriteNormalizer(m, foldCase));
        output.Flush();
        return stream.ToArray();
    }

    private static string Checked(string word) =>
        word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || c == '\u2581')
            ? word
            : throw new ArgumentException($"'{word}' is no single word.", nameof(word));

    private static void WritePiece(CodedOutputStream output, VocabularyPiece piece)
    {
        Text(output, 1, piece.Text);
        output.WriteTag(2, WireFormat.WireType.Fixed32);
        output.WriteFloat(piece.Score);
        Integer(output, 3, (int)piece.Type);
    }

    private static void WriteTrainer(CodedOutputStream output, List<VocabularyPiece> pieces)
    {
        Integer(output, 3, 1);
        Integer(output, 4, pieces.Count);
        foreach (VocabularyPiece piece in pieces.Where(p => p.Type == PieceType.UserDefined))
        {
            Text(output, 31, piece.Text);
        }
        Integer(output, 35, 1);
        Integer(output, 40, 2);
        Integer(output, 41, -1);
        Integer(output, 42, 1);
        Integer(output, 43, 0);
        Text(output, 44, UnknownSurface);
        Text(output, 45, "<unk>");
        Text(output, 46, "<s>");
        Text(output, 47, "</s>");
        Text(output, 48, "<pad>");
    }

    private static void WriteNormalizer(CodedOutputStream output, bool foldCase)
    {
        Text(output, 1, foldCase ? "user_defined" : "identity");
        output.WriteTag(2, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(foldCase ? ByteString.CopyFrom(CharacterMap.LowerCase()) : ByteString.Empty);
        Integer(output, 3, 1);
        Integer(output, 4, 1);
        Integer(output, 5, 1);
    }

    private static void Message(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        using MemoryStream stream = new();
        CodedOutputStream inner = new(stream);
        write(inner);
        inner.Flush();
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(stream.ToArray()));
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value, Encoding.UTF8));
    }

    private static void Integer(CodedOutputStream output, int field, int value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt32(value);
    }
}
