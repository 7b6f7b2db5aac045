using System.CommandLine;
using LongTake.Cli.Generate;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Trials;

namespace LongTake.Cli.Evaluate;

/// <summary>"longtake evaluate model": what a model makes of prompts that it was never trained on, in numbers.</summary>
internal static class EvaluateModelCommand
{
    private const string Description = "Measure a model of the Shapes world on compositions that it was never trained on.";

    private const string Examples =
        """
        longtake evaluate model
        longtake evaluate model runs/model --prompts 16 --seeds 1 --parts causal
        longtake evaluate model models/shapes --parts switch,long --lengths 6,12 --json report.json
        """;

    private static readonly string[] s_parts = ["vae", "bidirectional", "causal", "switch", "long"];

    public static Command Create(CliEnvironment environment)
    {
        TrialOptions defaults = new();
        Argument<string?> folder = new("FOLDER")
        {
            Description = "Model folder. Default: the Shapes model.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int> prompts = Number("--prompts", "Held-out prompts; the first 32 are items 96 and up of the suite 'single'.", defaults.Prompts);
        Option<int> seeds = Number("--seeds", "Videos a prompt.", defaults.Seeds);
        Option<ulong> seed = new("--seed") { Description = "The first seed.", HelpName = "N" };
        Option<bool> seen = new("--seen")
        {
            Description = "Ask about compositions of the training distribution instead, to see how much is remembered rather than composed.",
        };
        Option<string?> world = new("--world")
        {
            Description = $"What part of the world to ask about: {string.Join(", ", WorldProfile.All)}. Default: what the model was trained on.",
            HelpName = "NAME",
        };
        Option<string?> parts = new("--parts")
        {
            Description = $"What to measure: {string.Join(", ", s_parts)}. Default: vae, and bidirectional and causal if the model has them.",
            HelpName = "LIST",
        };
        Option<int> steps = Number("--steps", "Steps of the bidirectional sampler.", defaults.Steps);
        Option<double?> guidance = new("--guidance") { Description = "Guidance of the bidirectional sampler. Default: the model's.", HelpName = "X" };
        Option<int?> latents = new("--latents") { Description = "Latent frames of a clip. Default: the model's trained length.", HelpName = "N" };
        Option<string?> preset = new("--preset")
        {
            Description = "What streaming remembers, for example longlive:window=21. Default: full for clips, longlive-infinity (sink and window) beyond.",
            HelpName = "NAME",
        };
        Option<string> lengths = new("--lengths")
        {
            Description = "Lengths of the part long, as multiples of a clip.",
            HelpName = "LIST",
            DefaultValueFactory = _ => string.Join(",", defaults.Lengths),
        };
        Option<int> batch = Number("--batch", "Videos generated together; speed and memory only.", defaults.Batch);
        Option<int> threads = Number("--threads", "Threads to compute with; 0 for all cores.", 0);
        Option<string?> json = new("--json") { Description = "Write everything to this file, too.", HelpName = "FILE" };
        Command command = new("model", Description)
        {
            folder, prompts, seeds, seed, seen, world, parts, steps, guidance, latents, preset, lengths, batch, threads, json,
        };
        command.SetAction(parsed =>
        {
            TrialOptions options = new()
            {
                Prompts = parsed.GetValue(prompts),
                Seeds = parsed.GetValue(seeds),
                FirstSeed = parsed.GetValue(seed),
                Seen = parsed.GetValue(seen),
                World = parsed.GetValue(world),
                Steps = parsed.GetValue(steps),
                Guidance = parsed.GetValue(guidance),
                Latents = parsed.GetValue(latents),
                Preset = parsed.GetValue(preset),
                Lengths = Numbers(parsed.GetValue(lengths)!),
                Batch = parsed.GetValue(batch),
            };
            Check(options, parsed.GetValue(threads), parsed.GetValue(json));
            string model = ModelLocation.Find(parsed.GetValue(folder));
            string[]? wanted = parsed.GetValue(parts) is string list ? Parts(list) : null;
            return new ModelTrialRun(environment, model, options, wanted, parsed.GetValue(json)).Run(parsed.GetValue(threads));
        });
        return HelpWithExamples.Give(command, Examples);
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static void Check(TrialOptions options, int threads, string? json)
    {
        try
        {
            options.Validate();
        }
        catch (ArgumentException e)
        {
            // Messages begin with the name of the option, but for a preset's, which name it in the sentence.
            throw new UsageException(e.Message.StartsWith("There is", StringComparison.Ordinal) || e.Message.StartsWith("The method", StringComparison.Ordinal) ? Errors.MessageOf(e) : $"--{e.Message}");
        }
        ThreadCount.Checked(threads);
        if (Directory.Exists(json))
        {
            throw new UsageException($"--json names the folder '{json}'; name a file.");
        }
        if (json is not null && Path.GetDirectoryName(Path.GetFullPath(json)) is string parent && !Directory.Exists(parent))
        {
            throw new UsageException($"--json names a file in '{parent}', which does not exist; make the folder first.");
        }
    }

    private static string[] Parts(string list)
    {
        string[] parts = ListOption.Of(list);
        string? unknown = parts.FirstOrDefault(p => !s_parts.Contains(p));
        return unknown is null && parts.Length > 0
            ? parts
            : throw new UsageException($"--parts has '{unknown}'; there are {string.Join(", ", s_parts)}.");
    }

    private static int[] Numbers(string list) =>
        [.. ListOption.Of(list).Select(text =>
            int.TryParse(text, out int number) ? number : throw new UsageException($"--lengths has '{text}'; whole numbers are expected."))];
}
