using System.CommandLine;
using LongTake.Generation.Methods;

namespace LongTake.Cli.Generate;

/// <summary>"longtake generate": the options and how they become a <see cref="GenerateRequest"/>.</summary>
internal static class GenerateCommand
{
    private const string Description = "Generate a video from a prompt or a story of several prompts, as long as you like.";

    private const string Examples =
        """
        longtake generate "a large red circle moves slowly to the right on a background of sand dots." --seconds 30
        longtake generate --story story.txt --preset longlive-infinity --set window=9 --seed 7 --output story.mp4
        longtake generate --story story.txt --preset longlive-infinity --set window=9 --seed 7 --output story.mp4 --resume
        longtake generate "a large red circle stays still on a background of mint dots." --preset miga --seconds 60
        longtake generate --list-presets

        A story is a text file with a scene per line, "[6s] prompt", "[12s, blend 4c] prompt", and "[end 18s]" last; or YAML.
        How a scene takes over: keep, recache, flush, cut or blend; by default as the preset does.
        Ctrl-C finishes the chunk in work and closes the file; --resume goes on from there.
        """;

    public static Command Create(CliEnvironment environment)
    {
        Argument<string?> prompt = new("PROMPT") { Description = "What is to be seen.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> story = Valued<string?>("--story", "FILE", "File with the prompts of several scenes.");
        Option<double?> seconds = Valued<double?>("--seconds", "N", "Length of the video. Default for a prompt: 20.");
        Option<int?> chunks = Valued<int?>("--chunks", "N", "Length of the video in chunks of generation.");
        Option<bool> endless = new("--endless") { Description = "No end; stop with Ctrl-C." };
        Option<string?> model = Valued<string?>("--model", "DIR", "Model folder. Default: the Shapes model that comes with the program.");
        Option<string?> weights = Valued<string?>(
            "--weights", "FILE", "Checkpoint to use in place of the folder's transformer (of the kind that the preset is for).");
        Option<string?> lora = Valued<string?>("--lora", "FILE", "Adapter (LoRA) to merge into the transformer.");
        Option<string> preset = Valued(
            "--preset", "NAME", "What is remembered of the past, and how; see --list-presets and longtake presets.", GenerateRequest.DefaultPreset);
        Option<string[]> set = Valued<string[]>("--set", "NAME=VALUE", "A setting of the preset; may be given several times.");
        Option<bool> listPresets = new("--list-presets") { Description = "List the presets and leave." };
        Option<ulong> seed = Valued("--seed", "N", "The same seed gives the same video.", 0UL);
        Option<string?> size = Valued<string?>("--size", "WxH", "Size of the video in pixels. Default: what the model was trained with.");
        Option<string?> sampler = Valued<string?>("--sampler", "NAME", "few-step, euler, unipc or dpm-solver. Default: the model's.");
        Option<int?> steps = Valued<int?>("--steps", "N", "Steps of the sampler. Default: the model's.");
        Option<double?> shift = Valued<double?>("--shift", "X", "Timestep shift. Default: the model's.");
        Option<double?> guidance = Valued<double?>("--guidance", "X", "Classifier-free guidance; 1 is none. Default: the model's.");
        Option<string> negative = Valued("--negative", "TEXT", "What is not to be seen, with guidance.", "");
        Option<string?> output = Valued<string?>(
            "--output",
            "FILE",
            "File (.mp4, .webm, .png or .apng animated, .y4m) or folder of frames. Default: longtake.mp4, or longtake.png without ffmpeg.");
        output.Aliases.Add("-o");
        Option<bool> overwrite = new("--overwrite") { Description = "Replace an output that exists." };
        Option<int?> scale = Valued<int?>(
            "--scale", "N", "Every pixel becomes a square of N pixels. Default: so that small videos fill 256.");
        Option<string?> ffmpeg = Valued<string?>("--ffmpeg", "FILE", "The ffmpeg program. Default: the one in PATH.");
        Option<bool> resume = new("--resume") { Description = "Go on with a run that was stopped, with the same options." };
        Option<double> saveEvery = Valued("--save-every", "SECONDS", "Seconds between saved states, from which --resume can go on.", 60.0);
        Option<int> threads = Valued("--threads", "N", "Threads to compute with; 0 for all cores. The video is the same for any number.", 0);
        Option<string> cacheType = Valued("--cache-type", "TYPE", "f32, or bf16 for half the cache.", "f32");
        Option<string?> judgments = Valued<string?>(
            "--judgments", "FILE", "Write every score of the preset's self-reflection (miga) to a file of comma-separated values.");
        Option<string?> memoryLimit = Valued<string?>(
            "--memory-limit", "SIZE", "Memory the run may use, like 8GB. Default: what there is.");

        Command command = new("generate", Description)
        {
            prompt, story, seconds, chunks, endless, model, weights, lora, preset, set, listPresets, seed, size, sampler, steps, shift,
            guidance, negative, output, overwrite, scale, ffmpeg, resume, saveEvery, threads, cacheType, judgments, memoryLimit,
        };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(listPresets))
            {
                ListPresets(environment);
                return LongTakeApplication.Done;
            }
            GenerateRequest request = new GenerateRequest
            {
                Story = GenerateRequest.StoryOf(
                    parsed.GetValue(prompt),
                    parsed.GetValue(story),
                    parsed.GetValue(seconds),
                    parsed.GetValue(chunks),
                    parsed.GetValue(endless)),
                Model = parsed.GetValue(model),
                Weights = parsed.GetValue(weights),
                Lora = parsed.GetValue(lora),
                Seed = parsed.GetValue(seed),
                Size = GenerateRequest.SizeOf(parsed.GetValue(size)),
                Sampler = parsed.GetValue(sampler),
                Steps = parsed.GetValue(steps),
                Shift = parsed.GetValue(shift),
                Guidance = parsed.GetValue(guidance),
                NegativePrompt = parsed.GetValue(negative)!,
                Output = parsed.GetValue(output) ?? GenerateRequest.DefaultOutput,
                Overwrite = parsed.GetValue(overwrite),
                Scale = parsed.GetValue(scale),
                Ffmpeg = parsed.GetValue(ffmpeg),
                Resume = parsed.GetValue(resume),
                SaveEvery = GenerateRequest.IntervalOf(parsed.GetValue(saveEvery)),
                Threads = ThreadCount.Checked(parsed.GetValue(threads)),
                CacheType = GenerateRequest.CacheTypeOf(parsed.GetValue(cacheType)!),
                Judgments = parsed.GetValue(judgments),
                MemoryLimit = GenerateRequest.BytesOf(parsed.GetValue(memoryLimit)),
            }.With(parsed.GetValue(preset)!, GenerateRequest.SettingsOf(parsed.GetValue(set) ?? []));
            request.CheckMethod();
            using GenerationRun run = new(request, environment);
            return await run.ExecuteAsync().ConfigureAwait(false);
        });
        return HelpWithExamples.Give(command, Examples);
    }

    private static Option<T> Valued<T>(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    private static Option<T> Valued<T>(string name, string value, string description, T otherwise) =>
        new(name) { Description = description, HelpName = value, DefaultValueFactory = _ => otherwise };

    private static void ListPresets(CliEnvironment environment)
    {
        IEnumerable<(Preset Preset, IReadOnlyList<KeyValuePair<string, string>> Settings)> causal =
            MethodPresets.All.Select(p => ((Preset)p, MethodPresets.Create(p.Name).Settings));
        IEnumerable<(Preset Preset, IReadOnlyList<KeyValuePair<string, string>> Settings)> clips =
            ClipPresets.All.Select(p => ((Preset)p, ClipPresets.Create(p.Name).Settings));
        int width = causal.Concat(clips).Max(p => p.Preset.Name.Length);
        foreach ((Preset preset, IReadOnlyList<KeyValuePair<string, string>> own) in causal.Concat(clips))
        {
            string mark = preset.Name == GenerateRequest.DefaultPreset ? " (default)" : preset is ClipPreset ? " (bidirectional model)" : "";
            environment.Out.WriteLine($"{preset.Name.PadRight(width)}  {preset.Summary}{mark}");
            string settings = string.Join(", ", own.Select(s => $"{s.Key}={s.Value}"));
            if (settings.Length > 0)
            {
                environment.Out.WriteLine($"{"".PadRight(width)}  {settings}");
            }
        }
    }
}
