using System.IO.Compression;
using System.Text;
using LongTake.Tensors.Files;

namespace LongTake.Models.Text.Clip;

/// <summary>
/// The byte-pair vocabulary of CLIP: 256 bytes, the same at the end of a word, then merges in the order of their rank, then start and end.
/// Source: spec metric-models, section 2.5.
/// </summary>
public sealed class ClipVocabulary
{
    /// <summary>Merges of the published models.</summary>
    public const int PublishedMergeCount = 49152 - 256 - 2;

    private const int ByteCount = 256;
    private const string EndOfWord = "</w>";
    private const int LongestLine = 1024;
    private const string Remedy = "Take bpe_simple_vocab_16e6.txt.gz.";

    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges = [];
    private readonly int[] _bytes = new int[ByteCount];

    /// <summary>Makes a vocabulary.</summary>
    /// <param name="merges">Pairs of symbols, parted by a space, best first.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="CheckpointException">A line is no pair of known symbols.</exception>
    public ClipVocabulary(IEnumerable<string> merges, string source = "the vocabulary")
    {
        Dictionary<string, int> symbols = ByteSymbols();
        int rank = 0;
        foreach (string line in merges)
        {
            string[] parts = line.Split(' ');
            if (parts.Length != 2 || !symbols.TryGetValue(parts[0], out int left) || !symbols.TryGetValue(parts[1], out int right))
            {
                throw new CheckpointException(
                    $"{source} is no vocabulary of CLIP: merge {rank + 1} ('{Shorten(line)}') is not a pair of symbols that it has made before. {Remedy}");
            }
            int id = (2 * ByteCount) + rank;
            symbols[parts[0] + parts[1]] = id;
            _merges.TryAdd((left, right), (rank, id));
            rank++;
        }
        StartId = (2 * ByteCount) + rank;
        EndId = StartId + 1;
    }

    /// <summary>Id of the token before a text.</summary>
    public int StartId { get; }

    /// <summary>Id of the token behind a text, the largest of all.</summary>
    public int EndId { get; }

    /// <summary>Ids that there are.</summary>
    public int Size => EndId + 1;

    /// <summary>
    /// Reads <c>bpe_simple_vocab_16e6.txt.gz</c>, the same unpacked, or <c>merges.txt</c> of transformers: a line that is skipped, then merges,
    /// of which <see cref="PublishedMergeCount"/> count.
    /// </summary>
    /// <exception cref="CheckpointException">There is no such file, or it is damaged.</exception>
    public static ClipVocabulary Load(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            bool isPacked = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using Stream text = isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
            List<string> lines = Lines(text, PublishedMergeCount + 1, path);
            return lines.Count == PublishedMergeCount + 1
                ? new ClipVocabulary(lines.Skip(1), $"'{path}'")
                : throw new CheckpointException(
                    $"'{path}' has {Math.Max(0, lines.Count - 1):N0} merges, and the vocabulary of CLIP {PublishedMergeCount:N0}; " +
                    $"it is cut off or another file. {Remedy}");
        }
        catch (Exception e) when (e is InvalidDataException or UnauthorizedAccessException || (e is IOException and not CheckpointException))
        {
            throw new CheckpointException($"The vocabulary of CLIP, '{path}', cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The symbols of a word: bytes, joined by the merge of lowest rank until no merge is known.</summary>
    /// <param name="word">UTF-8.</param>
    internal List<int> Encode(ReadOnlySpan<byte> word)
    {
        List<int> symbols = new(word.Length);
        foreach (byte b in word)
        {
            symbols.Add(_bytes[b]);
        }
        symbols[^1] += ByteCount;
        while (BestPair(symbols) is (int left, int right) pair)
        {
            int merged = _merges[pair].Id;
            int kept = 0;
            for (int i = 0; i < symbols.Count; i++)
            {
                bool isPair = symbols[i] == left && i + 1 < symbols.Count && symbols[i + 1] == right;
                symbols[kept++] = isPair ? merged : symbols[i];
                i += isPair ? 1 : 0;
            }
            symbols.RemoveRange(kept, symbols.Count - kept);
        }
        return symbols;
    }

    private (int Left, int Right)? BestPair(List<int> symbols)
    {
        (int, int)? best = null;
        int lowest = int.MaxValue;
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            if (_merges.TryGetValue((symbols[i], symbols[i + 1]), out (int Rank, int Id) merge) && merge.Rank < lowest)
            {
                lowest = merge.Rank;
                best = (symbols[i], symbols[i + 1]);
            }
        }
        return best;
    }

    /// <summary>
    /// Names of the bytes in the file, with their ids. Printable bytes are called by their own characters and come first; the other 68 are
    /// called U+0100 and up. Sets the ids of the bytes, too.
    /// </summary>
    private Dictionary<string, int> ByteSymbols()
    {
        int[] printable = [.. Enumerable.Range(33, 94), .. Enumerable.Range(161, 12), .. Enumerable.Range(174, 82)];
        int[] others = [.. Enumerable.Range(0, ByteCount).Except(printable)];
        Dictionary<string, int> symbols = [];
        for (int id = 0; id < ByteCount; id++)
        {
            bool isPrintable = id < printable.Length;
            _bytes[isPrintable ? printable[id] : others[id - printable.Length]] = id;
            string name = ((char)(isPrintable ? printable[id] : ByteCount + id - printable.Length)).ToString();
            symbols.Add(name, id);
            symbols.Add(name + EndOfWord, ByteCount + id);
        }
        return symbols;
    }

    private static List<string> Lines(Stream text, int count, string path)
    {
        using StreamReader reader = new(text, new UTF8Encoding(false, throwOnInvalidBytes: false));
        List<string> lines = [];
        while (lines.Count < count && reader.ReadLine() is string line)
        {
            // The published file goes on after the merges that count; that of transformers may end with an empty line.
            if (line.Length > LongestLine)
            {
                throw new CheckpointException($"'{path}' is no vocabulary of CLIP: it has a line of {line.Length:N0} characters. {Remedy}");
            }
            if (line.Length > 0)
            {
                lines.Add(line);
            }
        }
        return lines;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
