using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Benchmarks;

/// <summary>
/// Generates video end to end, from prompt to pixels, with a model folder: at the length the model was trained for and at multiples of it. Each
/// length runs in a process of its own, since the peak of the memory is a process's; times count from the start of the program, so the
/// first frame's includes loading the model and compiling the code.
/// </summary>
internal static class GenerateCommand
{
    private const string Prompt = "a large purple triangle moves quickly upward on a background of mint dots.";

    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "generate",
        "Prompt to pixels with a model folder: time to the first frame, frames a second, peak memory.",
        Run,
        new("lengths", "1,10,100", "multiples of the trained length, each in a process of its own"),
        BenchmarkOption.Open("length", "as --lengths says", "one multiple, in this process"),
        BenchmarkOption.Open("model", "models/shapes in a folder above", "model folder"),
        new("method", "longlive-infinity"),
        new("prompt", Prompt, "with --length"),
        BenchmarkOption.Threads);

    private static int Run(Arguments arguments)
    {
        if (arguments.Has("length"))
        {
            return RunLength(arguments);
        }
        List<(string Name, object Value)> fields = [("engine", "longtake"), ("work", "generate")];
        foreach (string length in arguments.Text("lengths").Split(','))
        {
            Dictionary<string, JsonElement> result = InOwnProcess(arguments, length);
            foreach (string common in new[] { "method", "threads", "trained_latent_frames" }.Where(c => !fields.Exists(f => f.Name == c)))
            {
                fields.Add((common, result[common].ValueKind == JsonValueKind.String ? result[common].GetString()! : result[common].GetInt32()));
            }
            foreach (string measured in new[] { "frames", "seconds_to_first_frame", "frames_per_second", "peak_rss_mib" })
            {
                fields.Add(($"{measured}_{length}x", result[measured].GetDouble()));
            }
        }
        Measurement.Print(arguments, [.. fields]);
        return 0;
    }

    private static Dictionary<string, JsonElement> InOwnProcess(Arguments arguments, string length)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }
        string[] values = ["--length", length, "--threads", arguments.Text("threads"), "--model", Model(arguments)];
        foreach (string argument in (string[])["generate", .. values, "--method", arguments.Text("method"), "--json"])
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(output)!
            : throw new ArgumentException($"Generating at {length}x failed; see the message above.");
    }

    private static int RunLength(Arguments arguments)
    {
        DateTime programStart = Process.GetCurrentProcess().StartTime;
        using CpuBackend backend = new(arguments.Integer("threads"));
        Compute compute = new(backend);
        using ModelFolder model = ModelFolder.Open(Model(arguments));
        TransformerSettings settings = model.Settings(TransformerKind.Causal);
        string method = arguments.Text("method");
        GenerationOptions options = new()
        {
            Method = MethodPresets.Create(method),
            Sampler = SamplerOptions.From(settings),
            Height = settings.Height,
            Width = settings.Width,
            ChunkFrames = settings.FramesPerBlock,
            FrameRate = settings.FramesPerSecond,
        };
        int chunks = checked(settings.TrainedFrames * arguments.Integer("length")) / settings.FramesPerBlock;
        WanTransformer transformer = model.LoadTransformer(TransformerKind.Causal);
        using WanChunkDecoder decoder = new(model.LoadVae().Decoder);
        using StreamingGenerator generator = new(
            compute,
            transformer,
            decoder,
            new WanPromptEncoder(model.LoadTokenizer(), model.LoadTextEncoder()),
            Story.FromPrompt(arguments.Text("prompt"), StoryTime.Chunks(chunks)),
            options);
        double first = 0;
        long frames = 0, timed = 0;
        Stopwatch watch = new();
        while (generator.Next() is VideoChunk chunk)
        {
            using (chunk)
            {
                frames += chunk.Frames!.Shape[0];
                if (watch.IsRunning)
                {
                    timed += chunk.Frames.Shape[0];
                    continue;
                }
                first = (DateTime.Now - programStart).TotalSeconds;
                watch.Start();
            }
        }
        Measurement.Print(
            arguments,
            ("method", method),
            ("threads", backend.Workers.Threads),
            ("trained_latent_frames", settings.TrainedFrames),
            ("frames", frames),
            ("seconds_to_first_frame", first),
            ("frames_per_second", timed / watch.Elapsed.TotalSeconds),
            ("peak_rss_mib", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0));
        return 0;
    }

    /// <summary>The model folder that was named, or the embedded one.</summary>
    /// <exception cref="ArgumentException">It is in no folder above the program.</exception>
    public static string Model(Arguments arguments) => arguments.Has("model") ? arguments.Text("model") : EmbeddedModel.Find()
        ?? throw new ArgumentException("There is no models/shapes in a folder above the benchmark; name a model folder with --model.");
}
