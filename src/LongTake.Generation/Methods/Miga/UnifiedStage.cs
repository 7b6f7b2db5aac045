using LongTake.Generation.Clips;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.Miga;

/// <summary>
/// The second stage: latents that left the queue, all at one level, are denoised to the end in sliding windows of one level each, without guidance. Constant memory.
/// Source: miga.md 4.4 and 4.6.
/// </summary>
internal sealed class UnifiedStage : IDisposable
{
    private readonly MigaOptions _options;
    private readonly ClipRunInfo _run;
    private readonly IClipNetwork _network;
    private readonly UnifiedSchedule _schedule;
    private readonly LatentQueue _latents;
    private readonly ClipCall _call;
    private readonly Tensor _noise;
    private ClipCall? _shortCall;
    private long _first;

    public UnifiedStage(MigaOptions options, ClipRunInfo run, IClipNetwork network, LatentSolver solver)
    {
        _options = options;
        _run = run;
        _network = network;
        _schedule = new UnifiedSchedule(options, run.Latents, run.ClipFrames);
        _latents = new LatentQueue(UnifiedSchedule.Capacity(options, run.Latents, run.ClipFrames), run.Latent, solver, run.Seed);
        _call = new ClipCall(run.ClipFrames, run.Latent);
        _noise = TensorScope.Detach(Tensor.Empty([run.LatentSize]));
    }

    /// <summary>Latents that have come.</summary>
    public long Arrived => _schedule.Arrived;

    /// <summary>Takes latents from the head of the queue, without their solver history.</summary>
    public void Take(LatentQueue queue, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _latents.PushCopy(queue, i);
            int last = _latents.Count - 1;
            _latents.Relabel(last, _options.UnifiedLevel);
            Refine(last, step: -1);
        }
        _schedule.Arrived += count;
    }

    /// <summary>Takes pure noise, where there is no queue.</summary>
    public void TakeNoise(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _latents.PushNoise(_schedule.Arrived++);
        }
    }

    /// <summary>Does one window.</summary>
    /// <returns>False if more latents have to come first.</returns>
    public bool TryStep(CancellationToken cancellation)
    {
        if (!_schedule.TryNext(out UnifiedWindow window))
        {
            return false;
        }
        cancellation.ThrowIfCancellationRequested();
        int start = (int)(window.Start - _first);
        ClipCall call = Fill(window, start);
        _network.Predict(call);
        for (int i = 0; i < window.Keep; i++)
        {
            _latents.Step(start + i, call.VelocityOf(i));
            Refine(start + i, window.Step);
        }
        _schedule.Commit(window);
        return true;
    }

    /// <summary>Hands out what is finished.</summary>
    /// <param name="most">Most latents.</param>
    /// <returns>[1, n, C, h, w]; null if there is nothing.</returns>
    public Tensor? Finished(long most)
    {
        int finished = (int)(_schedule.Finished - _first);
        int count = (int)Math.Min(finished, most);
        Tensor? result = null;
        if (count > 0)
        {
            result = Tensor.Empty([1, count, _run.Latent[0], _run.Height, _run.Width]);
            for (int i = 0; i < count; i++)
            {
                _latents.Sample(i).CopyTo(result.Span[(i * _run.LatentSize)..]);
            }
        }
        _latents.Pop(finished);
        _first += finished;
        return result;
    }

    public void Save(GenerationState state)
    {
        state.Put("miga.first", _first);
        _schedule.Save(state);
        _latents.Save(state, "miga.unified");
    }

    public void Restore(GenerationState state)
    {
        _first = state.Int64("miga.first");
        _schedule.Restore(state);
        _latents.Restore(state, "miga.unified");
    }

    public void Dispose()
    {
        _latents.Dispose();
        _call.Dispose();
        _shortCall?.Dispose();
        _noise.Dispose();
    }

    /// <summary>Noises a latent that was clean after a step, where a refinement follows.</summary>
    private void Refine(int index, int step)
    {
        if (_schedule.RefinementAfter(step) is int pass)
        {
            ClipNoise.Refinement(_run.Seed, _latents.Place(index), pass, _noise.Span);
            _latents.Renoise(index, _schedule.LevelBefore(step + 1), _noise.Span);
        }
    }

    private ClipCall Fill(UnifiedWindow window, int start)
    {
        ClipCall call = window.Frames == _call.Frames ? _call : _shortCall ??= new ClipCall(window.Frames, _run.Latent);
        int level = _schedule.LevelBefore(window.Step);
        int shared = _run.PromptAt(window.Start);
        for (int i = 0; i < window.Frames; i++)
        {
            int index = start + i;
            if (_latents.Level(index) != level)
            {
                throw new InvalidOperationException(
                    $"Latent {window.Start + i} is at level {_latents.Level(index)} where unified step {window.Step} starts from level {level}.");
            }
            long place = window.Start + i;
            call.Set(i, _latents.Sample(index), _latents.Timestep(index), _options.Prompts == PromptRule.Latent ? _run.PromptAt(place) : shared, place);
        }
        return call;
    }
}
