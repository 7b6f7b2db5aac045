namespace LongTake.Generation.Stories;

/// <summary>
/// Reads stories from files: YAML (<c>.yaml</c>, <c>.yml</c>), otherwise lines of text.
/// <code>
/// # A comment.
/// [0s] A red circle rolls over sand.
/// [6s] The red circle turns blue.
/// [12s, blend 4c] The blue circle turns green.
/// [20s, cut] A green square spins over grass.
/// [end 26s]
/// </code>
/// In brackets stands the start (<c>6s</c>, <c>24f</c> frames, <c>3c</c> chunks), or the duration with a plus sign (<c>+6s</c>), and how
/// the scene takes over (<see cref="SceneChange"/>). A line without brackets follows the scene before.
/// </summary>
public static class StoryReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="StoryException">The file cannot be read or is no story; the message names file and line.</exception>
    public static Story Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoryException($"The story {path} cannot be read: {e.Message}", e);
        }
        bool yaml = path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);
        try
        {
            return (yaml ? YamlStory.Parse(text) : Parse(text)).In(path);
        }
        catch (StoryException e)
        {
            throw new StoryException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads lines of text.</summary>
    /// <exception cref="StoryException">It is no story.</exception>
    public static Story Parse(string text)
    {
        List<Scene> scenes = [];
        List<int> lines = [];
        StoryTime? length = null;
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }
            if (length is not null)
            {
                throw new StoryException($"line {number}: nothing may follow the end of the story.");
            }
            try
            {
                if (line.StartsWith("[end", StringComparison.OrdinalIgnoreCase) && line[^1] == ']')
                {
                    length = StoryTime.Parse(line[4..^1]);
                }
                else
                {
                    scenes.Add(ParseScene(line));
                    lines.Add(number);
                }
            }
            catch (StoryException e)
            {
                throw new StoryException($"line {number}: {e.Message}", e);
            }
        }
        return new Story(scenes, length, lines);
    }

    private static Scene ParseScene(string line)
    {
        if (line[0] != '[')
        {
            return new Scene(line);
        }
        int close = line.IndexOf(']', StringComparison.Ordinal);
        if (close < 0)
        {
            throw new StoryException("the bracket is not closed; write [6s] prompt.");
        }
        StoryTime? start = null;
        StoryTime? duration = null;
        SceneChange? change = null;
        foreach (string part in line[1..close].Split(',', StringSplitOptions.TrimEntries))
        {
            if (SceneChange.TryParse(part, out SceneChange named))
            {
                change = change is null ? named : throw new StoryException(
                    $"a scene takes over in one way, not '{change}' and '{named}'; leave one of them out.");
            }
            else if (part.StartsWith('+'))
            {
                duration = duration is null ? StoryTime.Parse(part[1..]) : throw new StoryException("a scene has one duration.");
            }
            else if (part.Length > 0 && char.IsLetter(part[0]))
            {
                throw new StoryException($"'{part}' is no time (6.5s, 24f, 3c) and no change of scene; there are {SceneChange.Names}.");
            }
            else
            {
                start = start is null ? StoryTime.Parse(part) : throw new StoryException(
                    "a scene has one start; a duration is written with a plus sign.");
            }
        }
        return new Scene(line[(close + 1)..].Trim(), start, duration, change ?? SceneChange.Method);
    }
}
