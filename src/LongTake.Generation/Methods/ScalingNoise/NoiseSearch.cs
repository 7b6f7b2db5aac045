using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Fifo;
using LongTake.Tensors;

namespace LongTake.Generation.Methods.ScalingNoise;

/// <summary>
/// One pass of all beams without its consequences: the network's outputs for their queues, and for each candidate of each beam its noise, its
/// outputs and its reward. The noisiest window is called once a candidate, the others once a beam: the latents whose results count there are in
/// no other window.
/// Source: fifo-and-sliding-window.md 8.
/// </summary>
internal sealed class NoiseSearch : IDisposable
{
    private readonly ClipRunInfo _run;
    private readonly IClipNetwork _network;
    private readonly LatentSolver _solver;
    private readonly CandidateNoise _source;
    private readonly List<PassWindow> _windows = [];
    private readonly ClipCall _call;
    private readonly Tensor _outputs;
    private readonly Tensor _tails;
    private readonly Tensor _noises;
    private readonly Tensor _estimates;
    private readonly double[] _rewards;
    private readonly int _candidates;
    private readonly int _prefix;

    /// <summary>Makes a search.</summary>
    public NoiseSearch(ScalingNoiseOptions options, ClipRunInfo run, IClipNetwork network, LatentSolver solver)
    {
        _run = run;
        _network = network;
        _solver = solver;
        _candidates = options.Candidates;
        int frames = run.ClipFrames;
        _prefix = FifoWindows.Prefix(FifoWindowing.Lookahead, frames);
        FifoWindows.Fill(FifoWindowing.Lookahead, options.Partitions, frames, frames, _windows);
        _source = new CandidateNoise(run, solver, options.LowPass);
        _call = new ClipCall(frames, run.Latent);
        int all = options.Beams * options.Candidates;
        _outputs = Make([options.Beams, solver.Steps + _prefix, run.LatentSize]);
        _tails = Make([all, Noisiest.Keep, run.LatentSize]);
        _noises = Make([all, run.LatentSize]);
        _estimates = Make([frames, run.LatentSize]);
        _rewards = new double[all];

        static Tensor Make(Shape shape) => TensorScope.Detach(Tensor.Zeros(shape));
    }

    /// <summary>Rewards by candidate; those of a beam lie together.</summary>
    public ReadOnlySpan<double> Rewards => _rewards;

    private PassWindow Noisiest => _windows[0];

    /// <summary>Network calls of a pass.</summary>
    /// <param name="options">Beams, candidates, partitions.</param>
    public static long CallsOf(ScalingNoiseOptions options) => options.Beams * ((2L * options.Partitions) - 1 + options.Candidates);

    /// <summary>Number from 0 to 1 for the choice among beams.</summary>
    public double Chance(long place) => _source.Chance(place);

    /// <summary>Calls the network for a beam; changes nothing of it.</summary>
    /// <param name="beam">Which beam.</param>
    /// <param name="queue">Its queue, the latent to be replaced at its tail.</param>
    /// <param name="cancellation">Looked at between calls.</param>
    public void Predict(int beam, LatentQueue queue, CancellationToken cancellation)
    {
        int prompt = _run.PromptAt(queue.Place(_prefix));
        int tail = queue.Count - 1;
        for (int c = 0; c < _candidates; c++)
        {
            cancellation.ThrowIfCancellationRequested();
            int number = (beam * _candidates) + c;
            Span<float> noise = NoiseOf(number);
            if (number == 0)
            {
                // What FIFO would go on with is always among the candidates.
                queue.Sample(tail).CopyTo(noise);
            }
            else
            {
                _source.Draw(queue.Place(tail), number, queue.Sample(tail - 1), noise);
            }
            Fill(queue, Noisiest, prompt);
            noise.CopyTo(_call.LatentOf(_call.Frames - 1));
            _network.Predict(_call);
            for (int i = 0; i < Noisiest.Keep; i++)
            {
                _call.VelocityOf(Noisiest.KeepFrom - Noisiest.Start + i).CopyTo(TailOf(number, i));
            }
            _rewards[number] = Reward(queue);
        }
        for (int w = 1; w < _windows.Count; w++)
        {
            PassWindow window = _windows[w];
            cancellation.ThrowIfCancellationRequested();
            Fill(queue, window, prompt);
            _network.Predict(_call);
            for (int i = window.KeepFrom; i < window.KeepFrom + window.Keep; i++)
            {
                _call.VelocityOf(i - window.Start).CopyTo(OutputOf(beam, i));
            }
        }
    }

    /// <summary>Moves a copy of a beam's queue one level on, with a candidate at its tail.</summary>
    /// <param name="queue">The copy.</param>
    /// <param name="beam">Whose copy it is.</param>
    /// <param name="number">The candidate.</param>
    public void Step(LatentQueue queue, int beam, int number)
    {
        NoiseOf(number).CopyTo(queue.Sample(queue.Count - 1));
        for (int i = _prefix; i < queue.Count; i++)
        {
            queue.Step(i, i < Noisiest.KeepFrom ? OutputOf(beam, i) : TailOf(number, i - Noisiest.KeepFrom));
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _source.Dispose();
        _call.Dispose();
        _outputs.Dispose();
        _tails.Dispose();
        _noises.Dispose();
        _estimates.Dispose();
    }

    private void Fill(LatentQueue queue, PassWindow window, int prompt)
    {
        for (int i = 0; i < window.Frames; i++)
        {
            int index = window.Start + i;
            _call.Set(i, queue.Sample(index), queue.Timestep(index), prompt, queue.Place(index));
        }
    }

    private double Reward(LatentQueue queue)
    {
        for (int i = 0; i < Noisiest.Frames; i++)
        {
            Span<float> estimate = _estimates.Span.Slice(i * _run.LatentSize, _run.LatentSize);
            _solver.ToClean(_call.LatentOf(i), _call.VelocityOf(i), queue.Level(Noisiest.Start + i), estimate);
        }
        return LatentConsistency.Score(queue.Sample(_prefix - 1), _estimates.Span);
    }

    private Span<float> NoiseOf(int number) => _noises.Span.Slice(number * _run.LatentSize, _run.LatentSize);

    private Span<float> TailOf(int number, int i) => _tails.Span.Slice(((number * Noisiest.Keep) + i) * _run.LatentSize, _run.LatentSize);

    private Span<float> OutputOf(int beam, int index) =>
        _outputs.Span.Slice(((beam * _outputs.Shape[1]) + index) * _run.LatentSize, _run.LatentSize);
}
