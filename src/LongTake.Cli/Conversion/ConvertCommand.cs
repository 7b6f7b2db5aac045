using System.CommandLine;
using System.Globalization;
using LongTake.Models.Checkpoints.Conversion;
using static System.FormattableString;

namespace LongTake.Cli.Conversion;

/// <summary>"longtake convert": stores a model in another element type.</summary>
internal static class ConvertCommand
{
    private const string Description = "Store a model folder or a checkpoint in another format, such as float8 with scales or 4 bits.";

    private const string Examples =
        """
        longtake convert models/shapes shapes-float8
        longtake convert Wan2.1-T2V-1.3B wan-float8 --parts transformer,text_encoder
        longtake convert self_forcing_dmd.pt self_forcing_float8.safetensors
        longtake convert wan_fp8_scaled.safetensors wan_bf16.safetensors --dtype bfloat16
        longtake convert Wan2.1-T2V-14B wan-nf4 --dtype nf4
        longtake convert my-model my-model-small --base transformer --rank 24
        longtake convert runs/one averaged --average runs/two,runs/three --shares 0.5,0.25,0.25 --dtype bfloat16

        Matrices change; biases, norms and modulation tables stay as they were. Float8 halves a bfloat16 model at the cost of precision, and
        nf4 (the blocks' matrices in 4 bits) halves it again; the signal-to-noise ratio that is printed says how much is lost. With --base a
        transformer that was trained with low_rank is stored by what it differs from another one in the folder. With --average the weights of
        several trainings of one network become their mean, which is often better than each.
        """;

    public static Command Create(CliEnvironment environment)
    {
        Argument<string> source = new("SOURCE") { Description = "Model folder, or checkpoint of a transformer or text encoder." };
        Argument<string> target = new("TARGET") { Description = "Folder to make, or .safetensors file for a checkpoint." };
        Option<string> type = new("--dtype")
        {
            Description = $"{string.Join(", ", WeightFormats.Names)}.",
            HelpName = "TYPE",
            DefaultValueFactory = _ => "float8",
        };
        Option<string?> parts = new("--parts")
        {
            Description = $"Parts of the folder to convert, separated by commas: {string.Join(", ", ConversionOptions.AllParts)}. " +
                "Default: transformer and causal_transformer.",
            HelpName = "LIST",
        };
        Option<string?> origin = new("--base")
        {
            Description = "Store the parts as adapters of this transformer of the folder, with --rank; it stays as it is.",
            HelpName = "PART",
        };
        Option<int> rank = new("--rank") { Description = "Rank of the adapters.", HelpName = "N" };
        Option<string?> average = new("--average")
        {
            Description = "Average the parts with those of these model folders, separated by commas.",
            HelpName = "LIST",
        };
        Option<string?> shares = new("--shares")
        {
            Description = "What the source and each of --average count, separated by commas, 1 in all. Default: the same.",
            HelpName = "LIST",
        };
        Option<bool> force = new("--force") { Description = "Replace a target that exists." };
        Command command = new("convert", Description) { source, target, type, parts, origin, rank, average, shares, force };
        command.SetAction(parsed =>
        {
            ProgressBarDisplay display = new(environment, keep: false);
            ConversionOptions options = new()
            {
                Format = FormatOf(parsed.GetValue(type)!),
                Parts = parsed.GetValue(parts)?.Split(',', StringSplitOptions.TrimEntries),
                Base = parsed.GetValue(origin),
                Rank = parsed.GetValue(rank),
                Average = parsed.GetValue(average)?.Split(',', StringSplitOptions.TrimEntries) ?? [],
                Shares = parsed.GetValue(shares) is string list ? SharesOf(list) : null,
                Overwrite = parsed.GetValue(force),
                Progress = p => display.Report(Invariant($"{p.Part}: {Sizes.Bytes(p.Done)} of {Sizes.Bytes(p.Total)}"), p.Done, p.Total),
            };
            string from = parsed.GetValue(source)!, to = parsed.GetValue(target)!;
            try
            {
                Write(environment.Out, to, display.Show("converting", () => CheckpointConverter.Convert(from, to, options, environment.StopRequested)));
                return LongTakeApplication.Done;
            }
            catch (OperationCanceledException)
            {
                environment.Note("stopped; nothing was written");
                return LongTakeApplication.Stopped;
            }
        });
        return HelpWithExamples.Give(command, Examples);
    }

    private static WeightFormat FormatOf(string name) =>
        WeightFormats.Of(name) ?? throw new UsageException($"--dtype is '{name}'; it must be one of {string.Join(", ", WeightFormats.Names)}.");

    private static double[] SharesOf(string list)
    {
        string[] words = list.Split(',', StringSplitOptions.TrimEntries);
        double[] shares = new double[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out shares[i]))
            {
                throw new UsageException($"--shares is '{list}'; it must be numbers separated by commas.");
            }
        }
        return shares;
    }

    private static void Write(TextWriter output, string target, ConversionReport report)
    {
        foreach (ConvertedPart part in report.Parts)
        {
            string loss = double.IsFinite(part.SignalToNoise) ? Invariant($"signal to noise {part.SignalToNoise:0.0} dB") : "nothing lost";
            output.WriteLine(Invariant(
                $"{part.Name}: {part.Converted} of {part.Tensors} tensors converted, {Sizes.Bytes(part.BytesBefore)} -> {Sizes.Bytes(part.BytesAfter)}, {loss}"));
        }
        output.WriteLine(Invariant($"{target}: {Sizes.Bytes(report.BytesBefore)} -> {Sizes.Bytes(report.BytesAfter)}"));
    }
}
