using System.CommandLine;
using LongTake.Cli.Generate;
using LongTake.Evaluation.Comparisons;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Methods;

namespace LongTake.Cli.Compare;

/// <summary>"longtake compare": methods on the same prompts, seeds and lengths, measured, with controls and a report.</summary>
internal static class CompareCommand
{
    private const string Description = "Compare methods on the same prompts, seeds and lengths: results.jsonl and report.html.";

    private const string Examples =
        """
        longtake compare --items 16
        longtake compare --methods longlive-infinity,longlive-infinity:window=9+sink=3 --suite story --lengths 6x,12x --output windows
        longtake compare --methods fifo,miga --lengths 2x,6x --output clips
        longtake compare --model ~/models/LongLive --suite prompts.txt --lengths 1x,6x --metric-weights ~/metrics --output real
        """;

    public static Command Create(CliEnvironment environment)
    {
        ComparisonOptions defaults = new();
        Option<string> methods = Text(
            "--methods",
            $"Presets, with settings after a colon: {string.Join(", ", MethodPresets.All.Select(p => p.Name))}; "
                + $"for bidirectional models {string.Join(", ", ClipPresets.All.Select(p => p.Name))}.",
            "LIST",
            string.Join(",", defaults.Methods.Select(m => m.Label)));
        Option<string> suite = Text(
            "--suite", $"Suite of the Shapes world ({string.Join(", ", ShapesSuites.Names)}), or a file of prompts.", "NAME|FILE", defaults.Suite);
        Option<string> captions = CaptionForms.Option(
            "Form of a suite's captions: full; pronoun, later scenes say \"it\"; joint, one prompt for the whole video, its scenes joined by \"then\".");
        Option<string> lengths = Text(
            "--lengths", "Lengths as multiples of the training length.", "LIST", string.Join(",", defaults.Lengths.Select(n => $"{n}x")));
        Option<int> seeds = Number("--seeds", "Videos an item.", defaults.Seeds);
        Option<ulong> seed = new("--seed") { Description = "The first seed.", HelpName = "N" };
        Option<int?> items = new("--items") { Description = "So many items, spread over the suite. Default: all.", HelpName = "N" };
        Option<string?> model = new("--model") { Description = "Model folder. Default: the Shapes model.", HelpName = "DIR" };
        Option<string?> reference = new("--reference")
        {
            Description = "Preset that makes the short clips of the control rows. Default: full; where all methods are for bidirectional models, plain sampling.",
            HelpName = "NAME",
        };
        Option<string?> baseline = new("--baseline") { Description = "Method that the others are compared with. Default: the first.", HelpName = "NAME" };
        Option<bool> noControls = new("--no-controls") { Description = "Leave the control rows out (ground truth, frozen, loop, restart ...)." };
        Option<int> keep = Number("--keep", "Items whose videos are kept and shown in the report.", defaults.KeptItems);
        Option<string?> weights = new("--metric-weights")
        {
            Description = "Folder with the networks of learned metrics (see docs/evaluation.md). Default: such metrics are left out.",
            HelpName = "DIR",
        };
        Option<string?> period = RepeatPeriod.Option(
            "After how long the model might repeat itself, for norepeat: frames (204f), seconds (8.5s), or a temporal pair of the model (pair5). "
                + "Default: norepeat is left out.");
        Option<string> output = new("--output", "-o")
        {
            Description = "Folder for results, videos and report; goes on with what is in it.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "comparison",
        };
        Option<int> threads = Number("--threads", "Threads to compute with; 0 for all cores.", 0);
        Option<string?> memory = new("--memory-limit") { Description = "Memory a video may use, like 8GB. Default: what there is.", HelpName = "SIZE" };
        Command command = new("compare", Description)
        {
            methods, suite, captions, lengths, seeds, seed, items, model, reference, baseline, noControls, keep, weights, period, output, threads, memory,
        };
        command.SetAction(parsed =>
        {
            MethodChoice[] choices = [.. ListOption.Of(parsed.GetValue(methods)!).Select(MethodChoice.Parse)];
            ComparisonOptions options = new()
            {
                Methods = choices,
                Reference = parsed.GetValue(reference) is string name ? MethodChoice.Parse(name) : ComparisonOptions.ReferenceFor(choices),
                Suite = parsed.GetValue(suite)!,
                Form = CaptionForms.Of(parsed.GetValue(captions)!),
                Lengths = ListOption.Lengths(parsed.GetValue(lengths)!),
                Seeds = parsed.GetValue(seeds),
                FirstSeed = parsed.GetValue(seed),
                Items = parsed.GetValue(items),
                Controls = !parsed.GetValue(noControls),
                KeptItems = parsed.GetValue(keep),
            };
            return new Comparison(environment, options)
            {
                Model = ModelLocation.Find(parsed.GetValue(model)),
                Baseline = parsed.GetValue(baseline),
                MetricWeights = parsed.GetValue(weights),
                Period = RepeatPeriod.Parse(parsed.GetValue(period)),
                Output = parsed.GetValue(output)!,
                Threads = parsed.GetValue(threads),
                MemoryLimit = GenerateRequest.BytesOf(parsed.GetValue(memory)),
            }.Run();
        });
        return HelpWithExamples.Give(command, Examples);
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };

    private static Option<string> Text(string name, string description, string help, string value) =>
        new(name) { Description = description, HelpName = help, DefaultValueFactory = _ => value };
}
