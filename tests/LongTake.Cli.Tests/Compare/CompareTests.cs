using System.Diagnostics;
using System.Text.Json;
using LongTake.Cli.Generate;
using LongTake.Evaluation.Reports;

namespace LongTake.Cli.Tests.Compare;

public sealed class CompareTests : CliFixture
{
    private static readonly string[] s_small =
        ["--methods", "full,longlive:window=9+sink=3", "--items", "2", "--lengths", "1x,2x", "--keep", "1"];

    [Fact]
    public void Methods_and_controls_are_measured_and_reported()
    {
        string model = ShapesModel();
        CliResult result = Compare(model, "out");
        Assert.True(result.ExitCode == 0, result.Error);
        IReadOnlyList<VideoResult> results = ResultFile.Read(At("out/results.jsonl"));

        // For each of two items: the reference; at 1x two methods and four controls; at 2x also loop and restart.
        Assert.Equal(2 * (1 + 6 + 8), results.Count);
        Assert.Equal(ControlRows.Names.Order(), results.Select(r => r.Method).Where(ControlRows.Contains).Distinct().Order());
        VideoResult truth = results.First(r => r.Method == ControlRows.GroundTruth && r.Length == 2);
        Assert.True(truth.Figures["identity"] > .99 && truth.Figures["background"] > .99, "the true video is not right");
        Assert.All(results.Where(r => r.Method == ControlRows.Frozen), r => Assert.Equal(1, r.Figures["vbench.temporal_flickering"], 6));
        VideoResult windowed = results.First(r => r.Method == "longlive:window=9+sink=3");
        Assert.Equal("9", windowed.Settings["window"]);
        Assert.Contains("few-step", windowed.Settings["sampler"], StringComparison.Ordinal);
        Assert.NotNull(windowed.ModelFingerprint);
        Assert.Contains("vbench.subject_consistency", windowed.Missing.Keys);

        // Costs lie apart, and say that the window attends to less.
        IReadOnlyList<VideoResult> costs = CostFile.AddTo(results, At("out/costs.jsonl"));
        Assert.All(results, r => Assert.Null(r.Cost));
        double Attended(string method) => costs.First(r => r.Method == method && r.Length == 2).Cost!.AttendedTokensPerChunk!.Value;
        Assert.Equal(16 * (3 + 6 + 9 + 12 + 15 + 18) / 6.0, Attended("full"));
        Assert.Equal(16 * (3 + 6 + 9 + 9 + 9 + 9) / 6.0, Attended("longlive:window=9+sink=3"));

        string page = File.ReadAllText(At("out/report.html"));
        Assert.Contains("longlive:window=9+sink=3", page, StringComparison.Ordinal);
        Assert.Contains("Ground truth", page, StringComparison.Ordinal);
        Assert.Contains("Play side by side", page, StringComparison.Ordinal);
        Assert.Contains("Cost", page, StringComparison.Ordinal);
        Assert.All(results.Where(r => r.Item == results[0].Item && r.Method != ControlRows.Reference), r => Assert.True(File.Exists(At($"out/{r.Video}"))));
        Assert.Contains("S_total", result.Output, StringComparison.Ordinal);
        Assert.Contains("report.html", result.Output, StringComparison.Ordinal);

        // The same pages can be written again without the model.
        Assert.Equal(0, Run("report", At("out"), "--markdown", At("page.md"), "--html", At("again.html")).ExitCode);
        string markdown = File.ReadAllText(At("page.md"));
        Assert.Contains("| longlive:window=9+sink=3", markdown, StringComparison.Ordinal);
        Assert.Contains("| Ground truth |", markdown, StringComparison.Ordinal);
        Assert.Contains("Play side by side", File.ReadAllText(At("again.html")), StringComparison.Ordinal);
    }

    /// <summary>Methods for the bidirectional transformer of the same folder, beside one for the causal one, with the same controls.</summary>
    [Fact]
    public void Methods_for_bidirectional_models_are_measured_too()
    {
        string model = TinyModel.WriteShapes(At("model"), bidirectional: true);
        const string Miga = "miga:steps=6+zigzag=2+unified-steps=2+guidance=1+reflect=off";
        const string Searching = "miga:steps=6+zigzag=2+unified-steps=2+guidance=1+reflect-position=1+threshold=0+reflect-candidates=1";
        CliResult result = Run(
            "compare", "--model", model, "--methods", $"full,fifo:partitions=1,{Miga},{Searching}", "--items", "1", "--lengths", "2x", "--keep", "0", "--output", At("out"));
        Assert.True(result.ExitCode == 0, result.Error);
        IReadOnlyList<VideoResult> results = CostFile.AddTo(ResultFile.Read(At("out/results.jsonl")), At("out/costs.jsonl"));
        VideoResult miga = Assert.Single(results, r => r.Method == Miga);
        Assert.Contains("unipc of 6 steps", miga.Settings["sampler"], StringComparison.Ordinal);
        Assert.Equal("2", miga.Settings["zigzag"]);
        Assert.Contains(ControlRows.Frozen, results.Select(r => r.Method));

        // Self-reflection is accounted for where there is some.
        Assert.Null(miga.Cost!.Judgments);
        VideoResult searching = Assert.Single(results, r => r.Method == Searching);
        Assert.True(searching.Cost is { Judgments: > 0, Searches: > 0 } && searching.Cost.Replacements <= searching.Cost.Searches, $"{searching.Cost}");
        Assert.Contains("R_corr", File.ReadAllText(At("out/report.html")), StringComparison.Ordinal);

        // One partition with lookahead: two calls a latent, after a clip of six steps and no warm-up.
        VideoResult fifo = Assert.Single(results, r => r.Method == "fifo:partitions=1");
        int latents = ((fifo.Frames - 1) / 4) + 1;
        Assert.Equal(2 + (6.0 / latents), fifo.Cost!.NetworkCallsPerLatent!.Value, 6);
        Assert.Contains("network calls", File.ReadAllText(At("out/report.html")), StringComparison.Ordinal);

        // One kind of model alone.
        string causal = TinyModel.WriteShapes(At("causal"));
        Assert.Contains(
            "has no bidirectional transformer, which the method fifo needs",
            Failed("compare", "--model", causal, "--methods", "fifo", "--items", "1", "--output", At("none")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_comparison_goes_on_to_the_same_results()
    {
        string model = ShapesModel();
        Assert.Equal(0, Compare(model, "whole").ExitCode);
        byte[] whole = File.ReadAllBytes(At("whole/results.jsonl"));

        // As a process that was killed in the middle of a line leaves it.
        Directory.CreateDirectory(At("cut"));
        File.Copy(At("whole/comparison.json"), At("cut/comparison.json"));
        File.WriteAllBytes(At("cut/results.jsonl"), whole[..(whole.Length / 2)]);
        CliResult second = Compare(model, "cut");
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.DoesNotContain(" 0 of them there already", second.Error, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(At("cut/results.jsonl")));

        // The kind of the videos stays what it was, whatever programs there are by now.
        Assert.Equal(File.ReadAllText(At("whole/comparison.json")), File.ReadAllText(At("cut/comparison.json")));

        // Nothing is made twice: a third run only writes the report.
        DateTime before = File.GetLastWriteTimeUtc(At("cut/results.jsonl"));
        File.Delete(At("cut/report.html"));
        Assert.Equal(0, Compare(model, "cut").ExitCode);
        Assert.Equal(before, File.GetLastWriteTimeUtc(At("cut/results.jsonl")));
        Assert.True(File.Exists(At("cut/report.html")));
    }

    [Fact]
    public void A_killed_process_loses_nothing()
    {
        string model = ShapesModel();
        Assert.Equal(0, Compare(model, "whole").ExitCode);
        string results = At("killed/results.jsonl");
        using (Process process = Start(["compare", "--model", model, "--output", At("killed"), .. s_small]))
        {
            while (!process.HasExited && (!File.Exists(results) || File.ReadAllLines(results).Length < 8))
            {
                Thread.Sleep(20);
            }
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        Assert.InRange(ResultFile.Read(results).Count, 8, 29);
        CliResult rest = Compare(model, "killed");
        Assert.True(rest.ExitCode == 0, rest.Error);
        Assert.Equal(File.ReadAllBytes(At("whole/results.jsonl")), File.ReadAllBytes(results));
    }

    [Fact]
    public void Ctrl_C_stops_and_says_how_to_go_on()
    {
        CliResult result = RunUntil("0 of", ["compare", "--model", ShapesModel(), "--output", At("out"), .. s_small]);
        Assert.Equal(LongTakeApplication.Stopped, result.ExitCode);
        Assert.Contains("the same command goes on", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("out/report.html")));
        Assert.False(Directory.Exists(At("out/videos")) && Directory.EnumerateFiles(At("out/videos"), "*.part").Any());
    }

    [Fact]
    public void What_the_card_says_makes_no_other_model()
    {
        string model = ShapesModel(), before = ModelLocation.Fingerprint(model), config = Path.Combine(model, "causal_transformer", "config.json");
        File.WriteAllText(Path.Combine(model, "README.md"), "A model.");
        Assert.Equal(before, ModelLocation.Fingerprint(model));
        File.AppendAllText(config, "\n");
        Assert.NotEqual(before, ModelLocation.Fingerprint(model));
    }

    [Fact]
    public void Methods_can_be_added_and_other_models_cannot()
    {
        string model = ShapesModel();
        string[] rest = ["--items", "1", "--lengths", "1x", "--keep", "0", "--no-controls", "--output", At("out")];
        Assert.Equal(0, Run(["compare", "--model", model, "--methods", "full", .. rest]).ExitCode);
        CliResult more = Run(["compare", "--model", model, "--methods", "full,self-forcing", .. rest]);
        Assert.True(more.ExitCode == 0, more.Error);
        Assert.Equal(["full", "self-forcing"], ResultFile.Read(At("out/results.jsonl")).Select(r => r.Method));

        TinyModel.Write(At("tmp"), seed: 2);
        File.Copy(TinyModel.Weights(At("tmp")), TinyModel.Weights(model), overwrite: true);
        string refused = Failed(["compare", "--model", model, "--methods", "full", .. rest]);
        Assert.Contains("other weights in model", refused, StringComparison.Ordinal);
        Assert.Contains("--output", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void The_period_of_repetition_is_recorded_and_not_mixed()
    {
        string model = ShapesModel();
        string[] rest = ["--items", "1", "--lengths", "2x", "--keep", "0", "--output", At("out")];
        CliResult result = Run(["compare", "--model", model, "--methods", "full", "--repeat-period", "12f", .. rest]);
        Assert.True(result.ExitCode == 0, result.Error);
        IReadOnlyList<VideoResult> results = ResultFile.Read(At("out/results.jsonl"));
        Assert.All(results, r => Assert.Equal("12 frames", r.Settings["repeat-period"]));
        Assert.All(results, r => Assert.True(r.Figures.ContainsKey("norepeat") && !r.Missing.ContainsKey("norepeat"), r.Method));
        Assert.Equal(0, results.First(r => r.Method == ControlRows.Frozen).Figures["norepeat"]);
        Assert.All(results, r => Assert.Contains("ViCLIP, which LongTake does not implement", r.Missing["vbench.overall_consistency"], StringComparison.Ordinal));
        Assert.Contains("which LongTake does not implement", File.ReadAllText(At("out/report.html")), StringComparison.Ordinal);

        // The fastest pair of any model turns once in 2 pi latents of four frames.
        string refused = Failed(["compare", "--model", model, "--methods", "full", "--repeat-period", "pair1", .. rest]);
        Assert.Contains("other settings (repeat-period)", refused, StringComparison.Ordinal);
        refused = Failed(["compare", "--model", model, "--methods", "self-forcing", "--no-controls", "--repeat-period", "pair1", .. rest]);
        Assert.Contains("repeat period 12 frames, not 25 frames", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_another_world_takes_prompts_from_a_file()
    {
        string model = TinyModel.Write(At("other"));
        File.WriteAllText(At("prompts.txt"), "A red fox runs over snow.\n\n[0s] Rain falls.\n[1s] Snow falls.\n");
        Assert.Contains("--suite", Failed("compare", "--model", model, "--output", At("out")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("out")));
        CliResult result = Run(
            "compare", "--model", model, "--suite", At("prompts.txt"), "--methods", "self-forcing", "--lengths", "1x", "--output", At("out"));
        Assert.True(result.ExitCode == 0, result.Error);
        IReadOnlyList<VideoResult> results = ResultFile.Read(At("out/results.jsonl"));
        Assert.Equal([ControlRows.Frozen, ControlRows.Reference, "self-forcing"], results.Select(r => r.Method).Distinct().Order());
        Assert.Equal(2, results.First(r => r.Method == "self-forcing" && r.Item == "002").Prompts.Count);
        Assert.Contains("si_subject", results[0].Figures.Keys);
        Assert.DoesNotContain("identity", results[0].Figures.Keys);
    }

    [Theory]
    [InlineData("--methods", "nonsense", "no method 'nonsense'")]
    [InlineData("--methods", "longlive:window", "longlive:window=9+sink=3")]
    [InlineData("--methods", "longlive:window=2", "window 2 conflicts")]
    [InlineData("--methods", "full,full", "full twice")]
    [InlineData("--suite", "nonsense", "no suite nonsense")]
    [InlineData("--captions", "verse", "full, pronoun, joint")]
    [InlineData("--lengths", "0x", "lengths is 0")]
    [InlineData("--lengths", "six", "--lengths has 'six'")]
    [InlineData("--lengths", "2x,2", "2x twice")]
    [InlineData("--seeds", "0", "seeds is 0")]
    [InlineData("--items", "0", "items is 0")]
    [InlineData("--baseline", "longlive", "--baseline is longlive")]
    [InlineData("--metric-weights", "no/such/folder", "no/such/folder")]
    [InlineData("--threads", "-1", "--threads is -1")]
    [InlineData("--repeat-period", "soon", "--repeat-period has 'soon'")]
    [InlineData("--repeat-period", "pair99", "temporal pairs")]
    [InlineData("--repeat-period", "99999s", "2 to 4096")]
    public void A_wrong_option_is_refused_by_name(string option, string value, string expected)
    {
        CliResult result = Run("compare", "--model", ShapesModel(), "--output", At("out"), option, value);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public void Prompts_that_the_model_cannot_know_are_refused_by_name()
    {
        File.WriteAllText(At("prompts.txt"), "a large red hexagon stays still on a background of sand dots.\n");
        string refused = Failed("compare", "--model", ShapesModel(), "--suite", At("prompts.txt"), "--output", At("out"));
        Assert.Contains("001", refused, StringComparison.Ordinal);
        Assert.Contains("hexagon", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void One_caption_can_tell_all_scenes_if_the_model_can_read_it()
    {
        string model = ShapesModel();
        CliResult result = Run(
            "compare", "--model", model, "--methods", "full", "--suite", "switch", "--captions", "joint", "--items", "1", "--lengths", "1x", "--no-controls",
            "--output", At("out"));
        Assert.True(result.ExitCode == 0, result.Error);
        VideoResult video = ResultFile.Read(At("out/results.jsonl")).First(r => r.Method == "full");
        Assert.Equal("switch-joint", video.Suite);
        Assert.Contains(" then ", Assert.Single(video.Prompts).Text, StringComparison.Ordinal);
        Assert.Contains("following", video.Figures.Keys);

        string refused = Failed(
            "compare", "--model", model, "--methods", "full", "--suite", "story", "--captions", "joint", "--items", "1", "--lengths", "48x", "--output", At("long"));
        Assert.Contains("tokens", refused, StringComparison.Ordinal);
        Assert.Contains("--captions full", refused, StringComparison.Ordinal);
        Assert.False(File.Exists(At("long/results.jsonl")));
    }

    [Fact]
    public void A_video_too_long_for_the_memory_is_refused_before_anything_is_made()
    {
        string refused = Failed(
            "compare", "--model", ShapesModel(), "--methods", "full", "--items", "1", "--lengths", "1000", "--suite", "story", "--memory-limit", "20MB",
            "--output", At("out"));
        Assert.Contains("needs", refused, StringComparison.Ordinal);
        Assert.False(File.Exists(At("out/results.jsonl")));
    }

    private string ShapesModel() => TinyModel.WriteShapes(At("model"));

    private CliResult Compare(string model, string output) => Run(["compare", "--model", model, "--output", At(output), .. s_small]);
}
