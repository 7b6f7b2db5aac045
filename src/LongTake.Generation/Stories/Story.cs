using LongTake.Generation.PromptChanges;

namespace LongTake.Generation.Stories;

/// <summary>A story that cannot be told as written. The message is one line that names the scene and the remedy.</summary>
/// <param name="message">One line for the user.</param>
/// <param name="inner">The cause, if another exception reported it.</param>
public sealed class StoryException(string message, Exception? inner = null) : FormatException(message, inner);

/// <summary>A part of a story under one prompt.</summary>
/// <param name="Prompt">What is to be seen; repeat subject and setting in every scene.</param>
/// <param name="Start">When it starts; null where it follows a scene of known duration.</param>
/// <param name="Duration">How long it is; null if it lasts until the next scene starts or the story ends.</param>
/// <param name="Change">How it takes over from the scene before. Default: as the method does.</param>
public sealed record Scene(string Prompt, StoryTime? Start = null, StoryTime? Duration = null, SceneChange Change = default)
{
    /// <summary>Whether it starts with a hard cut rather than going on from the scene before.</summary>
    public bool Cut => Change.Kind == SceneChangeKind.Cut;
}

/// <summary>Prompts over time. Without a length, and if the last scene has no duration, the story goes on until it is stopped.</summary>
public sealed class Story
{
    private readonly IReadOnlyList<int> _lines;
    private readonly string? _file;

    /// <summary>Makes a story.</summary>
    /// <param name="scenes">At least one, in order of time.</param>
    /// <param name="length">Length of the video; null if the last scene's duration says it, or if there is no end.</param>
    /// <exception cref="StoryException">A prompt is empty, a time is out of order or a length is not positive.</exception>
    public Story(IReadOnlyList<Scene> scenes, StoryTime? length = null)
        : this(scenes, length, [], null)
    {
    }

    /// <summary>Makes a story that was read from a text, whose lines messages name.</summary>
    internal Story(IReadOnlyList<Scene> scenes, StoryTime? length, IReadOnlyList<int> lines, string? file = null)
    {
        _lines = lines;
        _file = file;
        if (scenes.Count == 0)
        {
            throw new StoryException("The story has no scene; write at least one prompt.");
        }
        for (int i = 0; i < scenes.Count; i++)
        {
            Check(scenes[i], i + 1);
        }
        if (length is { Value: <= 0 } zero)
        {
            throw new StoryException($"The length of the video is {zero}; it must be more than nothing.");
        }
        Scenes = scenes;
        Length = length;
    }

    /// <summary>The scenes in order.</summary>
    public IReadOnlyList<Scene> Scenes { get; }

    /// <summary>Length of the video, if it was given.</summary>
    public StoryTime? Length { get; }

    /// <summary>A story of one scene.</summary>
    /// <param name="prompt">What is to be seen.</param>
    /// <param name="length">Length of the video; null for no end.</param>
    public static Story FromPrompt(string prompt, StoryTime? length = null) => new([new Scene(prompt)], length);

    /// <summary>The same scenes in a video of another length.</summary>
    /// <param name="length">The length; null if the last scene's duration says it, or if there is no end.</param>
    /// <exception cref="StoryException">It is not positive.</exception>
    public Story WithLength(StoryTime? length) => new(Scenes, length, _lines, _file);

    /// <summary>The same story, known to stand in a file.</summary>
    internal Story In(string file) => new(Scenes, Length, _lines, file);

    /// <summary>What messages about a scene begin with: "story.txt: line 3: "; empty for stories that were not read.</summary>
    internal string Place(int scene) => scene < _lines.Count ? $"{(_file is null ? "" : $"{_file}: ")}line {_lines[scene]}: " : string.Empty;

    private void Check(Scene scene, int number)
    {
        string place = Place(number - 1);
        if (string.IsNullOrWhiteSpace(scene.Prompt))
        {
            throw new StoryException($"{place}Scene {number} has no prompt; say what is to be seen.");
        }
        if (scene.Start is { Value: < 0 } start)
        {
            throw new StoryException($"{place}Scene {number} starts at {start}; times start at 0.");
        }
        if (scene.Duration is { Value: <= 0 } duration)
        {
            throw new StoryException($"{place}Scene {number} lasts {duration}; it must last longer than nothing.");
        }
        if (number == 1 && scene.Change != SceneChange.Method)
        {
            throw new StoryException(
                $"{place}Scene 1 starts with a {scene.Change}, but there is nothing before it; leave '{scene.Change}' out.");
        }
    }
}
