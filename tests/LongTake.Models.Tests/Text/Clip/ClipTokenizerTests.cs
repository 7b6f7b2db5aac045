using System.IO.Compression;
using LongTake.Models.Text.Clip;
using LongTake.Tensors.Files;

namespace LongTake.Models.Tests.Text.Clip;

public class ClipTokenizerTests
{
    private const int Published = ClipVocabulary.PublishedMergeCount;

    [Fact]
    public void Bytes_have_the_published_ids()
    {
        ClipVocabulary vocabulary = new([]);
        // Printable bytes come first, so '!' is 0 and 'a' is 64; at the end of a word, 256 more.
        Assert.Equal([0, 256 + 64], vocabulary.Encode("!a"u8));
        Assert.Equal([256], vocabulary.Encode("!"u8));
        Assert.Equal([256 + 188], vocabulary.Encode([0]));
        int[] all = [.. Enumerable.Range(0, 256).Select(b => vocabulary.Encode([(byte)b]).Single() - 256)];
        Assert.Equal(Enumerable.Range(0, 256), all.Order());
        Assert.Equal(512, vocabulary.StartId);
        Assert.Equal(513, vocabulary.EndId);
    }

    [Fact]
    public void The_merge_of_lowest_rank_goes_first_and_takes_all_its_places()
    {
        // ids: ab 512, abab 513, bc</w> 514
        ClipVocabulary vocabulary = new(["a b", "ab ab", "b c</w>"]);
        Assert.Equal([512, 256 + 66], vocabulary.Encode("abc"u8));
        Assert.Equal([513, 514], vocabulary.Encode("ababbc"u8));
        Assert.Equal([65, 514], vocabulary.Encode("bbc"u8));
    }

    [Theory]
    [InlineData("it's 2024, don't!", "it~'s~2~0~2~4~,~don~'t~!")]
    [InlineData("counter-clockwise", "counter~-~clockwise")]
    [InlineData("hello_world 12345", "hello~_~world~1~2~3~4~5")]
    [InlineData("we'll they've i'm you're he'd", "we~'ll~they~'ve~i~'m~you~'re~he~'d")]
    [InlineData("wow!!!'s <|endoftext|>x", "wow~!!!'~s~<|endoftext|>~x")]
    [InlineData("caf\u00E9 \u4E2D\u6587 \uD835\uDC00b \u00BD\u0661", "caf\u00E9~\u4E2D\u6587~\uD835\uDC00b~\u00BD~\u0661")]
    public void Words_are_cut_as_published(string text, string words) => Assert.Equal(words, string.Join('~', ClipTokenizer.Words(text)));

    /// <summary>The published test vectors, with a file in which only the ranks of the words that they need are the published ones.</summary>
    [Theory]
    [InlineData("a photo of a cat", "49406 320 1125 539 320 2368 49407")]
    [InlineData("it's 2024, don't!", "49406 585 568 273 271 273 275 267 847 713 256 49407")]
    [InlineData("  A \t PHOTO\n of A   cat ", "49406 320 1125 539 320 2368 49407")]
    [InlineData("counter-clockwise", "49406 7352 268 46150 49407")]
    [InlineData("Zo\u00EB's caf\u00E9 &amp; bar", "49406 4397 40520 568 15304 261 2411 49407")]
    [InlineData("hello_world 12345", "49406 3306 318 1002 272 273 274 275 276 49407")]
    public void Texts_have_the_published_ids(string text, string ids)
    {
        ClipTokenizer tokenizer = new(new ClipVocabulary(PublishedRanks()));
        Assert.Equal(49408, tokenizer.Vocabulary.Size);
        Assert.Equal(ids, string.Join(' ', tokenizer.Encode(text)));
    }

    [Fact]
    public void Long_texts_are_cut_off_and_still_end()
    {
        ClipTokenizer tokenizer = new(new ClipVocabulary([]));
        int[] ids = tokenizer.Encode(string.Join(' ', Enumerable.Repeat("x", 200)));
        Assert.Equal(77, ids.Length);
        Assert.Equal(tokenizer.Vocabulary.StartId, ids[0]);
        Assert.Equal(tokenizer.Vocabulary.EndId, ids[^1]);
        Assert.DoesNotContain(tokenizer.Vocabulary.EndId, ids[..^1]);
        Assert.True(tokenizer.IsTruncated(new string('!', 76)));
        Assert.False(tokenizer.IsTruncated(new string('!', 75)));
        Assert.Equal([512, 513], tokenizer.Encode(""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_read_packed_or_not_and_further_lines_do_not_count(bool isPacked)
    {
        string path = Path.GetTempFileName();
        try
        {
            string text = "#version: 0.2\n" + string.Join('\n', PublishedRanks()) + "\nnot a merge at all\n";
            File.WriteAllBytes(path, isPacked ? Pack(text) : System.Text.Encoding.UTF8.GetBytes(text));
            Assert.Equal(49408, ClipVocabulary.Load(path).Size);
            File.WriteAllText(path, "#version: 0.2\ni n\nt h\n");
            CheckpointException cut = Assert.Throws<CheckpointException>(() => ClipVocabulary.Load(path));
            Assert.Contains("has 2 merges", cut.Message, StringComparison.Ordinal);
            File.WriteAllText(path, "#version: 0.2\n" + string.Join('\n', Enumerable.Repeat("in g", Published)));
            CheckpointException strange = Assert.Throws<CheckpointException>(() => ClipVocabulary.Load(path));
            Assert.Contains("merge 1 ('in g')", strange.Message, StringComparison.Ordinal);
            File.WriteAllBytes(path, Pack(text)[..1000]);
            Assert.Throws<CheckpointException>(() => ClipVocabulary.Load(path));
        }
        finally
        {
            File.Delete(path);
        }
        Assert.Contains(path, Assert.Throws<CheckpointException>(() => ClipVocabulary.Load(path)).Message, StringComparison.Ordinal);
    }

    private static byte[] Pack(string text)
    {
        using MemoryStream bytes = new();
        using (GZipStream zip = new(bytes, CompressionLevel.Fastest))
        {
            zip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }
        return bytes.ToArray();
    }

    /// <summary>
    /// Merges that make the words above with their published ids. The steps on the way to a word, whose published ranks differ, take the
    /// first places; all others are filled with pairs that occur in no text.
    /// </summary>
    private static string[] PublishedRanks()
    {
        (string Word, int Id)[] words =
        [
            ("photo", 1125), ("of", 539), ("cat", 2368), ("it", 585), ("'s", 568), ("don", 847), ("'t", 713), ("counter", 7352),
            ("clockwise", 46150), ("zo", 4397), ("caf\u00C3\u00A9", 15304), ("bar", 2411), ("hello", 3306), ("world", 1002),
        ];
        string?[] merges = new string?[Published];
        Dictionary<string, int> made = [];
        // Between those of "'t" and "don", and before all that they lead to.
        int free = 202;
        foreach ((string word, int id) in words)
        {
            if (word == "zo")
            {
                // Not the end of its word: 'zo' and then the two bytes of the e.
                merges[id - 512] = "z o";
                merges[40520 - 512] = "\u00C3 \u00AB</w>";
                continue;
            }
            string left = word[..1];
            for (int i = 1; i < word.Length - 1; i++)
            {
                string next = left + word[i];
                if (made.TryAdd(next, free))
                {
                    merges[free++] = $"{left} {word[i]}";
                }
                left = next;
            }
            merges[id - 512] = $"{left} {word[^1]}</w>";
        }
        int fill = 0;
        for (int i = 0; i < merges.Length; i++)
        {
            if (merges[i] is null)
            {
                // Characters above U+0100 stand for control bytes, which no cleaned text has; the 68 of them make enough pairs and triples.
                merges[i] = Filler(fill++);
            }
        }
        return merges!;
    }

    private static string Filler(int n)
    {
        const int Names = 33;
        string Name(int k) => ((char)(0x100 + k)).ToString();
        if (n < Names * Names)
        {
            return $"{Name(n / Names)} {Name(n % Names)}";
        }
        n -= Names * Names;
        // A pair that exists, and one more.
        return n < Names * Names * Names
            ? $"{Name(n / Names / Names % Names)}{Name(n / Names % Names)} {Name(n % Names)}"
            : $"{Name(n % Names)} {Name(n / Names % Names)}{Name(0)}{Name(n / Names / Names % Names)}";
    }
}
