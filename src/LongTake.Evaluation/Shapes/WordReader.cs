namespace LongTake.Evaluation.Shapes;

/// <summary>Walks through the words of a caption and says clearly what was expected where.</summary>
internal sealed class WordReader
{
    private readonly string _caption;
    private readonly string[] _words;
    private int _at;

    public WordReader(string caption)
    {
        _caption = caption;
        _words = caption.Trim().TrimEnd('.').ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    public bool PeekIs(string word, int offset = 0) => _at + offset < _words.Length && _words[_at + offset] == word;

    public bool PeekVerb(int offset) =>
        _at + offset < _words.Length
        && (_words[_at + offset] is "stays" or "circles" or "shakes" or "bobs" || CaptionWords.Moves.Contains(_words[_at + offset]));

    public bool Take(string word)
    {
        if (!PeekIs(word))
        {
            return false;
        }
        _at++;
        return true;
    }

    /// <summary>Takes all words of a phrase or none.</summary>
    public bool TakeAll(string phrase)
    {
        int offset = 0;
        foreach (Range range in phrase.AsSpan().Split(' '))
        {
            if (_at + offset >= _words.Length || !phrase.AsSpan()[range].SequenceEqual(_words[_at + offset]))
            {
                return false;
            }
            offset++;
        }
        _at += offset;
        return true;
    }

    /// <summary>Index of the word taken, or -1.</summary>
    public int TakeOneOf(IReadOnlyList<string> words)
    {
        for (int i = 0; i < words.Count; i++)
        {
            if (Take(words[i]))
            {
                return i;
            }
        }
        return -1;
    }

    public int ExpectOneOf(IReadOnlyList<string> words, string what)
    {
        int index = TakeOneOf(words);
        return index >= 0 ? index : throw Error(what);
    }

    public void Expect(string word)
    {
        if (!Take(word))
        {
            throw Error($"\"{word}\"");
        }
    }

    public void ExpectAll(string phrase)
    {
        if (!TakeAll(phrase))
        {
            throw Error($"\"{phrase}\"");
        }
    }

    public void ExpectEnd()
    {
        if (_at < _words.Length)
        {
            throw Error("the end of the caption");
        }
    }

    public FormatException Error(string expected)
    {
        string found = _at < _words.Length ? $"\"{_words[_at]}\"" : "the end";
        return new FormatException($"The caption has {found} where {expected} is expected (word {_at + 1} of \"{_caption}\").");
    }
}
