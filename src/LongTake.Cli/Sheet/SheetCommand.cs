using System.CommandLine;
using LongTake.Alignment.Causal;
using LongTake.Cli.Generate;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Cli.Sheet;

/// <summary>"longtake sheet": one picture of what a Shapes model makes of prompts it was never trained on.</summary>
internal static class SheetCommand
{
    private const string Description = "Draw a contact sheet: held-out prompts of the Shapes world as a causal model shows them.";

    private const string Examples =
        """
        longtake sheet --output samples.png
        longtake sheet --model runs/model --prompts 8 --chunks 27 --output long.png
        """;

    public static Command Create(CliEnvironment environment)
    {
        Option<string?> model = new("--model") { Description = "Model folder. Default: the Shapes model.", HelpName = "DIR" };
        Option<int> prompts = Number("--prompts", "Prompts, 1 to 32: items 96 and up of the suite 'single'.", 16);
        Option<int> chunks = Number("--chunks", "Chunks of each video; 5 are 57 frames.", 5);
        Option<string> preset = new("--preset")
        {
            Description = "What is remembered of the past; see generate --list-presets.",
            HelpName = "NAME",
            DefaultValueFactory = _ => GenerateRequest.DefaultPreset,
        };
        Option<ulong> seed = new("--seed") { Description = "Seed of the noise.", HelpName = "N" };
        Option<string> output = new("--output", "-o") { Description = "PNG file to write.", HelpName = "FILE", Required = true };
        Command command = new("sheet", Description) { model, prompts, chunks, preset, seed, output };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(prompts) is < 1 or > 32)
            {
                throw new UsageException($"--prompts is {parsed.GetValue(prompts)}; it must be 1 to 32.");
            }
            if (parsed.GetValue(chunks) < 1)
            {
                throw new UsageException($"--chunks is {parsed.GetValue(chunks)}; it must be at least 1.");
            }
            using CpuBackend backend = new();
            ModelSheet.Write(
                new Compute(backend),
                ModelLocation.Find(parsed.GetValue(model)),
                parsed.GetValue(prompts),
                parsed.GetValue(chunks),
                parsed.GetValue(preset)!,
                parsed.GetValue(seed),
                parsed.GetValue(output)!);
            return LongTakeApplication.Done;
        });
        return HelpWithExamples.Give(command, Examples);
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
}
