using System.Collections.Frozen;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Renames parameters between two layouts by a table of modules: a name is [block prefix + number +] module + rest, where
/// the longest known module decides and the rest (<c>.weight</c>, <c>.bias</c>) stays.
/// </summary>
internal sealed class RenameTable
{
    private readonly string _fromBlocks;
    private readonly string _toBlocks;
    private readonly FrozenDictionary<string, string> _top;
    private readonly FrozenDictionary<string, string> _block;

    private RenameTable(string fromBlocks, string toBlocks, FrozenDictionary<string, string> top, FrozenDictionary<string, string> block)
    {
        _fromBlocks = fromBlocks;
        _toBlocks = toBlocks;
        _top = top;
        _block = block;
    }

    /// <summary>Both directions of a table.</summary>
    /// <param name="leftBlocks">What stands before the block number on the left side, e.g. <c>blocks.</c></param>
    /// <param name="rightBlocks">The same on the right side.</param>
    /// <param name="top">Modules outside the blocks.</param>
    /// <param name="block">Modules inside a block.</param>
    public static (RenameTable ToRight, RenameTable ToLeft) Make(
        string leftBlocks,
        string rightBlocks,
        (string Left, string Right)[] top,
        (string Left, string Right)[] block) => (
            new(leftBlocks, rightBlocks, top.ToFrozenDictionary(t => t.Left, t => t.Right), block.ToFrozenDictionary(t => t.Left, t => t.Right)),
            new(rightBlocks, leftBlocks, top.ToFrozenDictionary(t => t.Right, t => t.Left), block.ToFrozenDictionary(t => t.Right, t => t.Left)));

    /// <summary>The name in the other layout, or null if the table does not know it.</summary>
    public string? Rename(string name)
    {
        if (name.StartsWith(_fromBlocks, StringComparison.Ordinal))
        {
            int end = name.IndexOf('.', _fromBlocks.Length);
            if (end > _fromBlocks.Length && name.AsSpan(_fromBlocks.Length, end - _fromBlocks.Length).IndexOfAnyExceptInRange('0', '9') < 0)
            {
                string? inside = Replace(name[(end + 1)..], _block);
                return inside is null ? null : string.Concat(_toBlocks, name.AsSpan(_fromBlocks.Length, end + 1 - _fromBlocks.Length), inside);
            }
        }
        return Replace(name, _top);
    }

    private static string? Replace(string name, FrozenDictionary<string, string> table)
    {
        for (int end = name.Length; end > 0; end = name.LastIndexOf('.', end - 1))
        {
            if (table.TryGetValue(name[..end], out string? replacement))
            {
                return replacement + name[end..];
            }
        }
        return null;
    }
}
