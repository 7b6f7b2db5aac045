using System.Text.Json.Serialization;
using LongTake.Evaluation.Metrics;

namespace LongTake.Evaluation.Reports;

/// <summary>One video of an evaluation: how it was made, what was measured, what it cost. A line of results.jsonl.</summary>
public sealed record VideoResult
{
    /// <summary>Name of the method, or of a control (<see cref="ControlRows"/>).</summary>
    public required string Method { get; init; }

    /// <summary>Name of the suite.</summary>
    public required string Suite { get; init; }

    /// <summary>Id of the item in the suite.</summary>
    public required string Item { get; init; }

    /// <summary>Length as a multiple of the training length.</summary>
    public required double Length { get; init; }

    /// <summary>Seed of the noise.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Group of the item, such as ID, CG-1, CG-2; null for none.</summary>
    public string? Level { get; init; }

    /// <summary>The prompts and the frames from which they hold.</summary>
    public IReadOnlyList<PromptSegment> Prompts { get; init; } = [];

    /// <summary>Frames T.</summary>
    public int Frames { get; init; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; init; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; init; }

    /// <summary>Frames a second.</summary>
    public double FramesPerSecond { get; init; }

    /// <summary>The model, as its folder or file is called; null for controls that need none.</summary>
    public string? Model { get; init; }

    /// <summary>Digest of the model's weights, so that two results of one name are told apart.</summary>
    public string? ModelFingerprint { get; init; }

    /// <summary>Everything else that the video depends on (preset, window, sampler, steps, guidance), by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Version of the program.</summary>
    public string? Version { get; init; }

    /// <summary>What was measured, by the names of <see cref="MetricColumn"/>; a figure that the video does not have is absent.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();

    /// <summary>The metrics that could not be had, and why.</summary>
    public IReadOnlyDictionary<string, string> Missing { get; init; } = new Dictionary<string, string>();

    /// <summary>Scores over time, by name.</summary>
    public IReadOnlyDictionary<string, ResultCurve> Curves { get; init; } = new Dictionary<string, ResultCurve>();

    /// <summary>Frames at which something happened (<c>jumps</c>), by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Events { get; init; } = new Dictionary<string, IReadOnlyList<int>>();

    /// <summary>What it took; null for controls that are not generated.</summary>
    public ResultCost? Cost { get; init; }

    /// <summary>The video, relative to the results' folder; null when it was not kept.</summary>
    public string? Video { get; init; }

    /// <summary>A picture of its frames (.png), relative to the results' folder; null to have one made from the video.</summary>
    public string? Strip { get; init; }

    /// <summary>Seconds of video; 0 when frames or rate are not known.</summary>
    [JsonIgnore]
    public double Seconds => FramesPerSecond > 0 ? Frames / FramesPerSecond : 0;

    /// <summary>What makes it this video and no other: two lines of a file must not have the same.</summary>
    [JsonIgnore]
    public (string Method, string Suite, string Item, double Length, ulong Seed) Key => (Method, Suite, Item, Length, Seed);
}

/// <summary>A score over time as results store it.</summary>
/// <param name="SecondsPerPoint">Seconds between points; point i is the mean from i·SecondsPerPoint on.</param>
/// <param name="Values">The points; null where there is nothing to measure.</param>
public sealed record ResultCurve(double SecondsPerPoint, IReadOnlyList<double?> Values)
{
    /// <summary>A metric's curve.</summary>
    /// <param name="curve">The curve; what is not finite becomes null.</param>
    public static ResultCurve Of(MetricCurve curve) => new(curve.SecondsPerPoint, [.. curve.Values.Select(v => double.IsFinite(v) ? v : (double?)null)]);
}

/// <summary>What a video took to make.</summary>
/// <param name="SecondsPerChunk">Mean wall-clock seconds a chunk, decoding included.</param>
/// <param name="SecondsToFirstFrame">Wall-clock seconds from encoded prompts to the first frames.</param>
/// <param name="PeakMemoryBytes">Most memory in use.</param>
/// <param name="AttendedTokensPerChunk">Mean number of tokens that a chunk's queries attend to.</param>
/// <param name="NetworkCallsPerLatent">Network calls, whatever their batch, over the latent frames of the video.</param>
/// <param name="Judgments">Judgments of a method that judges what it makes (MIGA's self-reflection); null for others.</param>
/// <param name="Searches">Judgments after which it searched for something better.</param>
/// <param name="Replacements">Searches that found something.</param>
public sealed record ResultCost(
    double? SecondsPerChunk = null,
    double? SecondsToFirstFrame = null,
    long? PeakMemoryBytes = null,
    double? AttendedTokensPerChunk = null,
    double? NetworkCallsPerLatent = null,
    long? Judgments = null,
    long? Searches = null,
    long? Replacements = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(VideoResult))]
internal sealed partial class VideoResultJson : JsonSerializerContext;
