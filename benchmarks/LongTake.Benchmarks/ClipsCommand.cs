using System.Diagnostics;
using LongTake.Evaluation.Comparisons;
using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Benchmarks;

/// <summary>
/// Times methods for bidirectional models on the model of a folder, a line a method: seconds a latent, of the clock and of the processor, in pieces that end at one, two,
/// four windows' worth of output; network calls a latent beside the formula of the method's specification; and how many latents a second go through the network beside
/// plain sampling of a clip, which is timed before and after each method so that both meet the same machine. Latents only, one prompt.
/// </summary>
internal static class ClipsCommand
{
    private const string Prompt = "a large purple triangle moves quickly upward on a background of mint dots.";

    // Searches depend on what is seen, so that a time a latent with them is none of the method's own.
    private static readonly string s_methods = string.Join(',', ClipPresets.All.Select(p => p.Name == "miga" ? "miga:reflect=off" : p.Name));

    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "clips",
        "Methods for bidirectional models: seconds and network calls a latent, and throughput beside plain sampling; one line a method.",
        Run,
        [
            BenchmarkOption.Open("model", "the embedded model", "model folder"),
            new("methods", s_methods, "presets, with settings after a colon"),
            new("windows", "1,2,4", "windows' worth of output at which times are read"),
            new("prompt", Prompt),
            BenchmarkOption.Threads,
        ]);

    private static int Run(Arguments arguments)
    {
        string methods = arguments.Text("methods");
        int[] windows = [.. arguments.Text("windows").Split(',').Select(w => int.TryParse(w, out int n) && n > 0
            ? n
            : throw new ArgumentException($"--windows takes whole numbers with commas, not '{w}'."))];
        MethodChoice[] choices = [.. methods.Split(',').Select(MethodChoice.Parse)];
        if (choices.FirstOrDefault(c => !c.IsClip) is MethodChoice causal)
        {
            throw new ArgumentException($"--methods takes methods for bidirectional models; {causal.Preset} is for causal ones (see the command stream).");
        }
        if (!windows.SequenceEqual(windows.Distinct().Order()))
        {
            throw new ArgumentException("--windows takes rising numbers.");
        }
        using CpuBackend backend = new(arguments.Integer("threads"));
        Compute compute = new(backend);
        using ModelFolder folder = ModelFolder.Open(GenerateCommand.Model(arguments));
        TransformerSettings settings = folder.Settings(TransformerKind.Bidirectional);
        WanTransformer transformer = folder.LoadTransformer(TransformerKind.Bidirectional);
        int stride = folder.VaeConfig().SpatialFactor;
        ClipRunInfo run = new()
        {
            Model = transformer.Config,
            ClipFrames = settings.TrainedFrames,
            Height = settings.Height / stride,
            Width = settings.Width / stride,
            Sampler = SamplerOptions.From(settings),
            Seed = 0,
            Latents = null,
        };
        Tensor[] prompts = Encode(compute, folder, arguments.Text("prompt"));
        foreach (MethodChoice choice in choices)
        {
            using ClipNetwork network = new(compute, transformer, run, [prompts[0]], run.Sampler.IsGuided ? prompts[1] : null);
            ClipMethod method = choice.CreateClip();
            ClipWork plainBefore = Plain(run, network);
            (string, object)[] timed = method.NeedsLength ? Whole(method, run, network, windows, out ClipWork work) : Queue(method, run, network, windows, out work);
            ClipWork plain = plainBefore + Plain(run, network);
            Measurement.Print(
                arguments,
                [
                    ("engine", "longtake"),
                    ("work", "clips"),
                    ("method", choice.Label),
                    ("threads", backend.Workers.Threads),
                    ("window_latents", run.ClipFrames),
                    .. timed,
                    ("latents_per_call", (double)work.Frames / work.Calls),
                    ("computed_latents_per_second", work.Frames / work.Seconds),
                    ("throughput_beside_plain", work.Frames / work.Seconds / (plain.Frames / plain.Seconds)),
                    ("cpu_throughput_beside_plain", work.Frames / work.ProcessorSeconds / (plain.Frames / plain.ProcessorSeconds)),
                ]);
        }
        return 0;
    }

    /// <summary>A queue: one run without end. Each time is that of the output between a mark and the one before it, so that a constant one shows as equal numbers.</summary>
    private static (string, object)[] Queue(ClipMethod method, ClipRunInfo run, ClipNetwork network, int[] windows, out ClipWork work)
    {
        ClipRunInfo prepared = method.Prepare(run);
        method.Plan(prepared);
        using LatentStream stream = method.Start(prepared, network);
        long began = Stopwatch.GetTimestamp();
        Emit(stream, 1);
        double first = Stopwatch.GetElapsedTime(began).TotalSeconds;
        long emitted = stream.Emitted;
        ClipMark start = ClipMark.Of(network);
        List<(string, object)> fields = [("seconds_to_first_latents", first)];
        ClipMark last = start;
        long lastEmitted = emitted;
        foreach (int w in windows)
        {
            Emit(stream, emitted + ((long)w * run.ClipFrames));
            ClipMark mark = ClipMark.Of(network);
            AddTimes(fields, w, mark - last, stream.Emitted - lastEmitted);
            (last, lastEmitted) = (mark, stream.Emitted);
        }
        work = last - start;
        fields.Add(("calls_per_latent", (double)work.Calls / (lastEmitted - emitted)));
        AddFormula(fields, method, prepared, lastEmitted - emitted);
        return [.. fields];
    }

    /// <summary>All latents at once: a run for each length.</summary>
    private static (string, object)[] Whole(ClipMethod method, ClipRunInfo run, ClipNetwork network, int[] windows, out ClipWork work)
    {
        List<(string, object)> fields = [];
        work = default;
        foreach (int w in windows)
        {
            ClipRunInfo prepared = method.Prepare(run with { Latents = (long)w * run.ClipFrames });
            method.Plan(prepared);
            ClipMark start = ClipMark.Of(network);
            using LatentStream stream = method.Start(prepared, network);
            Emit(stream, prepared.Latents!.Value);
            work = ClipMark.Of(network) - start;
            AddTimes(fields, w, work, prepared.Latents.Value);
        }
        long latents = (long)windows[^1] * run.ClipFrames;
        fields.Add(("calls_per_latent", (double)work.Calls / latents));
        AddFormula(fields, method, method.Prepare(run with { Latents = latents }), latents);
        return [.. fields];
    }

    private static void AddTimes(List<(string, object)> fields, int windows, ClipWork work, long latents)
    {
        fields.Add(($"seconds_per_latent_{windows}x", work.Seconds / latents));
        fields.Add(($"cpu_seconds_per_latent_{windows}x", work.ProcessorSeconds / latents));
    }

    private static void AddFormula(List<(string, object)> fields, ClipMethod method, ClipRunInfo run, long latents)
    {
        if (ClipFormulas.CallsPerLatent(method, run, latents) is double calls)
        {
            fields.Add(("formula_calls_per_latent", calls));
        }
    }

    private static void Emit(LatentStream stream, long latents)
    {
        while (stream.Emitted < latents)
        {
            stream.Advance()?.Dispose();
        }
    }

    /// <summary>A clip as the model was trained on, with its own sampler.</summary>
    private static ClipWork Plain(ClipRunInfo run, ClipNetwork network)
    {
        using ClipSampler sampler = new(network, run, LatentSolver.For(run.Sampler), run.ClipFrames);

        // Unmeasured: the first call prepares the prompt.
        sampler.Step();
        ClipMark start = ClipMark.Of(network);
        while (!sampler.IsDone)
        {
            sampler.Step();
        }
        return ClipMark.Of(network) - start;
    }

    private static Tensor[] Encode(Compute compute, ModelFolder folder, string prompt)
    {
        using ParameterStore weights = folder.LoadTextEncoderParameters();
        using Umt5Encoder encoder = new(folder.TextEncoderConfig(), weights);
        return new WanPromptEncoder(folder.LoadTokenizer(), encoder).Encode(compute, [prompt, ""]);
    }

    /// <summary>Where a run is: clock, processor time and what has gone through the network.</summary>
    private readonly record struct ClipMark(long Clock, TimeSpan Processor, long Calls, long Frames)
    {
        public static ClipMark Of(ClipNetwork network) => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, network.Calls, network.Frames);

        public static ClipWork operator -(ClipMark end, ClipMark start) => new(
            Stopwatch.GetElapsedTime(start.Clock, end.Clock).TotalSeconds,
            (end.Processor - start.Processor).TotalSeconds,
            end.Calls - start.Calls,
            end.Frames - start.Frames);
    }

    /// <summary>What lies between two marks; a guided call counts once.</summary>
    private readonly record struct ClipWork(double Seconds, double ProcessorSeconds, long Calls, long Frames)
    {
        public static ClipWork operator +(ClipWork a, ClipWork b) =>
            new(a.Seconds + b.Seconds, a.ProcessorSeconds + b.ProcessorSeconds, a.Calls + b.Calls, a.Frames + b.Frames);
    }
}
