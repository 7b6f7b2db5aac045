using LongTake.Generation.Streaming;

namespace LongTake.Generation.Clips;

/// <summary>
/// Plain sampling of one clip, all latents at one level and all in one call, a step at a time: the same numbers as <see cref="Samplers.BidirectionalSampler"/>
/// gives. What queues begin with.
/// </summary>
public sealed class ClipSampler : IDisposable
{
    // Noise of latents before the video, out of the way of all places in it.
    private const long BeforeTheVideo = 1L << 46;

    private readonly LatentStore _latents;
    private readonly ClipCall _call;
    private readonly IClipNetwork _network;
    private readonly ClipRunInfo _run;
    private readonly PromptRule _prompts;
    private bool _skipped;

    /// <summary>Draws the noise of a clip.</summary>
    /// <param name="network">The network.</param>
    /// <param name="run">The run.</param>
    /// <param name="solver">The solver.</param>
    /// <param name="frames">Latents of the clip.</param>
    /// <param name="firstPlace">Place of its first latent in the video; negative where the first latents serve as a start only.</param>
    /// <param name="prompts">Whether latents are under their own prompts (<see cref="PromptRule.Latent"/>) or under the first one's.</param>
    public ClipSampler(
        IClipNetwork network, ClipRunInfo run, LatentSolver solver, int frames, long firstPlace = 0, PromptRule prompts = PromptRule.Window)
    {
        _network = network;
        _run = run;
        _prompts = prompts;
        _latents = new LatentStore(frames, run.Latent, solver, run.Seed);
        _call = new ClipCall(frames, run.Latent);
        for (int i = 0; i < frames; i++)
        {
            long place = firstPlace + i;
            _latents.Reset(i, place, 0);
            ClipNoise.Initial(run.Seed, place >= 0 ? place : BeforeTheVideo - place, _latents.Sample(i));
        }
    }

    /// <summary>Latents of the clip.</summary>
    public int Frames => _latents.Slots;

    /// <summary>Whether the clip is clean.</summary>
    public bool IsDone => _skipped || _latents.Level(0) == _latents.Solver.Steps;

    /// <summary>A latent, C h w numbers.</summary>
    public Span<float> Sample(int frame) => _latents.Sample(frame);

    /// <summary>Does the next step: one call.</summary>
    public void Step()
    {
        int first = _run.PromptAt(_latents.Place(0));
        for (int i = 0; i < Frames; i++)
        {
            long place = _latents.Place(i);
            _call.Set(i, _latents.Sample(i), _latents.Timestep(i), _prompts == PromptRule.Latent ? _run.PromptAt(place) : first, place);
        }
        _network.Predict(_call);
        for (int i = 0; i < Frames; i++)
        {
            _latents.Step(i, _call.VelocityOf(i));
        }
    }

    /// <summary>Says that the clip has served its purpose in a run that goes on from a later state.</summary>
    public void Skip() => _skipped = true;

    /// <summary>Puts everything into a snapshot.</summary>
    public void Save(GenerationState state, string name) => _latents.Save(state, name);

    /// <summary>Takes a snapshot over.</summary>
    public void Restore(GenerationState state, string name) => _latents.Restore(state, name);

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _latents.Dispose();
        _call.Dispose();
    }
}
