namespace LongTake.Evaluation.Shapes;

/// <summary>How training clips are mixed; the defaults are those of spec/benchmarks.md section 4.5.</summary>
public sealed class TrainingClipOptions
{
    /// <summary>Share of clips with two scenes, 0.3.</summary>
    public double TwoSceneShare { get; init; } = 0.3;

    /// <summary>Share of second captions in pronoun form, 0.5.</summary>
    public double PronounShare { get; init; } = 0.5;

    /// <summary>Share of the pronoun captions that say only what changes (delta form), 0.25.</summary>
    public double DeltaShare { get; init; } = 0.25;

    /// <summary>Share of captions in a training paraphrase, 0.2.</summary>
    public double ParaphraseShare { get; init; } = 0.2;

    /// <summary>Share of clips whose captions are empty, for classifier-free guidance, 0.1.</summary>
    public double EmptyShare { get; init; } = 0.1;

    /// <summary>What part of the world the clips show; all of it by default.</summary>
    public WorldProfile World { get; init; } = WorldProfile.Full;

    /// <summary>Checks that every share is in 0..1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not; the message names it.</exception>
    public void Validate()
    {
        Check(TwoSceneShare, nameof(TwoSceneShare));
        Check(PronounShare, nameof(PronounShare));
        Check(DeltaShare, nameof(DeltaShare));
        Check(ParaphraseShare, nameof(ParaphraseShare));
        Check(EmptyShare, nameof(EmptyShare));
    }

    private static void Check(double share, string name)
    {
        if (share is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, share, $"{name} must be between 0 and 1.");
        }
    }
}

/// <summary>
/// The endless stream of training clips: clip k depends on k alone (generator stream 0), so that any worker can make any clip.
/// All scenes are of the training distribution.
/// </summary>
public sealed class TrainingClips
{
    private readonly TrainingClipOptions _options;

    /// <summary>A stream of clips.</summary>
    /// <param name="framesPerSecond">Frame rate, 16 (standard) or 8 (light).</param>
    /// <param name="options">Mix; null for the defaults.</param>
    public TrainingClips(int framesPerSecond = 16, TrainingClipOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerSecond, 1);
        FramesPerSecond = framesPerSecond;
        _options = options ?? new TrainingClipOptions();
        _options.Validate();
    }

    /// <summary>Frame rate.</summary>
    public int FramesPerSecond { get; }

    /// <summary>Clip number <paramref name="index"/> with its pixels.</summary>
    /// <param name="index">Number of the clip, from 0.</param>
    /// <param name="frames">Frames, 4(n-1)+1 for n latents.</param>
    public TrainingClip Get(long index, int frames)
    {
        TrainingClip clip = Describe(index, frames);
        byte[] pixels = new byte[frames * SceneRenderer.FrameBytes(1)];
        clip.Story.Render(0, frames, pixels);
        return clip with { Frames = pixels };
    }

    /// <summary>Clip number <paramref name="index"/> without pixels; <see cref="Story.Render"/> makes them.</summary>
    /// <param name="index">Number of the clip, from 0.</param>
    /// <param name="frames">Frames; the scenes drawn do not depend on it, only the place of the cut does.</param>
    public TrainingClip Describe(long index, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        SplitMix64 random = new(0, index);
        SceneState first = _options.World.Restrict(SceneSampler.Scene(random, SceneLevel.InDistribution));
        (double x, double y) = SceneSampler.Position(random);
        double phase = SceneSampler.Phase(random);
        bool two = random.NextDouble() < _options.TwoSceneShare;
        SceneDifference change = (SceneDifference)random.NextInt(3);
        SceneState second = SceneSampler.NextScene(random, first, change, _options.World);
        double secondPhase = SceneSampler.Phase(random);
        double cutAt = random.NextDouble();
        bool pronoun = random.NextDouble() < _options.PronounShare;
        bool delta = random.NextDouble() < _options.DeltaShare;
        bool empty = random.NextDouble() < _options.EmptyShare;
        CaptionWording firstWording = Wording(random);
        CaptionWording secondWording = Wording(random);

        int? cut = two ? CutFrame(frames, cutAt) : null;
        int firstFrames = cut ?? frames;
        List<StoryScene> scenes = [new(first, phase, 0, firstFrames)];
        List<string> captions = [empty ? "" : Captions.Full(first, firstWording)];
        if (cut is not null)
        {
            scenes.Add(new StoryScene(second, secondPhase, firstFrames, frames - firstFrames));
            captions.Add(empty ? ""
                : !pronoun ? Captions.Full(second, secondWording)
                : delta ? Captions.Delta(first, second, secondWording)
                : Captions.Pronoun(first, second, secondWording));
        }
        return new TrainingClip(index, new Story(FramesPerSecond, x, y, scenes), captions, cut, []);
    }

    /// <summary>
    /// A chunk boundary at least two chunks from either end (one in clips of fewer than four chunks), or null when the clip has
    /// none.
    /// </summary>
    private static int? CutFrame(int frames, double u)
    {
        int chunks = FrameGrid.Chunks(frames);
        int margin = chunks >= 4 ? 2 : 1;
        int places = chunks - 2 * margin + 1;
        return places < 1 ? null : FrameGrid.ChunkStart(margin + (int)(u * places));
    }

    private CaptionWording Wording(SplitMix64 random)
    {
        bool paraphrase = random.NextDouble() < _options.ParaphraseShare;
        bool glides = random.NextInt(2) == 1;
        return !paraphrase ? CaptionWording.Canonical : glides ? CaptionWording.Glides : CaptionWording.Drifts;
    }
}

/// <summary>One clip to train on.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Story">The scenes; renders the frames.</param>
/// <param name="Captions">One per scene; all empty in clips for guidance.</param>
/// <param name="CutFrame">First frame of the second scene, or null.</param>
/// <param name="Frames">[F, 64, 64, 3] bytes; empty when only described.</param>
public sealed record TrainingClip(long Index, Story Story, IReadOnlyList<string> Captions, int? CutFrame, byte[] Frames)
{
    /// <summary>Latent frame that the second scene starts at.</summary>
    public int? CutLatent => CutFrame is int frame ? FrameGrid.Latents(frame) : null;

    /// <summary>The captions as one prompt ("... then ..."), for models that take only one; empty in clips for guidance.</summary>
    public string JointCaption =>
        Captions[0].Length == 0 ? "" : string.Join(" then ", Captions.Select((c, i) => i < Captions.Count - 1 ? c.TrimEnd('.') : c));
}
