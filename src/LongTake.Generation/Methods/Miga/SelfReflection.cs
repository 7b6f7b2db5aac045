using System.Globalization;
using LongTake.Generation.Clips;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.Miga;

/// <summary>
/// Self-reflection: after a pass the chunk at a fixed distance from the tail, always at the same level, is compared with the latents before it. Where the score drops
/// by more than the threshold since the chunk before, the tail is drawn anew several times behind those latents, and the best candidate replaces it if it is better.
/// Source: miga.md 5.
/// </summary>
internal sealed class SelfReflection : IDisposable
{
    /// <summary>Changes between judgments that the automatic threshold is found from.</summary>
    public const int AutoJudgments = 20;

    private const double AutoQuantile = 0.95;

    private readonly MigaOptions _options;
    private readonly ClipRunInfo _run;
    private readonly LatentQueue _list;
    private readonly LatentQueue _best;
    private readonly WindowPass _pass;
    private readonly ConsistencyScore _score;
    private readonly List<PassWindow> _windows = [];
    private readonly List<double> _changes = [];
    private readonly int _tail;
    private readonly int _reference;
    private double? _before;

    public SelfReflection(MigaOptions options, ClipRunInfo run, IClipNetwork network, LatentSolver solver)
    {
        _options = options;
        _run = run;
        _tail = options.ReflectPosition * options.Zigzag;
        _reference = options.ReferenceFrames;
        _list = new LatentQueue(_reference + _tail, run.Latent, solver, run.Seed);
        _best = new LatentQueue(_tail, run.Latent, solver, run.Seed);
        _pass = new WindowPass(network, run, _list.Capacity) { Prompts = options.Prompts };
        _score = new ConsistencyScore(run.Latent[0], run.Height * run.Width);
    }

    /// <summary>Told of every judgment.</summary>
    public Action<Judgment>? Judged { get; init; }

    /// <summary>The account so far.</summary>
    public SearchCounts Counts => new(Judgments, Searches, Replacements) { Threshold = Finite(Threshold()) };

    /// <summary>Judgments so far.</summary>
    public long Judgments { get; private set; }

    /// <summary>Searches so far.</summary>
    public long Searches { get; private set; }

    /// <summary>Searches that found something better.</summary>
    public long Replacements { get; private set; }

    /// <summary>Latents that it holds beside the outputs of a pass.</summary>
    public static int HeldLatents(MigaOptions options) => options.ReferenceFrames + (2 * options.ReflectPosition * options.Zigzag);

    /// <summary>Network calls of a search.</summary>
    public static int SearchCalls(MigaOptions options, int clipFrames)
    {
        List<PassWindow> windows = [];
        int calls = 0;
        for (int k = 1; k <= options.ReflectPosition; k++)
        {
            WindowPlan.RemainderFirst(options.ReferenceFrames + (k * options.Zigzag), clipFrames, options.StrideFor(clipFrames), windows);
            calls += windows.Count(w => w.KeepFrom + w.Keep > options.ReferenceFrames);
        }
        return calls * options.ReflectCandidates;
    }

    /// <summary>Whether there is something to judge after a pass.</summary>
    public bool IsDue(QueueSchedule schedule) =>
        schedule.TailIsNew && (_options.ReflectIn == ReflectionSpan.All || schedule.Grew) && schedule.Length >= _tail + _reference;

    /// <summary>Judges, and searches where the score has dropped.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing has changed.</exception>
    public void Look(LatentQueue queue, CancellationToken cancellation)
    {
        int judged = queue.Count - _tail;
        double score = _score.Of(queue, judged, _options.JudgedFrames, queue, judged - _reference, _reference);
        double threshold = Threshold();
        double? best = null;
        if (_before is double before && before - score > threshold)
        {
            best = Search(queue, judged, cancellation);
            Searches++;
            if (best > score)
            {
                for (int i = 0; i < _tail; i++)
                {
                    queue.Replace(judged + i, _best, i);
                }
                Replacements++;
            }
        }
        if (_options.AutoThreshold && _before is double last && _changes.Count < AutoJudgments)
        {
            _changes.Add(Math.Abs(score - last));
        }
        Judged?.Invoke(new Judgment(queue.Place(judged), score, _before, best) { Threshold = Finite(threshold) });
        Judgments++;
        _before = best > score ? best : score;
    }

    public void Save(GenerationState state)
    {
        state.Put("miga.score", _before is double b ? Text(b) : "");
        state.Put("miga.changes", string.Join(' ', _changes.Select(Text)));
        state.Put("miga.judgments", Judgments);
        state.Put("miga.searches", Searches);
        state.Put("miga.replacements", Replacements);
    }

    public void Restore(GenerationState state)
    {
        string score = state.Text("miga.score");
        _before = score.Length == 0 ? null : Number(score);
        _changes.Clear();
        _changes.AddRange(state.Text("miga.changes").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number));
        Judgments = state.Int64("miga.judgments");
        Searches = state.Int64("miga.searches");
        Replacements = state.Int64("miga.replacements");
    }

    public void Dispose()
    {
        _list.Dispose();
        _best.Dispose();
        _pass.Dispose();
    }

    /// <summary>Leaves the best candidate in <see cref="_best"/> and gives its score.</summary>
    private double Search(LatentQueue queue, int judged, CancellationToken cancellation)
    {
        double best = double.NegativeInfinity;
        for (int k = 0; k < _options.ReflectCandidates; k++)
        {
            _list.Clear();
            for (int i = judged - _reference; i < judged; i++)
            {
                _list.PushCopy(queue, i);
            }
            for (int chunk = 0; chunk < _options.ReflectPosition; chunk++)
            {
                for (int i = 0; i < _options.Zigzag; i++)
                {
                    long place = queue.Place(judged + (chunk * _options.Zigzag) + i);
                    ClipNoise.Candidate(_run.Seed, place, k, chunk, _list.Push(place, 0));
                }
                WindowPlan.RemainderFirst(_list.Count, _run.ClipFrames, _options.StrideFor(_run.ClipFrames), _windows);
                _pass.Run(_list, _windows, null, _reference, 0, cancellation);
            }
            double score = _score.Of(_list, _reference, _options.JudgedFrames, _list, 0, _reference);
            if (score > best)
            {
                best = score;
                _best.Clear();
                for (int i = 0; i < _tail; i++)
                {
                    CheckLevel(queue.Level(judged + i), _list.Level(_reference + i));
                    _best.PushCopy(_list, _reference + i);
                }
            }
        }
        return best;
    }

    /// <summary>What a drop is measured against; nothing exceeds it while an automatic threshold is not known yet.</summary>
    private double Threshold()
    {
        if (!_options.AutoThreshold)
        {
            return _options.Threshold;
        }
        if (_changes.Count < AutoJudgments)
        {
            return double.PositiveInfinity;
        }
        double[] sorted = [.. _changes.Order()];
        return sorted[(int)Math.Ceiling(AutoQuantile * sorted.Length) - 1];
    }

    private static double? Finite(double threshold) => double.IsFinite(threshold) ? threshold : null;

    private static void CheckLevel(int original, int candidate)
    {
        if (original != candidate)
        {
            throw new InvalidOperationException($"A candidate is at level {candidate} where the latent it stands for is at {original}.");
        }
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
