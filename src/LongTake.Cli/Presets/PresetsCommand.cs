using System.CommandLine;
using LongTake.Cli.Generate;
using LongTake.Generation.Methods;

namespace LongTake.Cli.Presets;

/// <summary>"longtake presets": what the methods are, keep and cost.</summary>
internal static class PresetsCommand
{
    private const string Description = "List the presets: what each keeps of the past, where it comes from, its settings, and what it costs.";

    private const string Examples =
        """
        longtake presets
        longtake presets longlive-infinity
        longtake presets --model ~/models/LongLive
        longtake presets --measure --json

        Without a model, memory is that of Wan 2.1 1.3B. --measure runs the model, a few chunks of each preset beside plain sliding-window.
        """;

    public static Command Create(CliEnvironment environment)
    {
        Argument<string?> name = new("NAME") { Description = "One preset. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> model = new("--model") { Description = "Model folder that costs are given for.", HelpName = "DIR" };
        Option<bool> measure = new("--measure")
        {
            Description = "Measure the time of a chunk on the model (default: the Shapes model), as a ratio to plain sliding-window too.",
        };
        Option<bool> json = new("--json") { Description = "Print JSON." };
        Command command = new("presets", Description) { name, model, measure, json };
        command.SetAction(parsed => new PresetListing(environment)
        {
            Presets = Chosen(parsed.GetValue(name)),
            ClipPresets = ChosenClips(parsed.GetValue(name)),
            Model = parsed.GetValue(measure) ? ModelLocation.Find(parsed.GetValue(model)) : parsed.GetValue(model),
            Measure = parsed.GetValue(measure),
            Json = parsed.GetValue(json),
        }.Run());
        return HelpWithExamples.Give(command, Examples);
    }

    private static IReadOnlyList<MethodPreset> Chosen(string? name)
    {
        if (name is null)
        {
            return MethodPresets.All;
        }

        // A misspelt option is taken for a name.
        if (name.StartsWith('-'))
        {
            throw new UsageException($"There is no option '{name}'. See \"longtake presets --help\".");
        }

        if (ClipPresets.Contains(name))
        {
            return [];
        }

        // Making it refuses a name that there is not.
        string known = MethodPresets.Create(name).Name;
        return [MethodPresets.All.First(p => p.Name == known)];
    }

    private static IReadOnlyList<ClipPreset> ChosenClips(string? name) => name is null
        ? ClipPresets.All
        : [.. ClipPresets.All.Where(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
}
