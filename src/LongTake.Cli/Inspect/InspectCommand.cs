using System.CommandLine;
using LongTake.Models.Checkpoints;
using LongTake.Tensors.Files;
using static System.FormattableString;

namespace LongTake.Cli.Inspect;

/// <summary>"longtake inspect": what a model folder or a checkpoint is, before anything is loaded.</summary>
internal static class InspectCommand
{
    private const string Description = "Say what a model folder or checkpoint is, whether it can be used, and what memory it takes.";

    private const string Examples =
        """
        longtake inspect models/shapes
        longtake inspect self_forcing_dmd.pt
        longtake inspect diffusion_pytorch_model.safetensors --tensors

        Only tables of contents are read, so it is quick for files of any size. The exit code is 1 if something cannot be used.
        """;

    public static Command Create(CliEnvironment environment)
    {
        Argument<string> path = new("PATH") { Description = "Folder or file." };
        Option<bool> tensors = new("--tensors") { Description = "List all tensors of a checkpoint with type and shape." };
        Command command = new("inspect", Description) { path, tensors };
        command.SetAction(parsed =>
        {
            ModelReport report = ModelInspector.Inspect(parsed.GetValue(path)!);
            environment.Out.WriteLine(report.ToText());
            if (parsed.GetValue(tensors))
            {
                ListTensors(parsed.GetValue(path)!, environment.Out);
            }
            return report.IsUsable ? LongTakeApplication.Done : LongTakeApplication.Failed;
        });
        return HelpWithExamples.Give(command, Examples);
    }

    private static void ListTensors(string path, TextWriter output)
    {
        using ITensorSource source = CheckpointFile.Open(path);
        foreach (TensorInfo tensor in source.Tensors)
        {
            output.WriteLine(Invariant($"  {tensor.Name}  {tensor.DType}  {tensor.Shape}"));
        }
    }
}
