using System.Globalization;
using LongTake.Generation.Streaming;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Methods.Miga;

/// <summary>A window of one unified step.</summary>
/// <param name="Step">Number of the step, from 0.</param>
/// <param name="Start">Place of its first latent.</param>
/// <param name="Frames">Latents it sees.</param>
/// <param name="Keep">Latents from the start whose results count.</param>
internal readonly record struct UnifiedWindow(int Step, long Start, int Frames, int Keep);

/// <summary>
/// The bookkeeping of the second stage, without latents. Each step goes over all latents in windows of its own; it may do a window as soon as the step before
/// has finished all latents in it, so that only a few windows' worth of latents are in work however long the video is. Since the places of the last windows follow
/// from the length, which is known, the result is that of step after step over the whole video. Source: miga.md 4.4 and 4.6.
/// </summary>
internal sealed class UnifiedSchedule
{
    private readonly MigaOptions _options;
    private readonly long? _total;
    private readonly int _frames;
    private readonly int _stride;
    private readonly long[] _done;

    public UnifiedSchedule(MigaOptions options, long? latents, int clipFrames)
    {
        _options = options;
        _total = options.Leaving(latents, clipFrames);
        _frames = clipFrames;
        _stride = options.StrideFor(clipFrames);
        _done = new long[options.UnifiedSteps + (options.Refine * (options.Refine > 0 ? options.RefineSteps : 0))];
    }

    /// <summary>Steps, refinements included.</summary>
    public int Steps => _done.Length;

    /// <summary>Latents that have come.</summary>
    public long Arrived { get; set; }

    /// <summary>Latents that have gone through all steps.</summary>
    public long Finished => Steps == 0 ? Arrived : _done[^1];

    /// <summary>Most latents between coming and being finished.</summary>
    public static int Capacity(MigaOptions options, long? latents, int clipFrames)
    {
        UnifiedSchedule schedule = new(options, latents, clipFrames);
        long most = ((long)schedule.Steps * clipFrames) + options.Zigzag;
        return checked((int)Math.Min(most, schedule._total ?? most));
    }

    /// <summary>Level that latents count as being at before a step.</summary>
    public int LevelBefore(int step) => step < _options.UnifiedSteps
        ? _options.UnifiedLevel + step
        : _options.Steps - _options.RefineSteps + ((step - _options.UnifiedSteps) % _options.RefineSteps);

    /// <summary>The refinement that begins after a step (-1: when latents come); null if none does.</summary>
    public int? RefinementAfter(int step)
    {
        int past = step + 1 - _options.UnifiedSteps;
        return _options.Refine > 0 && past >= 0 && past % _options.RefineSteps == 0 && past / _options.RefineSteps < _options.Refine
            ? past / _options.RefineSteps
            : null;
    }

    /// <summary>The next window: of the last step that can do one.</summary>
    /// <returns>False if more latents have to come first, or all is done.</returns>
    public bool TryNext(out UnifiedWindow window)
    {
        for (int j = Steps - 1; j >= 0; j--)
        {
            window = WindowOf(j);
            if (window.Keep > 0 && (j == 0 ? Arrived : _done[j - 1]) >= window.Start + window.Frames)
            {
                return true;
            }
        }
        window = default;
        return false;
    }

    /// <summary>Says that a window was done.</summary>
    public void Commit(UnifiedWindow window) => _done[window.Step] += window.Keep;

    public void Save(GenerationState state)
    {
        state.Put("miga.arrived", Arrived);
        state.Put("miga.done", string.Join(' ', _done.Select(d => d.ToString(CultureInfo.InvariantCulture))));
    }

    public void Restore(GenerationState state)
    {
        string[] done = state.Text("miga.done").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (done.Length != Steps)
        {
            throw new CheckpointException($"The saved state has {done.Length} unified steps, not {Steps}; resume with the options of the run that was stopped.");
        }
        for (int i = 0; i < done.Length; i++)
        {
            _done[i] = long.Parse(done[i], CultureInfo.InvariantCulture);
        }
        Arrived = state.Int64("miga.arrived");
    }

    /// <summary>A step's next window, as <see cref="Clips.WindowPlan.Moving"/> would place it in the whole video; none left: nothing to keep.</summary>
    private UnifiedWindow WindowOf(int step)
    {
        long start = _done[step];
        int within = step < _options.UnifiedSteps ? step : (step - _options.UnifiedSteps) % _options.RefineSteps;
        int first = _options.MovingWindows ? within % _stride : 0;
        if (_total is not long total)
        {
            return new UnifiedWindow(step, start, _frames, start == 0 && first > 0 ? first : _stride);
        }
        if (total <= _frames)
        {
            return new UnifiedWindow(step, start, (int)(total - start), (int)(total - start));
        }
        first = total - first < _frames ? 0 : first;
        long inner = total - _frames - start;
        int keep = start == 0 && first > 0 ? first
            : inner >= _stride ? _stride
            : inner > 0 ? (int)inner
            : (int)(total - start);
        return new UnifiedWindow(step, start, (int)Math.Min(_frames, total - start), keep);
    }
}
