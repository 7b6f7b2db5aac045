using System.Text.Json;
using System.Text.Json.Serialization;

namespace LongTake.Evaluation.Shapes;

/// <summary>
/// The ground-truth document of one item: enough to render every frame again and to know every prompt.
/// Source: spec/benchmarks.md section 4.11.
/// </summary>
public sealed record GroundTruth
{
    /// <summary>Version of the world that rendered it; files of another version are refused.</summary>
    public required string World { get; init; }

    /// <summary>Name of the suite.</summary>
    public required string Suite { get; init; }

    /// <summary>Number of the item.</summary>
    public required int Index { get; init; }

    /// <summary>Frames per second.</summary>
    public required int Fps { get; init; }

    /// <summary>Width and height in pixels, a multiple of 64.</summary>
    public required int Size { get; init; }

    /// <summary>Highest level of the scenes: 0 ID, 1 CG-1, 2 CG-2.</summary>
    public required int Level { get; init; }

    /// <summary>Start position (x, y) in pixels at scale 1.</summary>
    public required double[] Start { get; init; }

    /// <summary>The scenes.</summary>
    public required GroundTruthSegment[] Segments { get; init; }

    /// <summary>The document of an item at a length.</summary>
    public static GroundTruth Of(SuiteItem item, VideoProfile profile, int units, int scale = 1)
    {
        Story story = item.ToStory(profile, units);
        IReadOnlyList<string> full = item.FullCaptions;
        IReadOnlyList<string> pronoun = item.PronounCaptions;
        GroundTruthSegment[] segments = new GroundTruthSegment[story.Scenes.Count];
        IReadOnlyList<string> joint = item.JointCaptions;
        for (int i = 0; i < segments.Length; i++)
        {
            StoryScene scene = story.Scenes[i];
            segments[i] = new GroundTruthSegment
            {
                Start = scene.StartFrame,
                Frames = scene.FrameCount,
                State = scene.State.ToArray(),
                Phase = scene.Phase,
                Full = full[i],
                Pronoun = pronoun[i],
                Joint = joint[i],
            };
        }
        return new GroundTruth
        {
            World = ShapesWorld.Version,
            Suite = item.Suite,
            Index = item.Index,
            Fps = profile.FramesPerSecond,
            Size = ShapesWorld.Size * scale,
            Level = (int)item.Level,
            Start = [item.StartX, item.StartY],
            Segments = segments,
        };
    }

    /// <summary>The story, from which every frame can be rendered at scale <see cref="Size"/> / 64.</summary>
    public Story ToStory() => new(
        Fps, Start[0], Start[1],
        [.. Segments.Select(s => new StoryScene(SceneState.FromArray(s.State), s.Phase, s.Start, s.Frames))]);

    /// <summary>Writes the document as JSON.</summary>
    public void Save(string path) => File.WriteAllText(path, ToJson());

    /// <summary>The document as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GroundTruthJson.Default.GroundTruth) + "\n";

    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">The file is no ground-truth document, or of another version of the world.</exception>
    public static GroundTruth Load(string path)
    {
        GroundTruth? document;
        try
        {
            document = JsonSerializer.Deserialize(File.ReadAllText(path), GroundTruthJson.Default.GroundTruth);
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path} is not a ground-truth document of the Shapes world: {e.Message}", e);
        }
        if (document is null || document.World != ShapesWorld.Version)
        {
            throw new FormatException(
                $"{path} is of world \"{document?.World}\"; this program renders \"{ShapesWorld.Version}\". Write the suite again.");
        }
        if (document.Size < ShapesWorld.Size || document.Size % ShapesWorld.Size != 0 || document.Start.Length != 2)
        {
            throw new FormatException($"{path}: \"size\" must be a multiple of {ShapesWorld.Size} and \"start\" two numbers.");
        }
        return document;
    }
}

/// <summary>One scene of a ground-truth document.</summary>
public sealed record GroundTruthSegment
{
    /// <summary>First frame.</summary>
    public required int Start { get; init; }

    /// <summary>Number of frames.</summary>
    public required int Frames { get; init; }

    /// <summary>The eight integers of <see cref="SceneState"/>.</summary>
    public required int[] State { get; init; }

    /// <summary>Phase of the motion in radians.</summary>
    public required double Phase { get; init; }

    /// <summary>Caption that says everything.</summary>
    public required string Full { get; init; }

    /// <summary>Caption that refers to the subject as "it" (in full for the first scene).</summary>
    public required string Pronoun { get; init; }

    /// <summary>One prompt for all scenes up to this one.</summary>
    public required string Joint { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(GroundTruth))]
internal sealed partial class GroundTruthJson : JsonSerializerContext;
