using System.Text;
using LongTake.Tensors.Files;

namespace LongTake.Models.Text.SentencePiece;

/// <summary>
/// Turns text into ids and back by a SentencePiece unigram model, piece for piece as the original library does
/// (spec wan-model, section 4.4). Immutable: may be used from several threads.
/// </summary>
public sealed partial class SentencePieceTokenizer
{
    private const string Space = "\u2581";

    private readonly SentencePieceModel _model;
    private readonly TextNormalizer _normalizer;
    private readonly TextNormalizer? _denormalizer;
    private readonly UnigramSegmenter _segmenter;
    private readonly Dictionary<string, int> _ids;
    private readonly int[] _byteIds = new int[256];

    private SentencePieceTokenizer(SentencePieceModel model)
    {
        _model = model;
        PieceTrie? userDefined = model.Pieces.Any(p => p.Type == PieceType.UserDefined)
            ? new PieceTrie(model.Pieces.Where(p => p.Type == PieceType.UserDefined).Select((p, i) => (Encoding.UTF8.GetBytes(p.Text), i)))
            : null;
        _normalizer = new TextNormalizer(model.Normalizer, userDefined, model.WhitespaceAsSuffix);
        _denormalizer = model.Denormalizer is null ? null : new TextNormalizer(model.Denormalizer, null, false);
        _segmenter = new UnigramSegmenter(model);
        _ids = new Dictionary<string, int>(model.Pieces.Count);

        // Where a mark and a piece of text have the same name, the name means the mark.
        for (int id = 0; id < model.Pieces.Count; id++)
        {
            VocabularyPiece piece = model.Pieces[id];
            bool isMark = piece.Type is PieceType.Control or PieceType.Unknown or PieceType.Byte;
            if (isMark || !_ids.ContainsKey(piece.Text))
            {
                _ids[piece.Text] = id;
            }
            if (piece.Type == PieceType.Byte && BytePieces.TryParse(piece.Text, out byte value))
            {
                _byteIds[value] = id;
            }
        }
        PadId = MarkId(model.PadPiece);
        EosId = MarkId(model.EosPiece);
        BosId = MarkId(model.BosPiece);
    }

    /// <summary>The vocabulary in id order.</summary>
    public IReadOnlyList<VocabularyPiece> Vocabulary => _model.Pieces;

    /// <summary>Name of the normalisation rules the model was made with, for example <c>nmt_nfkc</c>.</summary>
    public string NormalizationName => _model.Normalizer.Name;

    /// <summary>Id of the padding mark; null if the model has none.</summary>
    public int? PadId { get; }

    /// <summary>Id of the end of sequence mark; null if the model has none.</summary>
    public int? EosId { get; }

    /// <summary>Id of the begin of sequence mark; null if the model has none (as in T5).</summary>
    public int? BosId { get; }

    /// <summary>Id of unknown text.</summary>
    public int UnknownId => _model.UnknownId;

    /// <summary>Whether characters outside the vocabulary become their bytes instead of <see cref="UnknownId"/>.</summary>
    public bool HasByteFallback => _model.ByteFallback;

    /// <summary>Reads a model file.</summary>
    /// <param name="path">Path of <c>spiece.model</c>.</param>
    /// <exception cref="CheckpointException">There is no such file, it is damaged, or its model is not a unigram model.</exception>
    public static SentencePieceTokenizer Load(string path) => new(SentencePieceModelReader.Read(path));

    /// <summary>Reads a model from memory.</summary>
    /// <param name="data">The bytes of a model file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="CheckpointException">It is damaged, or its model is not a unigram model.</exception>
    public static SentencePieceTokenizer Read(byte[] data, string name) => new(SentencePieceModelReader.Read(data, name));

    /// <summary>The id of a piece or mark by name; <see cref="UnknownId"/> if there is none.</summary>
    public int IdOf(string piece) => _ids.GetValueOrDefault(piece, UnknownId);

    /// <summary>
    /// The text as the model cuts it: normalised, with the dummy space and with spaces written U+2581. Empty for text that
    /// is empty or blank.
    /// </summary>
    public string Normalize(string text) => Encoding.UTF8.GetString(NormalizeBytes(text));

    /// <summary>The ids of a text, without any marks. A lone surrogate counts as U+FFFD.</summary>
    public int[] Encode(string text)
    {
        List<int> ids = [];
        Walk(text, (id, _) => ids.Add(id));
        return [.. ids];
    }

    /// <summary>The pieces of a text: like <see cref="Encode"/>, but spelt out. Unknown text shows as itself.</summary>
    public string[] EncodeToPieces(string text)
    {
        List<string> pieces = [];
        Walk(text, (id, bytes) => pieces.Add(bytes is null ? _model.Pieces[id].Text : Encoding.UTF8.GetString(bytes)));
        return [.. pieces];
    }

    private byte[] NormalizeBytes(string text) => _normalizer.Normalize(Encoding.UTF8.GetBytes(text));

    // Calls with each id, and with the text if the vocabulary has none for it.
    private void Walk(string text, Action<int, byte[]?> found)
    {
        byte[] normalized = NormalizeBytes(text);
        List<Segment> segments = _segmenter.Cut(normalized);
        for (int i = 0; i < segments.Count; i++)
        {
            Segment segment = segments[i];
            if (segment.Id != UnknownId)
            {
                found(segment.Id, null);
                continue;
            }
            if (HasByteFallback)
            {
                foreach (byte value in normalized.AsSpan(segment.Start, segment.Length))
                {
                    found(_byteIds[value], null);
                }
                continue;
            }

            // A run of unknown characters is one unknown piece.
            int end = segment.Start + segment.Length;
            while (i + 1 < segments.Count && segments[i + 1].Id == UnknownId)
            {
                end += segments[++i].Length;
            }
            found(UnknownId, normalized[segment.Start..end]);
        }
    }

    private int? MarkId(string name) =>
        _ids.TryGetValue(name, out int id) && _model.Pieces[id].Type == PieceType.Control ? id : null;
}
