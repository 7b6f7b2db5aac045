using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Suites;
using LongTake.Generation.Clips;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Evaluation.Comparisons;

/// <summary>
/// The model that methods are compared on. Opening reads the small files only; <see cref="Load"/> the weights. All prompts are encoded
/// before the first video, so that the text encoder's memory is free by then.
/// </summary>
public sealed class ComparisonModel : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly TransformerKind _kind;
    private readonly Dictionary<TransformerKind, WanTransformer> _transformers = [];
    private WanVae? _vae;
    private WanChunkDecoder? _decoder;
    private EncodedPrompts? _prompts;

    /// <summary>Opens a model folder.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="kind">The transformer whose sizes and training length the comparison is laid out for; methods of the other kind use the other one.</param>
    /// <exception cref="Tensors.Files.CheckpointException">There is no model in it, or it has no such transformer.</exception>
    /// <exception cref="ArgumentException">Its chunks do not fit the grid that suites are laid out on.</exception>
    public ComparisonModel(Compute compute, string folder, TransformerKind kind = TransformerKind.Causal)
    {
        Compute = compute;
        _kind = kind;
        _folder = ModelFolder.Open(folder);
        try
        {
            Settings = _folder.Settings(kind);
            VaeConfig = _folder.VaeConfig();
            Sampler = SamplerOptions.From(Settings);
            if (FrameGrid.ChunkLatents % Settings.FramesPerBlock != 0)
            {
                throw new ArgumentException(
                    $"The model in '{folder}' makes chunks of {Settings.FramesPerBlock} latent frames; " +
                    $"suites are laid out for chunks of {FrameGrid.ChunkLatents} or 1.");
            }
            bool isShapes = Settings.Height == ShapesWorld.Size && Settings.Width == ShapesWorld.Size;
            World = Settings.World is string name ? WorldProfile.Of(name) : isShapes ? WorldProfile.Full : null;
            Profile = World is null ? ProfileOf(Settings) : VideoProfile.OfRate((int)Math.Round(Settings.FramesPerSecond));
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>What computes.</summary>
    public Compute Compute { get; }

    /// <summary>The folder.</summary>
    public string Path => _folder.Path;

    /// <summary>How the transformer that the comparison is laid out for wants to be run.</summary>
    public TransformerSettings Settings { get; }

    /// <summary>The model's sampler.</summary>
    public SamplerOptions Sampler { get; }

    /// <summary>Sizes of the autoencoder.</summary>
    public WanVaeConfig VaeConfig { get; }

    /// <summary>What part of the Shapes world it was trained on; null for models of anything else.</summary>
    public WorldProfile? World { get; }

    /// <summary>Frame rate and training length.</summary>
    public VideoProfile Profile { get; }

    /// <summary>Frequencies of the rotary embedding's temporal pairs, radians a latent frame, the fastest first; of the transformer that all is laid out for.</summary>
    public IReadOnlyList<double> TemporalFrequencies
    {
        get
        {
            WanTransformerConfig config = _folder.TransformerConfig(_kind);
            return RotaryFrequencies.Standard(config.HeadDim, config.RotaryBase).Temporal;
        }
    }

    /// <summary>Bytes that a video may use; null (the default) for what the system has.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>The autoencoder; there after <see cref="Load"/>.</summary>
    public WanVae Vae => _vae ?? throw NotLoaded();

    /// <summary>Loads the weights and encodes all prompts.</summary>
    /// <param name="prompts">Every prompt that will be asked for.</param>
    /// <exception cref="Tensors.Files.CheckpointException">A part is missing or does not fit.</exception>
    public void Load(IEnumerable<string> prompts)
    {
        string[] texts = [.. prompts.Append("").Distinct()];
        WanTokenizer tokenizer = _folder.LoadTokenizer();
        using (ParameterStore weights = _folder.LoadTextEncoderParameters())
        {
            using Umt5Encoder encoder = new(_folder.TextEncoderConfig(), weights);
            _prompts = EncodedPrompts.Encode(Compute, new WanPromptEncoder(tokenizer, encoder), texts);
        }
        _vae = _folder.LoadVae();
        _decoder = new WanChunkDecoder(_vae.Decoder);
    }

    /// <summary>Begins to generate a video with a method, as users get it.</summary>
    /// <param name="method">The method.</param>
    /// <param name="story">What is to be seen.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <exception cref="ArgumentException">The method does not fit the story or the model.</exception>
    /// <exception cref="InsufficientMemoryException">The run does not fit in memory.</exception>
    public VideoGenerator Start(MethodChoice method, Generation.Stories.Story story, ulong seed)
    {
        IPromptEncoder prompts = _prompts ?? throw NotLoaded();
        return OptionsOf(method, seed) is ClipOptions clips
            ? new ClipGenerator(Compute, Transformer(TransformerKind.Bidirectional, method), _decoder, prompts, story, clips)
            : new StreamingGenerator(
                Compute, Transformer(TransformerKind.Causal, method), _decoder, prompts, story, (GenerationOptions)OptionsOf(method, seed));
    }

    /// <summary>How a method is run, sizes and sampler of its own transformer included.</summary>
    /// <param name="method">The method.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <exception cref="ArgumentException">The folder's two transformers do not make the same videos.</exception>
    public VideoOptions OptionsOf(MethodChoice method, ulong seed)
    {
        if (!method.IsClip)
        {
            return new GenerationOptions
            {
                Method = method.Create(),
                Width = Settings.Width,
                Height = Settings.Height,
                Sampler = Sampler,
                Seed = seed,
                ChunkFrames = Settings.FramesPerBlock,
                FrameRate = Settings.FramesPerSecond,
                SpatialStride = VaeConfig.SpatialFactor,
                MemoryLimit = MemoryLimit,
            };
        }
        RequireTransformer(TransformerKind.Bidirectional, method);
        TransformerSettings own = _folder.Settings(TransformerKind.Bidirectional);
        if (own.Width != Settings.Width || own.Height != Settings.Height || own.FramesPerSecond != Settings.FramesPerSecond)
        {
            throw new ArgumentException(
                $"The bidirectional transformer in '{Path}' makes videos of {own.Width}x{own.Height} at {own.FramesPerSecond} frames a second, the causal one of " +
                $"{Settings.Width}x{Settings.Height} at {Settings.FramesPerSecond}; compare methods of one kind at a time.");
        }
        return new ClipOptions
        {
            Method = method.CreateClip(),
            ClipFrames = own.TrainedFrames,
            Width = own.Width,
            Height = own.Height,
            Sampler = SamplerOptions.From(own),
            Seed = seed,
            ChunkFrames = Settings.FramesPerBlock,
            FrameRate = own.FramesPerSecond,
            SpatialStride = VaeConfig.SpatialFactor,
            MemoryLimit = MemoryLimit,
        };
    }

    /// <summary>
    /// Refuses, before the long work starts, methods that do not fit the longest and the shortest stories they are asked for, memory included,
    /// and prompts of which the model would not read what their videos are measured by.
    /// </summary>
    /// <param name="plan">What will be asked for.</param>
    /// <exception cref="ArgumentException">A method does not fit.</exception>
    /// <exception cref="SuiteException">A caption is longer than what the model reads.</exception>
    /// <exception cref="InsufficientMemoryException">A run does not fit in memory.</exception>
    public void Check(ComparisonPlan plan)
    {
        CheckCaptions(plan);
        foreach (IGrouping<MethodChoice, PlannedVideo> method in plan.Videos.Where(v => v.Method is not null).GroupBy(v => v.Method!))
        {
            PlannedVideo longest = method.MaxBy(v => v.Video.Chunks)!;
            Start(method.Key, longest.Video.ToStory(), 0).Dispose();
            if (method.Key.IsClip)
            {
                PlannedVideo shortest = method.MinBy(v => v.Video.Chunks)!;
                Start(method.Key, shortest.Video.ToStory(), 0).Dispose();
            }
        }
    }

    private void CheckCaptions(ComparisonPlan plan)
    {
        WanTokenizer tokenizer = _folder.LoadTokenizer();
        foreach (PromptVideo video in plan.Videos.Select(v => v.Video).Where(v => v.Truth is not null).DistinctBy(v => v.Item))
        {
            foreach (PromptSegment prompt in video.Prompts)
            {
                if (tokenizer.Count(prompt.Text) is int tokens && tokens > tokenizer.MaxLength)
                {
                    throw new SuiteException(
                        $"Item {video.Item.Id} of {plan.Suite} has a caption of {tokens} tokens, of which the model reads {tokenizer.MaxLength}: "
                        + "ask for shorter videos (some suites then have fewer scenes), another suite, or a prompt a scene (--captions full).");
                }
            }
        }
    }

    /// <summary>Refuses a method whose kind of transformer the folder does not have; asks for nothing loaded.</summary>
    /// <param name="method">The method.</param>
    /// <exception cref="ArgumentException">The folder has no such transformer.</exception>
    public void Require(MethodChoice method) =>
        RequireTransformer(method.IsClip ? TransformerKind.Bidirectional : TransformerKind.Causal, method);

    /// <summary>Frees all networks.</summary>
    public void Dispose()
    {
        _decoder?.Dispose();
        _prompts?.Dispose();
        _folder.Dispose();
    }

    private WanTransformer Transformer(TransformerKind kind, MethodChoice method)
    {
        RequireTransformer(kind, method);
        if (!_transformers.TryGetValue(kind, out WanTransformer? transformer))
        {
            _transformers.Add(kind, transformer = _folder.LoadTransformer(kind));
        }
        return transformer;
    }

    private void RequireTransformer(TransformerKind kind, MethodChoice method)
    {
        if (!_folder.Transformers.Contains(kind))
        {
            throw new ArgumentException(
                $"The model in '{Path}' has no {(kind == TransformerKind.Causal ? "causal" : "bidirectional")} transformer, " +
                $"which the method {method.Label} needs; " +
                "leave the method out or name another model.");
        }
    }

    private static VideoProfile ProfileOf(TransformerSettings settings)
    {
        // A unit is a whole number of the grid's chunks.
        int latents = Math.Max(1, settings.TrainedFrames / FrameGrid.ChunkLatents) * FrameGrid.ChunkLatents;
        return new VideoProfile("model", Math.Max(1, (int)Math.Round(settings.FramesPerSecond)), latents);
    }

    private static InvalidOperationException NotLoaded() => new("The model's weights are not loaded yet; call Load first.");
}
