using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace LongTake.Models.Text.SentencePiece;

/// <content>From ids to text.</content>
public sealed partial class SentencePieceTokenizer
{
    /// <summary>
    /// The text of ids: marks vanish, bytes join to characters (a byte that fits nowhere gives U+FFFD), the dummy space goes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        StringBuilder text = new();
        List<byte> bytes = [];
        bool atStart = true;
        bool sawDummySpace = false;
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)_model.Pieces.Count)
            {
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"The vocabulary has the ids 0 to {_model.Pieces.Count - 1}.");
            }
            VocabularyPiece piece = _model.Pieces[id];
            if (piece.Type == PieceType.Byte)
            {
                _ = BytePieces.TryParse(piece.Text, out byte value);
                bytes.Add(value);
                continue;
            }
            AppendBytes(text, bytes);
            atStart &= !sawDummySpace && text.Length == 0;
            sawDummySpace = AppendPiece(text, piece, atStart);
        }
        AppendBytes(text, bytes);
        string decoded = text.ToString();
        return _denormalizer is null ? decoded : Encoding.UTF8.GetString(_denormalizer.Normalize(Encoding.UTF8.GetBytes(decoded)));
    }

    // True if the piece began with the dummy space, so that no later piece can.
    private bool AppendPiece(StringBuilder text, VocabularyPiece piece, bool atStart)
    {
        if (piece.Type == PieceType.Control)
        {
            return false;
        }
        if (piece.Type == PieceType.Unknown)
        {
            text.Append(_model.UnknownSurface);
            return false;
        }
        NormalizerSettings rules = _model.Normalizer;
        string surface = piece.Text;
        bool dummy = atStart && (rules.AddDummyPrefix || rules.RemoveExtraWhitespace) && surface.StartsWith(Space, StringComparison.Ordinal);
        text.Append((dummy ? surface[1..] : surface).Replace('\u2581', ' '));

        // Where leading spaces are removed anyway, all of them go.
        return dummy && !rules.RemoveExtraWhitespace;
    }

    private static void AppendBytes(StringBuilder text, List<byte> bytes)
    {
        ReadOnlySpan<byte> rest = CollectionsMarshal.AsSpan(bytes);
        while (!rest.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(rest, out Rune rune, out int length) == OperationStatus.Done;
            text.Append(valid ? rune.ToString() : "\uFFFD");
            rest = rest[(valid ? length : 1)..];
        }
        bytes.Clear();
    }
}
