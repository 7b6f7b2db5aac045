using System.Globalization;
using System.Text;
using Google.Protobuf;
using LongTake.Tensors.Files;

namespace LongTake.Models.Text.SentencePiece;

/// <summary>
/// Reads a SentencePiece model file (<c>spiece.model</c>, <c>tokenizer.model</c>): a protobuf message, of which only the
/// fields that segmentation depends on are looked at. Unigram models only.
/// </summary>
internal sealed class SentencePieceModelReader
{
    /// <summary>The largest published model takes 20 MB.</summary>
    private const long MaxBytes = 256L << 20;

    private static readonly UTF8Encoding s_strict = new(false, true);
    private static readonly string[] s_modelTypes = ["unset", "unigram", "BPE", "word", "character"];

    private readonly string _file;
    private readonly List<VocabularyPiece> _pieces = [];
    private NormalizerSettings _normalizer = new();
    private NormalizerSettings? _denormalizer;
    private int _modelType = 1;
    private bool _byteFallback;
    private bool _whitespaceAsSuffix;
    private string _unknownSurface = " \u2047 ";
    private string _bos = "<s>";
    private string _eos = "</s>";
    private string _pad = "<pad>";

    private SentencePieceModelReader(string file) => _file = file;

    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">There is none, or it is no usable SentencePiece model.</exception>
    public static SentencePieceModel Read(string path)
    {
        FileInfo info = new(path);
        if (!info.Exists)
        {
            throw new CheckpointException(
                $"There is no tokenizer '{path}'. A Wan checkpoint brings it as google/umt5-xxl/spiece.model.");
        }
        if (info.Length > MaxBytes)
        {
            throw new CheckpointException(
                $"'{path}' is no SentencePiece model: it takes {info.Length >> 20} MB, a tokenizer takes a few. Give the path of spiece.model.");
        }
        try
        {
            return Read(File.ReadAllBytes(path), path);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CheckpointException($"'{path}' cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Reads a model from memory.</summary>
    /// <param name="data">The file's bytes.</param>
    /// <param name="file">What to call it in messages.</param>
    /// <exception cref="CheckpointException">It is no usable SentencePiece model.</exception>
    public static SentencePieceModel Read(byte[] data, string file)
    {
        if (data.Length == 0)
        {
            throw new CheckpointException($"'{file}' is empty; a SentencePiece model was expected.");
        }
        try
        {
            SentencePieceModelReader reader = new(file);
            reader.ReadModel(new CodedInputStream(data));
            return reader.Build();
        }
        catch (InvalidProtocolBufferException e)
        {
            string hint = data[0] is (byte)'{' or (byte)'[' ? "it looks like JSON; give spiece.model, not tokenizer.json" : "it is damaged or something else";
            throw new CheckpointException($"'{file}' is no SentencePiece model: {hint}.", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new CheckpointException($"'{file}' is no SentencePiece model: it holds text that is not UTF-8.", e);
        }
    }

    private void ReadModel(CodedInputStream input)
    {
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    _pieces.Add(ReadPiece(Message(input, tag)));
                    break;
                case 2:
                    ReadTrainer(Message(input, tag));
                    break;
                case 3:
                    _normalizer = ReadNormalizer(Message(input, tag));
                    break;
                case 5:
                    _denormalizer = ReadNormalizer(Message(input, tag));
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
    }

    private VocabularyPiece ReadPiece(CodedInputStream input)
    {
        string text = "";
        float score = 0f;
        int type = (int)PieceType.Normal;
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    text = Text(input, tag);
                    break;
                case 2:
                    Expect(tag, WireFormat.WireType.Fixed32);
                    score = input.ReadFloat();
                    break;
                case 3:
                    type = Integer(input, tag);
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
        if (text.Length == 0 || !float.IsFinite(score) || type is < 1 or > 6)
        {
            throw Bad($"piece {_pieces.Count} is invalid (text '{text}', score {score.ToString(CultureInfo.InvariantCulture)}, type {type})");
        }
        return new VocabularyPiece(text, score, (PieceType)type);
    }

    private void ReadTrainer(CodedInputStream input)
    {
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 3:
                    _modelType = Integer(input, tag);
                    break;
                case 24:
                    _whitespaceAsSuffix = Integer(input, tag) != 0;
                    break;
                case 35:
                    _byteFallback = Integer(input, tag) != 0;
                    break;
                case 44:
                    _unknownSurface = Text(input, tag);
                    break;
                case 46:
                    _bos = Text(input, tag);
                    break;
                case 47:
                    _eos = Text(input, tag);
                    break;
                case 48:
                    _pad = Text(input, tag);
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
    }

    private NormalizerSettings ReadNormalizer(CodedInputStream input)
    {
        NormalizerSettings settings = new();
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    settings = settings with { Name = Text(input, tag) };
                    break;
                case 2:
                    byte[] blob = Bytes(input, tag).ToByteArray();
                    settings = settings with { CharacterMap = blob.Length == 0 ? null : CharacterMap.Read(blob, _file) };
                    break;
                case 3:
                    settings = settings with { AddDummyPrefix = Integer(input, tag) != 0 };
                    break;
                case 4:
                    settings = settings with { RemoveExtraWhitespace = Integer(input, tag) != 0 };
                    break;
                case 5:
                    settings = settings with { EscapeWhitespace = Integer(input, tag) != 0 };
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
        return settings;
    }

    private SentencePieceModel Build()
    {
        if (_pieces.Count == 0)
        {
            throw Bad("it has no vocabulary");
        }
        if (_modelType != 1)
        {
            string name = _modelType >= 0 && _modelType < s_modelTypes.Length ? s_modelTypes[_modelType] : $"type {_modelType}";
            throw new CheckpointException(
                $"'{_file}' is a SentencePiece model of the {name} kind; only unigram models can be used. " +
                "The Wan family's tokenizer is google/umt5-xxl/spiece.model.");
        }
        int unknown = -1;
        int bytes = 0;
        HashSet<string> text = [];
        HashSet<string> marks = [];
        for (int id = 0; id < _pieces.Count; id++)
        {
            VocabularyPiece piece = _pieces[id];
            bool isText = piece.Type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused;
            if (!(isText ? text : marks).Add(piece.Text))
            {
                throw Bad($"the piece '{piece.Text}' is there twice");
            }
            if (piece.Type == PieceType.Unknown)
            {
                unknown = unknown < 0 ? id : throw Bad("it has two pieces for unknown text");
            }
            if (piece.Type == PieceType.Byte)
            {
                _ = BytePieces.TryParse(piece.Text, out _) ? ++bytes : throw Bad($"'{piece.Text}' is no byte piece");
            }
        }
        if (unknown < 0)
        {
            throw Bad("it has no piece for unknown text");
        }
        if (bytes != (_byteFallback ? 256 : 0))
        {
            throw Bad($"it has {bytes} byte pieces, but byte fallback is {(_byteFallback ? "on" : "off")}");
        }
        return new SentencePieceModel
        {
            Pieces = _pieces,
            UnknownId = unknown,
            Normalizer = _normalizer,
            Denormalizer = _denormalizer is { CharacterMap: not null } ? _denormalizer : null,
            ByteFallback = _byteFallback,
            WhitespaceAsSuffix = _whitespaceAsSuffix,
            UnknownSurface = _unknownSurface,
            BosPiece = _bos,
            EosPiece = _eos,
            PadPiece = _pad,
        };
    }

    private CodedInputStream Message(CodedInputStream input, uint tag) => Bytes(input, tag).CreateCodedInput();

    private string Text(CodedInputStream input, uint tag) => s_strict.GetString(Bytes(input, tag).Span);

    private ByteString Bytes(CodedInputStream input, uint tag)
    {
        Expect(tag, WireFormat.WireType.LengthDelimited);
        return input.ReadBytes();
    }

    private int Integer(CodedInputStream input, uint tag)
    {
        Expect(tag, WireFormat.WireType.Varint);
        return unchecked((int)input.ReadInt64());
    }

    private void Expect(uint tag, WireFormat.WireType type)
    {
        if (WireFormat.GetTagWireType(tag) != type)
        {
            throw Bad($"field {WireFormat.GetTagFieldNumber(tag)} has the wrong kind");
        }
    }

    private CheckpointException Bad(string what) =>
        new($"'{_file}' is no SentencePiece model, or a damaged one: {what}. Give the path of spiece.model, or fetch it again.");
}
