using System.Text;

namespace LongTake.Models.Text.SentencePiece;

/// <summary>A stretch of normalised text and the vocabulary entry it became.</summary>
internal readonly record struct Segment(int Start, int Length, int Id);

/// <summary>
/// Cuts normalised text into the most probable sequence of pieces (Viterbi). Where pieces tie, the result is the one that
/// SentencePiece gives: sums are compared in double and kept in single precision, and the first path found wins.
/// </summary>
internal sealed class UnigramSegmenter
{
    /// <summary>How much worse than the least probable piece an unknown character is.</summary>
    private const float UnknownPenalty = 10f;

    private readonly IReadOnlyList<VocabularyPiece> _pieces;
    private readonly PieceTrie _trie;
    private readonly int _unknownId;
    private readonly float _unknownScore;
    private readonly float _maxScore;

    public UnigramSegmenter(SentencePieceModel model)
    {
        _pieces = model.Pieces;
        _unknownId = model.UnknownId;
        float min = float.MaxValue;

        // Smallest positive normal number: scores are negative, so this stays unless a score is above zero.
        float max = 1.17549435e-38f;
        List<(byte[] Key, int Value)> entries = [];
        for (int id = 0; id < _pieces.Count; id++)
        {
            VocabularyPiece piece = _pieces[id];
            if (piece.Type == PieceType.Normal)
            {
                min = Math.Min(min, piece.Score);
                max = Math.Max(max, piece.Score);
            }
            if (piece.Type is PieceType.Normal or PieceType.UserDefined)
            {
                entries.Add((Encoding.UTF8.GetBytes(piece.Text), id));
            }
        }
        _unknownScore = (min == float.MaxValue ? 0f : min) - UnknownPenalty;
        _maxScore = max;
        _trie = new PieceTrie(entries);
    }

    /// <summary>The segments in order; together they cover the text.</summary>
    public List<Segment> Cut(ReadOnlySpan<byte> text)
    {
        Step[] best = new Step[text.Length + 1];
        Array.Fill(best, new Step(0f, -1, -1));
        for (int start = 0; start < text.Length;)
        {
            _ = Rune.DecodeFromUtf8(text[start..], out _, out int characterLength);
            bool characterCovered = false;
            float before = best[start].Score;
            int node = PieceTrie.Root;
            for (int end = start; end < text.Length;)
            {
                node = _trie.Step(node, text[end++]);
                if (node < 0)
                {
                    break;
                }
                int id = _trie.ValueOf(node);
                if (id < 0)
                {
                    continue;
                }
                int length = end - start;

                // A user-defined symbol outweighs whatever else covers the same text.
                double score = _pieces[id].Type == PieceType.UserDefined ? (double)(length * _maxScore) - 0.1 : _pieces[id].Score;
                Offer(ref best[end], score + before, start, id);
                characterCovered |= length == characterLength;
            }
            if (!characterCovered)
            {
                Offer(ref best[start + characterLength], _unknownScore + before, start, _unknownId);
            }
            start += characterLength;
        }

        List<Segment> segments = [];
        for (int end = text.Length; end > 0; end = best[end].Start)
        {
            segments.Add(new Segment(best[end].Start, end - best[end].Start, best[end].Id));
        }
        segments.Reverse();
        return segments;
    }

    private static void Offer(ref Step step, double score, int start, int id)
    {
        if (step.Start < 0 || score > step.Score)
        {
            step = new Step((float)score, start, id);
        }
    }

    // The best way to a position: its score, and the piece that leads there.
    private readonly record struct Step(float Score, int Start, int Id);
}
