using LongTake.Generation.Clips;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.Miga;

/// <summary>
/// A run of MIGA. Units of work, in this order where several are possible: a window of the second stage, a step of the first clip, a judgment, a pass over the
/// queue. Source: miga.md 7.
/// </summary>
internal sealed class MigaStream : LatentStream
{
    private readonly MigaOptions _options;
    private readonly QueueSchedule _schedule;
    private readonly UnifiedStage _unified;
    private readonly LatentQueue? _queue;
    private readonly WindowPass? _pass;
    private readonly ClipSampler? _clip;
    private readonly SelfReflection? _reflection;
    private readonly IWindowGuidance? _guidance;
    private readonly List<PassWindow> _windows = [];
    private bool _started;
    private bool _reflectionIsDue;

    public MigaStream(MigaOptions options, ClipRunInfo run, IClipNetwork network)
        : base(run, network)
    {
        _options = options;
        LatentSolver solver = LatentSolver.For(run.Sampler);
        _schedule = new QueueSchedule(options, run.Latents, run.ClipFrames);
        _unified = new UnifiedStage(options, run, network, solver);
        if (network is ClipNetwork wan)
        {
            wan.HeadSeesFirstTimestep = options.Head == HeadModulation.First;
        }
        if (options.QueueSteps == 0)
        {
            _started = true;
            return;
        }
        _queue = new LatentQueue(options.QueueLatents, run.Latent, solver, run.Seed);
        _pass = new WindowPass(network, run, _queue.Capacity) { InPlace = options.Passes == PassOrder.InPlace, Prompts = options.Prompts };
        _guidance = options.Guidance > 0 ? new MigaGuidance(options.Guidance, options.Zigzag, options.GuidanceRule) : null;
        _reflection = options.Reflects ? new SelfReflection(options, run, network, solver) { Judged = j => Judged?.Invoke(j) } : null;
        int chunks = options.StartChunks(run.ClipFrames);
        _started = chunks == 0;
        _clip = chunks == 0
            ? null
            : new ClipSampler(network, run, solver, run.ClipFrames, (chunks * options.Zigzag) - run.ClipFrames, options.Prompts);
    }

    /// <inheritdoc/>
    public override long ExtraCalls => _reflection is null ? 0 : _reflection.Searches * SelfReflection.SearchCalls(_options, Run.ClipFrames);

    /// <inheritdoc/>
    public override SearchCounts? Searches => _reflection?.Counts;

    /// <summary>The queue, for tests.</summary>
    internal LatentQueue? Queue => _queue;

    protected override Tensor? OnAdvance(CancellationToken cancellation)
    {
        if (_unified.TryStep(cancellation))
        {
            return _unified.Finished(Run.Latents - Emitted ?? long.MaxValue);
        }
        cancellation.ThrowIfCancellationRequested();
        if (_queue is null)
        {
            _unified.TakeNoise(_options.Zigzag);
        }
        else if (_clip is { IsDone: false })
        {
            _clip.Step();
        }
        else if (_reflectionIsDue)
        {
            _reflection!.Look(_queue, cancellation);
            _reflectionIsDue = false;
        }
        else
        {
            if (!_started)
            {
                Fill(_queue, _clip!);
                _started = true;
            }
            return Pass(_queue, cancellation);
        }
        return null;
    }

    protected override void OnSave(GenerationState state)
    {
        state.Put("miga.started", _started ? 1 : 0);
        state.Put("miga.reflection-is-due", _reflectionIsDue ? 1 : 0);
        _unified.Save(state);
        if (!_started)
        {
            _clip!.Save(state, "miga.clip");
        }
        else if (_queue is not null)
        {
            _queue.Save(state, "miga.queue");
            _schedule.Save(state);
            _reflection?.Save(state);
        }
    }

    protected override void OnRestore(GenerationState state)
    {
        _started = state.Int64("miga.started") != 0;
        _reflectionIsDue = state.Int64("miga.reflection-is-due") != 0;
        _unified.Restore(state);
        if (!_started)
        {
            _clip!.Restore(state, "miga.clip");
        }
        else if (_queue is not null)
        {
            _queue.Restore(state, "miga.queue");
            _schedule.Restore(state);
            _reflection?.Restore(state);
            _clip?.Skip();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _unified.Dispose();
        _queue?.Dispose();
        _pass?.Dispose();
        _clip?.Dispose();
        _reflection?.Dispose();
    }

    /// <summary>The clip's chunks at falling levels, the first one the cleanest; what does not fill a chunk at its beginning is left out.</summary>
    private void Fill(LatentQueue queue, ClipSampler clip)
    {
        int chunks = _options.StartChunks(Run.ClipFrames);
        int dropped = clip.Frames - (chunks * _options.Zigzag);
        using Tensor noise = Tensor.Empty([Run.LatentSize]);
        for (int i = 0; i < chunks * _options.Zigzag; i++)
        {
            clip.Sample(dropped + i).CopyTo(queue.Push(i, 0));
            ClipNoise.Renoise(Run.Seed, i, noise.Span);
            queue.Renoise(i, chunks - (i / _options.Zigzag), noise.Span);
        }
    }

    private Tensor? Pass(LatentQueue queue, CancellationToken cancellation)
    {
        QueuePass pass = _schedule.Next();
        for (int i = 0; i < pass.Enters; i++)
        {
            queue.PushNoise(_schedule.Entered + i);
        }
        try
        {
            MigaWindows.Fill(_options, Run.ClipFrames, pass, _windows);
            _pass!.Run(queue, _windows, _guidance, 0, queue.Place(0), cancellation);
        }
        catch (OperationCanceledException)
        {
            queue.DropTail(pass.Enters);
            throw;
        }
        _unified.Take(queue, pass.Leaves);
        queue.Pop(pass.Leaves);
        _schedule.Commit(pass);
        _reflectionIsDue = _reflection is not null && _reflection.IsDue(_schedule);

        // Without unified steps what leaves the queue is clean.
        return _unified.Finished(Run.Latents - Emitted ?? long.MaxValue);
    }
}
