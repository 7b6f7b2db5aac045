using System.Text.Json;
using System.Text.Json.Serialization;
using LongTake.Tensors.Files;

namespace LongTake.Cli.Generate;

/// <summary>What makes a run that run: everything that decides its bytes but the length. In the journal, compared on resume.</summary>
internal sealed record RunIdentity
{
    private const string CurrentFormat = "longtake-journal-1";

    public string Format { get; init; } = CurrentFormat;

    /// <summary>Scenes in order, "start: prompt".</summary>
    public required string[] Story { get; init; }

    public required string NegativePrompt { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Fingerprint of configuration and weights.</summary>
    public required string Model { get; init; }

    /// <summary>Folder the model was read from, for messages.</summary>
    public required string ModelFolder { get; init; }

    public required string Preset { get; init; }

    public required string Settings { get; init; }

    public required string Sampler { get; init; }

    /// <summary>Width, height, frame rate and scale of the output.</summary>
    public required string Video { get; init; }

    public required string CacheType { get; init; }

    /// <summary>Reads the identity of the run that a journal belongs to.</summary>
    /// <exception cref="CheckpointException">The file is no journal.</exception>
    public static RunIdentity Load(string path)
    {
        try
        {
            RunIdentity? identity = JsonSerializer.Deserialize(File.ReadAllText(path), RunIdentityJson.Default.RunIdentity);
            if (identity?.Format == CurrentFormat)
            {
                return identity;
            }
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"{path} is no journal of a run; start again without --resume.", e);
        }
        throw new CheckpointException($"{path} is no journal of this version; start again without --resume.");
    }

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, RunIdentityJson.Default.RunIdentity) + "\n");

    /// <summary>What differs between the run of a journal (this) and the run that is asked for, one phrase each.</summary>
    public IEnumerable<string> Differences(RunIdentity asked)
    {
        if (Seed != asked.Seed)
        {
            yield return $"seed {Seed}, not {asked.Seed}";
        }
        if (Model != asked.Model)
        {
            yield return ModelFolder == asked.ModelFolder
                ? $"other weights in {ModelFolder}"
                : $"model {ModelFolder}, not {asked.ModelFolder}";
        }
        for (int i = 0; i < Story.Length; i++)
        {
            string scene = i < asked.Story.Length ? asked.Story[i] : "no such scene";
            if (scene != Story[i])
            {
                yield return $"prompt \"{Story[i]}\", not \"{scene}\"";
                break;
            }
        }
        foreach ((string name, string mine, string theirs) in new[]
        {
            ("negative prompt", NegativePrompt, asked.NegativePrompt),
            ("preset", Preset, asked.Preset),
            ("settings", Settings, asked.Settings),
            ("sampler", Sampler, asked.Sampler),
            ("video", Video, asked.Video),
            ("cache type", CacheType, asked.CacheType),
        })
        {
            if (mine != theirs)
            {
                yield return $"{name} {mine}, not {theirs}";
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(RunIdentity))]
internal sealed partial class RunIdentityJson : JsonSerializerContext;
