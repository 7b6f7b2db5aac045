using System.Text;
using System.Text.Json;
using LongTake.Models.Text.SentencePiece;

namespace LongTake.Models.Tests.Text;

[Trait("Category", "Golden")]
public class SentencePieceGoldenTests
{
    public static TheoryData<string> Models => new("toy", "toy_identity", "toy_uds");

    [GoldenTheory]
    [MemberData(nameof(Models))]
    public void All_strings_are_cut_as_by_SentencePiece(string name)
    {
        SentencePieceTokenizer tokenizer = Load(name);
        StringBuilder wrong = new();
        int count = 0;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(GoldenFixture.PathOf("tokenizer", name + ".json")));
        foreach (JsonElement vector in Vectors(document))
        {
            string text = vector.GetProperty("text").GetString()!;
            int[] ids = tokenizer.Encode(text);
            Compare(wrong, text, "normalised", vector.GetProperty("normalized").GetString()!, tokenizer.Normalize(text));
            Compare(wrong, text, "pieces", Join(vector.GetProperty("pieces"), e => e.GetString()!), string.Join('|', tokenizer.EncodeToPieces(text)));
            Compare(wrong, text, "ids", Join(vector.GetProperty("ids"), e => e.GetRawText()), string.Join('|', ids));
            Compare(wrong, text, "decoded", vector.GetProperty("decoded").GetString()!, tokenizer.Decode(ids));
            count++;
        }
        Assert.Equal(64, count);
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    [GoldenTheory]
    [MemberData(nameof(Models))]
    public void Marks_have_the_ids_of_the_model(string name)
    {
        SentencePieceTokenizer tokenizer = Load(name);
        Assert.Equal((0, 1, 2, null), (tokenizer.PadId, tokenizer.EosId, tokenizer.UnknownId, tokenizer.BosId));
        Assert.True(tokenizer.HasByteFallback);
    }

    [GoldenTheory]
    [MemberData(nameof(Models))]
    public void Scores_are_those_of_the_vocabulary_listing(string name)
    {
        SentencePieceTokenizer tokenizer = Load(name);
        string[] lines = File.ReadAllLines(GoldenFixture.PathOf("tokenizer", name + ".vocab"));
        Assert.Equal(lines.Length, tokenizer.Vocabulary.Count);
        for (int id = 0; id < lines.Length; id++)
        {
            string[] parts = lines[id].Split('\t');
            Assert.Equal(parts[0], tokenizer.Vocabulary[id].Text);
            double listed = double.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(listed, tokenizer.Vocabulary[id].Score, 1e-4 * Math.Max(1, Math.Abs(listed)));
        }
    }

    private static SentencePieceTokenizer Load(string name) =>
        SentencePieceTokenizer.Load(GoldenFixture.PathOf("tokenizer", name + ".spm.model"));

    private static JsonElement.ArrayEnumerator Vectors(JsonDocument document) =>
        document.RootElement.EnumerateObject().Single(p => p.Value.ValueKind == JsonValueKind.Array).Value.EnumerateArray();

    private static string Join(JsonElement list, Func<JsonElement, string> text) => string.Join('|', list.EnumerateArray().Select(text));

    private static void Compare(StringBuilder wrong, string text, string what, string expected, string actual)
    {
        if (expected != actual)
        {
            wrong.AppendLine($"{what} of '{text}':").AppendLine("  " + expected).AppendLine("  " + actual);
        }
    }
}
