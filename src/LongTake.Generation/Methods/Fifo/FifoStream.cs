using LongTake.Generation.Clips;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.Fifo;

/// <summary>
/// A run of FIFO-Diffusion. First a clip is sampled; the queue begins as noised copies of its first latent followed by the clip. The passes before the clip has
/// come to the head are warm-up. Source: fifo-and-sliding-window.md 2.3 and 2.4.
/// </summary>
internal sealed class FifoStream : LatentStream
{
    private readonly FifoOptions _options;
    private readonly ClipSampler _clip;
    private readonly LatentQueue _queue;
    private readonly WindowPass _pass;
    private readonly List<PassWindow> _windows = [];
    private readonly int _prefix;
    private readonly int _steps;
    private bool _started;

    public FifoStream(FifoOptions options, ClipRunInfo run, IClipNetwork network)
        : base(run, network)
    {
        _options = options;
        int frames = run.ClipFrames;
        LatentSolver solver = LatentSolver.For(run.Sampler);
        _steps = solver.Steps;
        _prefix = FifoWindows.Prefix(options.Windowing, frames);
        _clip = new ClipSampler(network, run, solver, frames, 0, options.Prompts);
        _queue = new LatentQueue(_steps + _prefix, run.Latent, solver, run.Seed);
        _pass = new WindowPass(network, run, _queue.Capacity) { InPlace = options.Passes == PassOrder.InPlace, Prompts = options.Prompts };
        FifoWindows.Fill(options.Windowing, options.Partitions, frames, options.StrideFor(frames), _windows);
    }

    /// <summary>The queue, for tests.</summary>
    internal LatentQueue Queue => _queue;

    protected override Tensor? OnAdvance(CancellationToken cancellation)
    {
        if (!_clip.IsDone)
        {
            cancellation.ThrowIfCancellationRequested();
            _clip.Step();
            return null;
        }
        if (!_started)
        {
            FifoStart.Fill(_queue, _clip, Run, _prefix, _steps);
            _started = true;
        }
        _pass.Run(_queue, _windows, null, _prefix, _queue.Place(_prefix), cancellation);
        long place = _queue.Place(_prefix);
        Tensor? finished = place < 0 ? null : Copy(_queue.Sample(_prefix));
        long next = _queue.Place(_queue.Count - 1) + 1;

        // The finished latent stays as context for half a clip.
        _queue.Pop(1);
        _queue.PushNoise(next);
        return finished;
    }

    protected override void OnSave(GenerationState state)
    {
        state.Put("fifo.started", _started ? 1 : 0);
        if (_started)
        {
            _queue.Save(state, "fifo.queue");
        }
        else
        {
            _clip.Save(state, "fifo.clip");
        }
    }

    protected override void OnRestore(GenerationState state)
    {
        _started = state.Int64("fifo.started") != 0;
        if (_started)
        {
            _queue.Restore(state, "fifo.queue");
            _clip.Skip();
        }
        else
        {
            _clip.Restore(state, "fifo.clip");
        }
    }

    protected override void Dispose(bool disposing)
    {
        _clip.Dispose();
        _queue.Dispose();
        _pass.Dispose();
    }

    private Tensor Copy(ReadOnlySpan<float> latent)
    {
        Tensor copy = Tensor.Empty([1, 1, Run.Latent[0], Run.Height, Run.Width]);
        latent.CopyTo(copy.Span);
        return copy;
    }
}
