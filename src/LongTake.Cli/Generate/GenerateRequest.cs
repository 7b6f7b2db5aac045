using System.Globalization;
using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Generation.Video;
using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using static System.FormattableString;

namespace LongTake.Cli.Generate;

/// <summary>What the user asks for, checked as far as it can be without the model.</summary>
internal sealed record GenerateRequest
{
    /// <summary>Preset of runs that name none: bounded memory, any length.</summary>
    public const string DefaultPreset = "longlive-infinity";

    private const double DefaultSeconds = 20;

    public static string DefaultOutput => "longtake" + VideoOutput.DefaultExtension;

    public required Story Story { get; init; }

    public string? Model { get; init; }

    public string? Weights { get; init; }

    public string? Lora { get; init; }

    /// <summary>The method for a causal model; null if <see cref="Clips"/> is set.</summary>
    public StreamingMethod? Method { get; init; }

    /// <summary>The method for a bidirectional model; null if <see cref="Method"/> is set.</summary>
    public ClipMethod? Clips { get; init; }

    /// <summary>The transformer of the model folder that the method is for.</summary>
    public TransformerKind Kind => Clips is null ? TransformerKind.Causal : TransformerKind.Bidirectional;

    /// <summary>Name of the method.</summary>
    public string MethodName => Clips?.Name ?? Method!.Name;

    public ulong Seed { get; init; }

    public (int Width, int Height)? Size { get; init; }

    public string? Sampler { get; init; }

    public int? Steps { get; init; }

    public double? Shift { get; init; }

    public double? Guidance { get; init; }

    public string NegativePrompt { get; init; } = "";

    public required string Output { get; init; }

    public bool Overwrite { get; init; }

    public int? Scale { get; init; }

    public string? Ffmpeg { get; init; }

    public bool Resume { get; init; }

    public TimeSpan SaveEvery { get; init; }

    /// <summary>Threads to compute with; 0 for all cores.</summary>
    public int Threads { get; init; }

    public DType CacheType { get; init; }

    /// <summary>File for every judgment; null for none.</summary>
    public string? Judgments { get; init; }

    public long? MemoryLimit { get; init; }

    /// <summary>Prompt or story file, with the length that was asked for.</summary>
    /// <exception cref="UsageException">Both or neither was given, the prompt is empty, or the length is none.</exception>
    public static Story StoryOf(string? prompt, string? file, double? seconds, int? chunks, bool endless)
    {
        StoryTime? length = LengthOf(seconds, chunks, endless);
        if (prompt is not null && file is not null)
        {
            throw new UsageException("Give a prompt or a --story, not both.");
        }
        if (file is not null)
        {
            Story story = StoryReader.Load(file);
            return length is null && !endless ? story : story.WithLength(length);
        }
        if (prompt is null)
        {
            throw new UsageException("There is no prompt: write what is to be seen in quotes, or give a file with --story.");
        }
        if (string.IsNullOrWhiteSpace(prompt))
        {
            throw new UsageException("The prompt is empty; write what is to be seen.");
        }
        return Story.FromPrompt(prompt.Trim(), length ?? (endless ? null : StoryTime.Seconds(DefaultSeconds)));
    }

    /// <summary>The same with the method of a preset, of either kind.</summary>
    /// <exception cref="ArgumentException">There is no such preset or setting, or values conflict.</exception>
    public GenerateRequest With(string preset, IReadOnlyDictionary<string, string> settings) => ClipPresets.Contains(preset)
        ? this with { Clips = ClipPresets.Create(preset, settings), Method = null }
        : this with { Method = MethodPresets.Create(preset, settings), Clips = null };

    /// <summary>Refuses options that have no meaning for the method.</summary>
    /// <exception cref="UsageException">There is one; the message names it and the remedy.</exception>
    public void CheckMethod()
    {
        if (Judgments is not null && Clips is not { Judges: true })
        {
            throw new UsageException($"--judgments does not go with {MethodName}, which does not judge what it makes; leave it out, or use the preset miga with reflect=on.");
        }
        if (Clips is null)
        {
            return;
        }
        if (CacheType != DType.F32)
        {
            throw new UsageException($"--cache-type does not go with the preset {Clips.Name}, which is for bidirectional models and has no cache; leave it out.");
        }
        if (Steps is not null && Clips.Steps is not null)
        {
            throw new UsageException(
                $"--steps does not go with the preset {Clips.Name}, which brings its own steps; change them with --set ("
                + $"{string.Join(", ", Clips.Settings.Select(s => $"{s.Key}={s.Value}"))}).");
        }
    }

    /// <summary>"name=value" pairs.</summary>
    public static Dictionary<string, string> SettingsOf(IEnumerable<string> pairs)
    {
        Dictionary<string, string> settings = [];
        foreach (string pair in pairs)
        {
            int at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || at == pair.Length - 1)
            {
                throw new UsageException($"--set {pair} is no setting; write --set name=value.");
            }
            settings[pair[..at].Trim()] = pair[(at + 1)..].Trim();
        }
        return settings;
    }

    /// <summary>"832x480".</summary>
    public static (int Width, int Height)? SizeOf(string? text)
    {
        if (text is null)
        {
            return null;
        }
        string[] parts = text.Split('x', 'X');
        return parts.Length == 2 && Number(parts[0]) is int width && Number(parts[1]) is int height
            ? (width, height)
            : throw new UsageException($"--size {text} is no size; write it like --size 832x480.");

        static int? Number(string part) =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 0 ? n : null;
    }

    /// <summary>"8GB", "512MB" or a number of bytes.</summary>
    public static long? BytesOf(string? text)
    {
        if (text is null)
        {
            return null;
        }
        string t = text.Trim().ToUpperInvariant();
        (string digits, double unit) = t.EndsWith("GB", StringComparison.Ordinal) ? (t[..^2], 1e9)
            : t.EndsWith("MB", StringComparison.Ordinal) ? (t[..^2], 1e6)
            : (t, 1.0);
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double n) && n > 0
            ? (long)(n * unit)
            : throw new UsageException($"--memory-limit {text} is no size; write it like 8GB or 512MB.");
    }

    public static TimeSpan IntervalOf(double seconds) => seconds is >= 0 and <= 1e6
        ? TimeSpan.FromSeconds(seconds)
        : throw new UsageException("--save-every must be 0 (after every chunk) or more seconds.");

    public static DType CacheTypeOf(string text) => text.ToLowerInvariant() switch
    {
        "f32" => DType.F32,
        "bf16" => DType.BF16,
        _ => throw new UsageException($"--cache-type {text} is unknown; it is f32 or bf16."),
    };

    private static StoryTime? LengthOf(double? seconds, int? chunks, bool endless)
    {
        if ((seconds is null ? 0 : 1) + (chunks is null ? 0 : 1) + (endless ? 1 : 0) > 1)
        {
            throw new UsageException("Give one of --seconds, --chunks and --endless.");
        }
        if (seconds is double s)
        {
            return s > 0 && double.IsFinite(s)
                ? StoryTime.Seconds(s)
                : throw new UsageException(Invariant($"--seconds is {s}; it must be more than 0 (--endless for no end)."));
        }
        if (chunks is int c)
        {
            return c > 0
                ? StoryTime.Chunks(c)
                : throw new UsageException(Invariant($"--chunks is {c}; it must be at least 1 (--endless for no end)."));
        }
        return null;
    }
}
