using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Methods;
using LongTake.Generation.Noise;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Evaluation.Trials;

/// <summary>
/// Measures a model folder on compositions that it was never trained on. Videos depend on model, prompt, seed and sampler settings only,
/// not on how they are batched or on the number of threads.
/// </summary>
public sealed partial class ModelTrial : IDisposable
{
    private const string DefaultLongPreset = "longlive-infinity";

    private readonly TrialModel _model;
    private readonly TrialOptions _options;
    private readonly IProgress<TrialProgress>? _progress;

    /// <summary>Opens a model folder; networks are loaded when a part needs them.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="folder">The model folder.</param>
    /// <param name="options">How much to try.</param>
    /// <param name="progress">Told after every batch of videos.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="Tensors.Files.CheckpointException">There is no model in the folder.</exception>
    public ModelTrial(Compute compute, string folder, TrialOptions options, IProgress<TrialProgress>? progress = null)
    {
        options.Validate();
        _options = options;
        _progress = progress;
        _model = new TrialModel(compute, folder);
        World = options.World is string name ? WorldProfile.Of(name) : _model.World;
    }

    /// <summary>What part of the world the prompts are about.</summary>
    public WorldProfile World { get; }

    /// <summary>Whether the folder has a transformer of a kind.</summary>
    public bool Has(TransformerKind kind) => _model.Transformers.Contains(kind);

    /// <summary>
    /// The VAE alone: true clips of the trained length through encoder and decoder (of 21 latent frames when the folder has no transformer).
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public VaeReport Vae(CancellationToken cancellation = default)
    {
        TransformerSettings settings = _model.Transformers.Count > 0
            ? _model.Settings(_model.Transformers[0])
            : TransformerSettings.DefaultsFor(TransformerKind.Bidirectional);
        int latents = _options.Latents ?? settings.TrainedFrames;
        List<ClipOutcome> clips = [];
        List<double> psnr = [];
        for (int prompt = 0; prompt < _options.Prompts; prompt++)
        {
            cancellation.ThrowIfCancellationRequested();
            Story story = Clip(prompt, latents, settings);
            RoundTrip trip = _model.RoundTrip(story);
            psnr.Add(trip.Psnr);
            clips.Add(ClipOutcome.Of(prompt, 0, trip.Readings, story, 1));
            _progress?.Report(new TrialProgress("vae", clips.Count, _options.Prompts));
        }
        return new VaeReport(_model.VaeConfig.PixelFrames(latents), psnr.Average(), psnr.Min(), ClipReport.Of(clips, "encode, decode"));
    }

    /// <summary>The bidirectional transformer at the trained length.</summary>
    /// <exception cref="Tensors.Files.CheckpointException">The folder has none.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ClipReport Bidirectional(CancellationToken cancellation = default)
    {
        TransformerSettings settings = _model.Settings(TransformerKind.Bidirectional);
        SamplerOptions own = SamplerOptions.From(settings);
        SamplerOptions options = own with { Steps = _options.Steps, Guidance = _options.Guidance ?? own.Guidance };
        WanTransformer transformer = _model.LoadTransformer(TransformerKind.Bidirectional);
        BidirectionalSampler sampler = new(transformer, options);
        int latents = _options.Latents ?? settings.TrainedFrames, side = _model.LatentSide;
        List<ClipOutcome> clips = [];
        ForEachBatch("bidirectional", 1, cancellation, (prompts, seed, _) =>
        {
            using TensorScope scope = TensorScope.Open();
            (Tensor text, Tensor? negative) = EncodePrompts(prompts, p => Scene(p).FullCaptions[0], options);
            using ClipNoise noise = new([.. prompts.Select(p => new CounterNoise(ClipSeed(seed, p)))]);
            Tensor start = Tensor.Empty([prompts.Length, latents, transformer.Config.InChannels, side, side]);
            noise.Initial(0, start);
            Tensor clean = sampler.Sample(_model.Compute, start, noise, text, negative);
            for (int i = 0; i < prompts.Length; i++)
            {
                clips.Add(Judge(prompts[i], seed, [clean], i, Clip(prompts[i], latents, settings)));
            }
        });
        return ClipReport.Of(clips, Describe(options));
    }

    /// <summary>The causal transformer at the trained length, chunk by chunk as users get it.</summary>
    /// <exception cref="Tensors.Files.CheckpointException">The folder has none.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ClipReport Causal(CancellationToken cancellation = default)
    {
        Streamer streamer = new(_model, _options.Preset ?? "full");
        int chunks = ClipChunks(streamer.Settings);
        List<ClipOutcome> clips = [];
        ForEachBatch("causal", chunks, cancellation, (prompts, seed, step) =>
        {
            using TensorScope scope = TensorScope.Open();
            using ChunkGenerator generator = streamer.Start([.. prompts.Select(p => ClipSeed(seed, p))], chunks);
            (Tensor text, Tensor? negative) = EncodePrompts(prompts, p => Scene(p).FullCaptions[0], streamer.Sampler);
            generator.SetPrompt(text, negative);
            List<Tensor> latents = [];
            Streamer.Next(generator, latents, chunks, step, cancellation);
            for (int i = 0; i < prompts.Length; i++)
            {
                clips.Add(Judge(prompts[i], seed, latents, i, Clip(prompts[i], chunks * generator.ChunkFrames, streamer.Settings)));
            }
        });
        return ClipReport.Of(clips, $"{Describe(streamer.Sampler)}, preset {streamer.Preset}");
    }

    /// <summary>Frees all networks.</summary>
    public void Dispose() => _model.Dispose();

    private static string Describe(SamplerOptions options) => options.Kind == SamplerKind.FewStep
        ? FormattableString.Invariant($"few-step sampler, {options.StepList.Count} steps")
        : FormattableString.Invariant($"{options.Kind} sampler, {options.Steps} steps, guidance {options.Guidance:0.##}");

    /// <summary>Seeds of different videos never meet: the prompt's number in the upper half.</summary>
    private static ulong ClipSeed(ulong seed, int prompt) => ((ulong)(uint)(prompt + 1) << 32) + seed;

    /// <summary>Chunks that cover the trained length.</summary>
    private int ClipChunks(TransformerSettings settings) =>
        ((_options.Latents ?? settings.TrainedFrames) + settings.FramesPerBlock - 1) / settings.FramesPerBlock;

    private SuiteItem Scene(int prompt) => _options.Seen ? HeldOutScenes.GetSeen(prompt, World) : HeldOutScenes.Get(prompt, World);

    /// <summary>The true video of a held-out prompt.</summary>
    private Story Clip(int prompt, int latents, TransformerSettings settings) =>
        ToStory(Scene(prompt), [latents], settings);

    /// <summary>An item as a video whose scenes have given numbers of latent frames.</summary>
    private Story ToStory(SuiteItem item, ReadOnlySpan<int> latents, TransformerSettings settings)
    {
        StoryScene[] scenes = new StoryScene[latents.Length];
        int total = 0, start = 0;
        for (int i = 0; i < scenes.Length; i++)
        {
            total += latents[i];
            int end = _model.VaeConfig.PixelFrames(total);
            scenes[i] = new StoryScene(item.Segments[i].State, item.Segments[i].Phase, start, end - start);
            start = end;
        }
        return new Story(FrameRate(settings), item.StartX, item.StartY, scenes);
    }

    private static int FrameRate(TransformerSettings settings) => Math.Max(1, (int)Math.Round(settings.FramesPerSecond));

    private (Tensor Text, Tensor? Negative) EncodePrompts(int[] prompts, Func<int, string> caption, SamplerOptions sampler)
    {
        Tensor text = _model.Encode([.. prompts.Select(caption)]);
        return (text, sampler.IsGuided ? _model.Encode([.. prompts.Select(_ => "")]) : null);
    }

    private ClipOutcome Judge(int prompt, ulong seed, IReadOnlyList<Tensor> latents, int sample, Story story) =>
        ClipOutcome.Of(prompt, seed, _model.Read(latents, sample), story, _model.Ceilings("clip", prompt, story)[0]);

    /// <summary>All prompts with all seeds, in batches.</summary>
    /// <param name="part">Name of the part, for progress.</param>
    /// <param name="steps">Steps of a batch that <paramref name="work"/> reports.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    /// <param name="work">Does a batch: prompts, seed, and whom to tell of the steps done.</param>
    private void ForEachBatch(string part, int steps, CancellationToken cancellation, Action<int[], ulong, Action<int>> work)
    {
        int done = 0, all = _options.Prompts * _options.Seeds;
        _progress?.Report(new TrialProgress(part, 0, all));
        for (int s = 0; s < _options.Seeds; s++)
        {
            foreach (int[] prompts in Enumerable.Range(0, _options.Prompts).Chunk(_options.Batch))
            {
                cancellation.ThrowIfCancellationRequested();
                int before = done;
                work(prompts, _options.FirstSeed + (ulong)s, step =>
                    _progress?.Report(new TrialProgress(part, before + (double)prompts.Length * step / (steps + 1), all)));
                done += prompts.Length;
                _progress?.Report(new TrialProgress(part, done, all));
            }
        }
    }
}
