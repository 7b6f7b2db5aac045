using System.Diagnostics;
using System.Globalization;
using LongTake.Tensors.Files;

namespace LongTake.Cli.Tests.Align;

public sealed class KilledTrainingTests : CliFixture
{
    private const int Steps = 6;

    /// <summary>Killed as by a power cut (SIGKILL, nothing of the process runs afterwards), not stopped.</summary>
    [Theory]
    [InlineData("kvpo")]
    [InlineData("inflvg")]
    public void A_killed_process_resumes_to_the_same_weights_byte_for_byte(string method)
    {
        File.WriteAllText(At("recipe.yaml"), Recipe(method));
        Train("whole");
        string checkpoint = At("killed/checkpoint.safetensors");
        using (Process process = Start("align", method, "--recipe", At("recipe.yaml"), "--output", At("killed")))
        {
            while (!process.HasExited && !File.Exists(checkpoint))
            {
                Thread.Sleep(5);
            }
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        using (SafetensorsFile state = SafetensorsFile.Open(checkpoint))
        {
            Assert.InRange(int.Parse(state.Metadata["step"], CultureInfo.InvariantCulture), 1, Steps - 1);
        }
        Train("killed", "--resume");

        string[] results = [.. Results("whole")];
        Assert.Equal(results, Results("killed"));
        Assert.Contains(results, r => r.EndsWith("safetensors", StringComparison.Ordinal));
        Assert.All(results, r => Assert.Equal(File.ReadAllBytes(At(Path.Combine("whole", r))), File.ReadAllBytes(At(Path.Combine("killed", r)))));

        // Weights did move: a step from which nothing is learned has no loss.
        Assert.Contains("\"loss\":", File.ReadAllText(At("whole/metrics.jsonl")), StringComparison.Ordinal);

        void Train(string output, params string[] rest)
        {
            CliResult result = Run(["align", method, "--recipe", At("recipe.yaml"), "--output", At(output), .. rest]);
            Assert.True(result.ExitCode == 0, result.Error);
        }

        // All but the checkpoint, which has the time spent in it.
        IEnumerable<string> Results(string output) => Directory.EnumerateFiles(At(output), "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(At(output), f)).Where(f => Path.GetFileName(f) != "checkpoint.safetensors").Order(StringComparer.Ordinal);
    }

    /// <summary>A checkpoint after every step.</summary>
    private string Recipe(string method)
    {
        string common = $"rewards: {{fidelity: 1}}\nsteps: {Steps}\ncheckpoint_minutes: 0.000001\n";
        if (method == "inflvg")
        {
            TinyTeacher.Write(At("model"));
            return common + $"model: {At("model")}\nscenes: 2\nscene_frames: 6\nrollout_frames: 3\nhistory_frames: 3\nkeep: 2\nrecent: 1\n"
                + "sampling_steps: 1\ngroup_size: 3\nevaluation_scripts: 1\n";
        }
        return common + TinyFewStep.Recipe.Replace("\nsteps: 1\n", "\n", StringComparison.Ordinal) + TinyFewStep.Kvpo
            + $"model: {TinyFewStep.Write(At("model"))}\n";
    }
}
