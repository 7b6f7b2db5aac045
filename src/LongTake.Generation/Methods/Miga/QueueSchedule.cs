using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods.Miga;

/// <summary>What the next pass over the queue is like.</summary>
/// <param name="Enters">Latents of noise that enter before it.</param>
/// <param name="Length">Latents of the queue during the pass.</param>
/// <param name="Grows">Whether the queue is still growing up.</param>
/// <param name="Offset">Where the borders of the windows lie, once it has grown up.</param>
/// <param name="Leaves">Latents that leave after it.</param>
internal readonly record struct QueuePass(int Enters, int Length, bool Grows, int Offset, int Leaves);

/// <summary>
/// The bookkeeping of the first stage, without latents: chunks of one level, the head at the highest. Serves runs and the counting of calls before them alike.
/// Source: miga.md 4.1, 4.2 and 7.
/// </summary>
internal sealed class QueueSchedule
{
    private readonly MigaOptions _options;
    private readonly long? _entering;
    private readonly int _stride;
    private bool _growing = true;
    private long _passes;

    public QueueSchedule(MigaOptions options, long? latents, int clipFrames)
    {
        _options = options;
        Leaving = options.Leaving(latents, clipFrames);
        _entering = options.Entering(latents, clipFrames);
        _stride = options.StrideFor(clipFrames);
        int chunks = options.StartChunks(clipFrames);
        Length = chunks * options.Zigzag;
        Entered = Length;
        HeadLevel = chunks;
    }

    /// <summary>Latents that leave in all; null without an end.</summary>
    public long? Leaving { get; }

    /// <summary>Latents in the queue.</summary>
    public int Length { get; private set; }

    /// <summary>Level of the head chunk.</summary>
    public int HeadLevel { get; private set; }

    /// <summary>Latents that have entered, those of the start among them: the place of the next one.</summary>
    public long Entered { get; private set; }

    /// <summary>Latents that have left.</summary>
    public long Left { get; private set; }

    /// <summary>Whether noise entered before the last pass, so that the tail is at level 1.</summary>
    public bool TailIsNew { get; private set; }

    /// <summary>Whether the last pass was one of growth.</summary>
    public bool Grew { get; private set; }

    /// <summary>Whether no more passes are needed.</summary>
    public bool IsDone => Left >= Leaving;

    /// <summary>The next pass; <see cref="Commit"/> says that it was done.</summary>
    public QueuePass Next()
    {
        int z = _options.Zigzag;
        bool enters = _entering is null || Entered < _entering;
        int grownUp = _options.QueueSteps - (_options.Growth == QueueGrowth.Paper ? 1 : 2);
        bool grows = _growing && enters && HeadLevel < grownUp;
        int length = Length + (enters ? z : 0);
        int offset = grows || !_options.MovingWindows ? 0 : (int)(_passes % _stride);
        return new QueuePass(enters ? z : 0, length, grows, offset, HeadLevel + 1 == _options.QueueSteps ? z : 0);
    }

    public void Commit(QueuePass pass)
    {
        _growing = pass.Grows;
        Grew = pass.Grows;
        TailIsNew = pass.Enters > 0;
        if (!pass.Grows)
        {
            _passes++;
        }
        Entered += pass.Enters;
        Left += pass.Leaves;
        Length = pass.Length - pass.Leaves;
        HeadLevel += pass.Leaves > 0 ? 0 : 1;
    }

    public void Save(GenerationState state)
    {
        state.Put("miga.length", Length);
        state.Put("miga.head-level", HeadLevel);
        state.Put("miga.entered", Entered);
        state.Put("miga.left", Left);
        state.Put("miga.passes", _passes);
        state.Put("miga.growing", _growing ? 1 : 0);
        state.Put("miga.grew", Grew ? 1 : 0);
        state.Put("miga.tail-is-new", TailIsNew ? 1 : 0);
    }

    public void Restore(GenerationState state)
    {
        Length = (int)state.Int64("miga.length");
        HeadLevel = (int)state.Int64("miga.head-level");
        Entered = state.Int64("miga.entered");
        Left = state.Int64("miga.left");
        _passes = state.Int64("miga.passes");
        _growing = state.Int64("miga.growing") != 0;
        Grew = state.Int64("miga.grew") != 0;
        TailIsNew = state.Int64("miga.tail-is-new") != 0;
    }
}
