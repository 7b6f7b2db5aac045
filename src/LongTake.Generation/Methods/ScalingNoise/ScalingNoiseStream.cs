using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Fifo;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.ScalingNoise;

/// <summary>
/// A run of ScalingNoise: several queues of FIFO-Diffusion side by side, of which those go on whose new noise promises the most consistent
/// video. A finished latent is handed out when all beams descend from the one that finished it; a beam that would keep it waiting too long is
/// given up, so that memory stays constant.
/// Source: fifo-and-sliding-window.md 8 (arXiv 2503.16400).
/// </summary>
internal sealed class ScalingNoiseStream : LatentStream
{
    private readonly ScalingNoiseOptions _options;
    private readonly ClipSampler _clip;
    private readonly NoiseSearch _search;
    private readonly int[] _chosen;
    private readonly int _prefix;
    private readonly int _steps;
    private readonly int _lag;
    private SearchBeam[] _beams;
    private SearchBeam[] _next;
    private long _numbers;
    private bool _started;

    public ScalingNoiseStream(ScalingNoiseOptions options, ClipRunInfo run, IClipNetwork network)
        : base(run, network)
    {
        _options = options;
        LatentSolver solver = LatentSolver.For(run.Sampler);
        _prefix = FifoWindows.Prefix(FifoWindowing.Lookahead, run.ClipFrames);
        _steps = solver.Steps;
        _lag = options.LagFor(run.ClipFrames);
        _clip = new ClipSampler(network, run, solver, run.ClipFrames, 0, PromptRule.Queue);
        _search = new NoiseSearch(options, run, network, solver);
        _chosen = new int[options.Beams];
        _beams = Beams();
        _next = Beams();

        SearchBeam[] Beams() => [.. Enumerable.Range(0, options.Beams).Select(_ => new SearchBeam(run, solver, solver.Steps + _prefix, _lag + 1))];
    }

    /// <summary>The beams, for tests.</summary>
    internal IReadOnlyList<SearchBeam> Beams => _beams;

    /// <inheritdoc/>
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
            FifoStart.Fill(_beams[0].Queue, _clip, Run, _prefix, _steps);
            foreach (SearchBeam beam in _beams.AsSpan(1))
            {
                beam.CopyFrom(_beams[0]);
            }
            _started = true;
        }
        for (int b = 0; b < _beams.Length; b++)
        {
            _search.Predict(b, _beams[b].Queue, cancellation);
        }
        Choose();
        for (int b = 0; b < _next.Length; b++)
        {
            int from = _chosen[b] / _options.Candidates;
            _next[b].CopyFrom(_beams[from]);
            _next[b].Reward = _search.Rewards[_chosen[b]];
            _search.Step(_next[b].Queue, from, _chosen[b]);
            Shift(_next[b], _numbers + from);
        }
        _numbers += _beams.Length;
        (_beams, _next) = (_next, _beams);
        return HandOut();
    }

    /// <inheritdoc/>
    protected override void OnSave(GenerationState state)
    {
        state.Put("scaling.started", _started ? 1 : 0);
        state.Put("scaling.numbers", _numbers);
        if (!_started)
        {
            _clip.Save(state, "scaling.clip");
            return;
        }
        for (int b = 0; b < _beams.Length; b++)
        {
            _beams[b].Save(state, $"scaling.beam{b}");
        }
    }

    /// <inheritdoc/>
    protected override void OnRestore(GenerationState state)
    {
        _started = state.Int64("scaling.started") != 0;
        _numbers = state.Int64("scaling.numbers");
        if (!_started)
        {
            _clip.Restore(state, "scaling.clip");
            return;
        }
        _clip.Skip();
        for (int b = 0; b < _beams.Length; b++)
        {
            _beams[b].Restore(state, $"scaling.beam{b}");
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _clip.Dispose();
        _search.Dispose();
        foreach (SearchBeam beam in _beams)
        {
            beam.Dispose();
        }
        foreach (SearchBeam beam in _next)
        {
            beam.Dispose();
        }
    }

    /// <summary>
    /// Chooses as many candidates as there are beams: the best of all, or, now and then, the best of each beam, so that a beam that is behind
    /// is not lost at once. Of equals the first.
    /// </summary>
    private void Choose()
    {
        LatentQueue queue = _beams[0].Queue;
        bool eachBeam = _search.Chance(queue.Place(queue.Count - 1)) < _options.Epsilon;
        ReadOnlySpan<double> rewards = _search.Rewards;
        for (int b = 0; b < _chosen.Length; b++)
        {
            int first = eachBeam ? b * _options.Candidates : 0;
            int end = eachBeam ? first + _options.Candidates : rewards.Length;
            int best = -1;
            for (int c = first; c < end; c++)
            {
                bool taken = _chosen.AsSpan(0, b).Contains(c);
                if (!taken && (best < 0 || rewards[c] > rewards[best]))
                {
                    best = c;
                }
            }
            _chosen[b] = best;
        }
    }

    /// <summary>
    /// Takes the finished latent out of a queue and lets noise in at its tail. The new noise has had no part in what is finished, so that it is
    /// the same in all beams that come from one.
    /// </summary>
    private void Shift(SearchBeam beam, long number)
    {
        LatentQueue queue = beam.Queue;
        if (queue.Place(_prefix) >= 0)
        {
            beam.Finish(number, queue.Sample(_prefix));
        }
        long next = queue.Place(queue.Count - 1) + 1;
        queue.Pop(1);
        queue.PushNoise(next);
    }

    private Tensor? HandOut()
    {
        SearchBeam best = _beams[0];
        foreach (SearchBeam beam in _beams)
        {
            best = beam.Reward > best.Reward ? beam : best;
        }
        int count = 0;
        if (Emitted + best.Waiting >= Run.Latents)
        {
            count = best.Waiting;
        }
        else
        {
            if (best.Waiting > _lag)
            {
                GiveUpOthers(best);
            }
            count = Shared();
        }
        if (count == 0)
        {
            return null;
        }
        Tensor block = Tensor.Empty([1, count, Run.Latent[0], Run.Height, Run.Width]);
        for (int i = 0; i < count; i++)
        {
            best.Oldest.CopyTo(block.Span.Slice(i * Run.LatentSize, Run.LatentSize));
            foreach (SearchBeam beam in _beams)
            {
                beam.Drop();
            }
        }
        return block;
    }

    /// <summary>Beams that have finished another latent than the best one did where it has to be handed out become copies of the best one.</summary>
    private void GiveUpOthers(SearchBeam best)
    {
        foreach (SearchBeam beam in _beams)
        {
            if (beam.OldestNumber != best.OldestNumber)
            {
                beam.CopyFrom(best);
            }
        }
    }

    /// <summary>How many of the latents that have waited longest are the same in all beams.</summary>
    private int Shared()
    {
        int shared = 0;
        while (shared < _beams[0].Waiting)
        {
            long number = _beams[0].NumberOf(shared);
            foreach (SearchBeam beam in _beams)
            {
                if (beam.NumberOf(shared) != number)
                {
                    return shared;
                }
            }
            shared++;
        }
        return shared;
    }
}
