using FsCheck;
using FsCheck.Fluent;
using LongTake.Models.Text;
using LongTake.Models.Text.Cleaning;
using LongTake.Models.Text.SentencePiece;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Text;

public class SentencePieceProperties
{
    // Strings of any UTF-16 units, lone surrogates included, with the interesting ones more often.
    private static readonly Gen<string> s_text = Gen.Frequency(
            (4, Gen.Choose(0x20, 0x7E)),
            (2, Gen.Elements(0x20, 0x2581, 0x3000, 0x200B, 0xFEFF, 0x0301, 0x26, 0x3B, 0xFF0C, 0xD83D, 0xDE00)),
            (2, Gen.Choose(0, 0xFFFF)),
            (1, Gen.Choose(0xD800, 0xDFFF)))
        .ListOf()
        .Select(units => new string([.. units.Select(u => (char)u)]));

    private static readonly SentencePieceTokenizer s_words = TestModels.WordTokenizer();

    [Fact]
    public void Decoding_gives_the_normalised_text_back() => Prop.ForAll(s_text.ToArbitrary(), text =>
    {
        int[] ids = s_words.Encode(text);
        string expected = s_words.Normalize(text).TrimStart('\u2581').Replace('\u2581', ' ');
        return s_words.Decode(ids) == expected && ids.All(id => id >= 0 && id < s_words.Vocabulary.Count);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Pieces_spell_the_normalised_text() => Prop.ForAll(s_text.ToArbitrary(), text =>
    {
        string[] pieces = s_words.EncodeToPieces(text);
        int[] ids = s_words.Encode(text);
        return pieces.Length == ids.Length && pieces.Zip(ids).All(p => s_words.IdOf(p.First) == p.Second);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Cleaning_any_text_leaves_proper_Unicode_and_single_spaces() => Prop.ForAll(s_text.ToArbitrary(), text =>
    {
        string cleaned = WanTextCleaner.Clean(text);
        bool proper = cleaned.EnumerateRunes().All(r => r.Value != 0xFFFD) || text.Any(c => char.IsSurrogate(c) || c == '\uFFFD')
            || text.Contains('&', StringComparison.Ordinal);
        return proper && cleaned == cleaned.Trim() && !cleaned.Contains("  ", StringComparison.Ordinal)
            && !cleaned.Any(char.IsControl) == !cleaned.Any(c => c is >= '\u0080' and <= '\u009F');
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Prompts_end_with_the_end_mark_and_fit() => Prop.ForAll(s_text.ToArbitrary(), text =>
    {
        PaddedTokens tokens = new WanTokenizer(s_words, 16).EncodePadded(text);
        int n = tokens.Length;
        return tokens.Ids.Length == 16 && n >= 1 && tokens.Ids[n - 1] == 1 && tokens.Ids.Skip(n).All(id => id == 0)
            && tokens.Mask.Take(n).All(m => m == 1) && tokens.Mask.Skip(n).All(m => m == 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_mutated_model_is_refused_or_works()
    {
        byte[] model = [.. TestModels.Words(), .. TestModels.Normalizer(3, TestModels.CharacterRules(("A", "b"), ("\u00E9", "e")), true, true)];
        Fuzz(model, 3000);
    }

    [GoldenFact]
    [Trait("Category", "Golden")]
    public void A_mutated_real_model_is_refused_or_works() =>
        Fuzz(File.ReadAllBytes(GoldenFixture.PathOf("tokenizer", "toy.spm.model")), 300);

    private static void Fuzz(byte[] model, int rounds)
    {
        Random random = new(1);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] mutated = [.. model];
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                // Half of the damage goes to the start, where lengths and types are.
                int at = random.Next(2) == 0 ? random.Next(Math.Min(400, model.Length)) : random.Next(model.Length);
                mutated[at] = (byte)random.Next(256);
            }
            if (random.Next(4) == 0)
            {
                mutated = mutated[..random.Next(model.Length)];
            }
            try
            {
                SentencePieceTokenizer tokenizer = SentencePieceTokenizer.Read(mutated, "mutated");
                int[] ids = tokenizer.Encode("a red circle, caf\u00E9 A \uFF0C\u3000\uD83D\uDE00 \uD800 x");
                Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.Vocabulary.Count - 1));
                tokenizer.Decode(ids);
            }
            catch (CheckpointException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, rounds / 10, rounds);
    }
}
