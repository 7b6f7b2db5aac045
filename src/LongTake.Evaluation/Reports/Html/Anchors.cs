using System.Text;

namespace LongTake.Evaluation.Reports.Html;

/// <summary>Names as ids that links can point to.</summary>
internal static class Anchors
{
    /// <summary>Letters and digits as they are, everything else by its number, so that two names never share an id.</summary>
    public static string Of(string name)
    {
        StringBuilder id = new("r-");
        foreach (char c in name)
        {
            _ = char.IsAsciiLetterOrDigit(c) || c is '-' ? id.Append(c) : id.Append('_').Append((int)c).Append('_');
        }
        return id.ToString();
    }
}
