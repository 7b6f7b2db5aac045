using System.Globalization;

namespace LongTake.Models.Text.SentencePiece;

/// <summary>Pieces that stand for one byte: <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, capitals only.</summary>
internal static class BytePieces
{
    /// <summary>The name of a byte.</summary>
    public static string Name(byte value) => "<0x" + value.ToString("X2", CultureInfo.InvariantCulture) + ">";

    /// <summary>The byte of a name.</summary>
    public static bool TryParse(string name, out byte value)
    {
        value = 0;
        return name.Length == 6 && byte.TryParse(name.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            && name == Name(value);
    }
}
