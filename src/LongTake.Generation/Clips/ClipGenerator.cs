using LongTake.Generation.PromptChanges;
using LongTake.Generation.Stories;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>
/// Tells a story with a bidirectional model: a clip method makes latents, which are decoded and handed on chunk by chunk. The counterpart of
/// <see cref="StreamingGenerator"/>. Can stop and resume between any two units of work, before the first chunk too. Not thread-safe.
/// <code>
/// using ClipGenerator generator = new(compute, transformer, decoder, encoder, story, options);
/// await foreach (VideoChunk chunk in generator.GenerateAsync())
/// {
///     using (chunk) { Show(chunk.Frames); }
/// }
/// </code>
/// </summary>
public sealed partial class ClipGenerator : VideoGenerator
{
    private readonly ClipOptions _options;
    private readonly PromptSteps _steps;
    private readonly ClipRunInfo _run;
    private readonly Tensor[] _features;
    private readonly Tensor[] _prompts;
    private readonly ClipNetwork _network;
    private readonly LatentStream _stream;
    private readonly ChunkCollector _collector;
    private long _callsBefore;
    private bool _worked;

    /// <summary>Plans the run, checks that it fits in memory, encodes all prompts and takes the method's memory.</summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="transformer">The bidirectional network; stays the caller's.</param>
    /// <param name="decoder">Latents to frames, from the start of a video; stays the caller's. Null for latents only.</param>
    /// <param name="encoder">Prompts to features; not used any more after the constructor.</param>
    /// <param name="story">What is to be seen.</param>
    /// <param name="options">Options.</param>
    /// <exception cref="ArgumentException">Options are out of range, conflict, or do not fit model and story; the message names them.</exception>
    /// <exception cref="StoryException">The story's times do not fit together.</exception>
    /// <exception cref="InsufficientMemoryException">The run does not fit in memory.</exception>
    public ClipGenerator(
        Compute compute, WanTransformer transformer, IChunkDecoder? decoder, IPromptEncoder encoder, Story story, ClipOptions options)
        : base(compute, decoder, Check(story, options, transformer.Config), options)
    {
        _options = options;
        _steps = StepsOf(Timeline, options);
        _run = RunOf(Timeline, options, transformer.Config);
        ClipPlan plan = options.Method.Plan(_run);
        AttendedTokens = plan.CallFrames * transformer.Config.GridOf(1, _run.Height, _run.Width).Count;
        Plan = GenerationPlan.For(transformer, Decoder, Timeline, options, _run, plan);
        Plan.Check();
        Decoder?.Reset();
        List<string> texts = [.. Timeline.Entries.Select(e => e.Scene.Prompt)];
        if (options.Sampler.IsGuided)
        {
            texts.Add(options.NegativePrompt);
        }
        _features = encoder.Encode(compute, texts);
        foreach (Tensor t in _features)
        {
            TensorScope.Detach(t);
        }
        _prompts = _steps.Features(_features);
        _network = new ClipNetwork(compute, transformer, _run, _prompts, options.Sampler.IsGuided ? _features[^1] : null);
        _stream = options.Method.Start(_run, _network);
        _collector = new ChunkCollector(options.ChunkFrames);
    }

    /// <inheritdoc/>
    public override long NetworkCalls => _callsBefore + _network.Calls;

    /// <inheritdoc/>
    public override double AttendedTokens { get; }

    /// <summary>Latent frames that went through the network in this process, in all its calls.</summary>
    public long ComputedFrames => _network.Frames;

    /// <inheritdoc/>
    public override bool HasProgress => _worked;

    /// <inheritdoc/>
    public override SearchCounts? Searches => _stream.Searches;

    /// <summary>Told of every judgment of a method that judges what it makes (<see cref="ClipMethod.Judges"/>), on the thread that generates.</summary>
    public Action<Judgment>? Judged
    {
        get => _stream.Judged;
        set => _stream.Judged = value;
    }

    /// <summary>The method's run.</summary>
    internal LatentStream Stream => _stream;

    /// <summary>By network calls, since most of them may come before the first chunk or after the last but one.</summary>
    private protected override double? Share =>
        AllCalls is long calls && !IsDone ? Math.Min(1, (double)NetworkCalls / calls) : base.Share;

    private protected override long? AllCalls => Plan.NetworkCalls + _stream.ExtraCalls;

    /// <summary>Checks options, story and the method against the sizes of a model, before its weights are read.</summary>
    /// <param name="story">What is to be seen.</param>
    /// <param name="options">Options.</param>
    /// <param name="model">Sizes of the bidirectional transformer.</param>
    /// <returns>When scenes take effect.</returns>
    /// <exception cref="ArgumentException">Something is out of range or conflicts; the message names it.</exception>
    /// <exception cref="StoryException">The story's times do not fit together.</exception>
    public static StoryTimeline Check(Story story, ClipOptions options, WanTransformerConfig model)
    {
        options.Validate();
        StoryTimeline timeline = StoryTimeline.Of(story, options.FrameRate, options.ChunkFrames);
        for (int i = 0; i < timeline.Entries.Count; i++)
        {
            SceneChange change = timeline.Entries[i].Scene.Change;
            if (change.Kind is not (SceneChangeKind.Method or SceneChangeKind.Keep or SceneChangeKind.Blend))
            {
                throw new ArgumentException(
                    $"{story.Place(i)}Scene {i + 1} asks for '{change}', which the method '{options.Method.Name}' cannot do, as it keeps no cache of the past; " +
                    $"leave '{change}' out or use keep or blend.");
            }
        }
        options.Method.Plan(RunOf(timeline, options, model));
        return timeline;
    }

    /// <inheritdoc/>
    public override VideoChunk? Advance(CancellationToken cancellation = default)
    {
        if (IsDone)
        {
            return null;
        }
        if (_collector.Take() is Tensor ready)
        {
            return Finish(ready);
        }
        Tensor? block = _stream.Advance(cancellation);
        _worked = true;
        if (block is null)
        {
            return null;
        }
        _collector.Add(block);
        return _collector.Take() is Tensor chunk ? Finish(chunk) : null;
    }

    private protected override void Dispose(bool disposing)
    {
        _collector.Dispose();
        _stream.Dispose();
        _network.Dispose();
        foreach (Tensor t in _prompts.Concat(_features).Distinct())
        {
            t.Dispose();
        }
    }

    private VideoChunk Finish(Tensor chunk) => Finish(chunk, Timeline.Entries[_steps.SceneAt(Chunk * _options.ChunkFrames)].Scene.Prompt);

    private static PromptSteps StepsOf(StoryTimeline timeline, ClipOptions options) =>
        new(timeline, options.ChunkFrames, options.Method.SceneBlend);

    private static ClipRunInfo RunOf(StoryTimeline timeline, ClipOptions options, WanTransformerConfig model) => options.Method.Prepare(new ClipRunInfo
    {
        Model = model,
        ClipFrames = options.ClipFrames,
        Height = options.Height / options.SpatialStride,
        Width = options.Width / options.SpatialStride,
        Sampler = options.Sampler,
        Seed = options.Seed,
        Latents = timeline.Chunks * options.ChunkFrames,
        PromptStarts = StepsOf(timeline, options).Starts,
    });
}
