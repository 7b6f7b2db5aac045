using System.Text;
using LongTake.Models.Text.SentencePiece;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Text;

public class SentencePieceFileTests
{
    [Fact]
    public void A_missing_file_is_named()
    {
        string message = Assert.Throws<CheckpointException>(() => SentencePieceTokenizer.Load("no/such/spiece.model")).Message;
        Assert.Contains("no/such/spiece.model", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{\"version\": \"1.0\", \"model\": {}}", "JSON")]
    [InlineData("just some text that is no protobuf", "no SentencePiece model")]
    [InlineData("PK\u0003\u0004", "no SentencePiece model")]
    public void Other_files_are_refused_with_a_hint(string content, string expected)
    {
        string message = Refusal(Encoding.UTF8.GetBytes(content));
        Assert.Contains("spiece.model", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused_or_still_a_whole_model()
    {
        byte[] model = [.. TestModels.Words(), .. TestModels.Normalizer(3, TestModels.CharacterRules(("A", "b")), true, true)];
        int refused = 0;
        for (int length = 0; length < model.Length; length += length < 300 ? 1 : 37)
        {
            try
            {
                SentencePieceTokenizer.Read(model[..length], "spiece.model").Encode("a red A");
            }
            catch (CheckpointException)
            {
                refused++;
            }
        }
        Assert.True(refused > 300, $"{refused} truncations were refused.");
    }

    [Theory]
    [InlineData(2, "BPE")]
    [InlineData(3, "word")]
    [InlineData(4, "character")]
    [InlineData(9, "type 9")]
    public void Models_of_other_kinds_are_refused_by_name(int type, string name)
    {
        string message = Refusal([.. TestModels.Piece("<unk>", 0f, PieceType.Unknown), .. TestModels.Integers(2, (3, type))]);
        Assert.Contains($"of the {name} kind", message, StringComparison.Ordinal);
        Assert.Contains("only unigram", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inconsistent_vocabularies_are_refused()
    {
        byte[] unknown = TestModels.Piece("<unk>", 0f, PieceType.Unknown);
        Assert.Contains("no piece for unknown", Refusal(TestModels.Piece("a", -1f, PieceType.Normal)), StringComparison.Ordinal);
        Assert.Contains("two pieces for unknown", Refusal([.. unknown, .. TestModels.Piece("<u>", 0f, PieceType.Unknown)]), StringComparison.Ordinal);
        Assert.Contains(
            "twice",
            Refusal([.. unknown, .. TestModels.Piece("a", -1f, PieceType.Normal), .. TestModels.Piece("a", -1f, PieceType.Normal)]),
            StringComparison.Ordinal);
        Assert.Contains("invalid", Refusal([.. unknown, .. TestModels.Piece("a", float.NaN, PieceType.Normal)]), StringComparison.Ordinal);
        Assert.Contains("invalid", Refusal([.. unknown, .. TestModels.Piece("", -1f, PieceType.Normal)]), StringComparison.Ordinal);
        Assert.Contains("byte pieces", Refusal([.. unknown, .. TestModels.Integers(2, (3, 1), (35, 1))]), StringComparison.Ordinal);
        Assert.Contains("no byte piece", Refusal([.. unknown, .. TestModels.Piece("<0xzz>", 0f, PieceType.Byte)]), StringComparison.Ordinal);
        Assert.Contains("no vocabulary", Refusal(TestModels.Integers(2, (3, 1))), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_normalisation_rules_are_refused()
    {
        byte[] good = TestModels.CharacterRules(("A", "a"), ("\u00E9", "e"));
        Assert.Equal("ae", Map(good));
        Assert.Contains("too short", MapRefusal([1, 0, 0]), StringComparison.Ordinal);
        Assert.Contains("is said to take", MapRefusal([.. good[..1], 0xFF, .. good[2..]]), StringComparison.Ordinal);
        Assert.Contains("no end", MapRefusal(good[..^1]), StringComparison.Ordinal);

        // The root's branch, far outside.
        byte[] branch = [.. good];
        branch[7] = 0x3F;
        Assert.Contains("leads outside the trie", MapRefusal(branch), StringComparison.Ordinal);

        // The value of the leaf for "A": its block is the second.
        byte[] leaf = [.. good];
        leaf[4 + (4 * 512) + 2] = 0x7F;
        Assert.Contains("leads outside the replacements", MapRefusal(leaf), StringComparison.Ordinal);
    }

    private static string Map(byte[] rules) => Read(rules).Normalize("A\u00E9");

    private static string MapRefusal(byte[] rules) => Assert.Throws<CheckpointException>(() => Read(rules)).Message;

    private static SentencePieceTokenizer Read(byte[] rules) =>
        SentencePieceTokenizer.Read([.. TestModels.Piece("<unk>", 0f, PieceType.Unknown), .. TestModels.Normalizer(3, rules, false, true)], "spiece.model");

    private static string Refusal(byte[] data) =>
        Assert.Throws<CheckpointException>(() => SentencePieceTokenizer.Read(data, "some/spiece.model")).Message;
}
