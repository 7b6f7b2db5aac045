namespace LongTake.Models.Text.SentencePiece;

/// <summary>What an entry of a SentencePiece vocabulary stands for; the numbers are those of the model file.</summary>
public enum PieceType
{
    /// <summary>A piece of text with a log probability.</summary>
    Normal = 1,

    /// <summary>Stands for text that no other piece covers.</summary>
    Unknown = 2,

    /// <summary>A mark such as end of sequence; text never becomes one.</summary>
    Control = 3,

    /// <summary>Text that always stays one piece, whatever stands around it.</summary>
    UserDefined = 4,

    /// <summary>Kept for its id only; never produced.</summary>
    Unused = 5,

    /// <summary>One byte, <c>&lt;0x41&gt;</c>: unknown characters fall back to their UTF-8 bytes.</summary>
    Byte = 6,
}

/// <summary>One entry of a SentencePiece vocabulary; its id is its place.</summary>
/// <param name="Text">The piece; spaces are written U+2581.</param>
/// <param name="Score">Log probability (0 for marks and bytes).</param>
/// <param name="Type">What it stands for.</param>
public readonly record struct VocabularyPiece(string Text, float Score, PieceType Type = PieceType.Normal);
