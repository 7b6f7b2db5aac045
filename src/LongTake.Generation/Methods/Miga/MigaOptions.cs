using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Miga;

/// <summary>
/// MIGA: a queue whose noise level changes only every few latents (zigzag), the last steps with one level for all (unified), earlier latents as guidance, and a
/// search for better noise where consistency drops. Defaults are those for Wan 2.1; what the paper leaves open is as in the authors' code.
/// Source: miga.md (arXiv 2605.18233).
/// </summary>
public sealed partial record MigaOptions
{
    private const string Name = "miga";

    /// <summary>Steps of the sampler (T), 1 to 1000. Default 54.</summary>
    public int Steps { get; init; } = 54;

    /// <summary>Latents of one noise level (Z, <c>L_zig</c>), at least 1; 1 is a queue as FIFO's. Default 7.</summary>
    public int Zigzag { get; init; } = 7;

    /// <summary>
    /// Steps that are done with one level for all latents (E), 0 (none) to <see cref="Steps"/> (no queue at all). Default 9, the paper's e - 1; the authors' Wan code
    /// has 10.
    /// </summary>
    public int UnifiedSteps { get; init; } = 9;

    /// <summary>The level that latents count as being at where unified steps begin. Default: the one they are at.</summary>
    public UnifiedLabel UnifiedLabel { get; init; } = UnifiedLabel.Paper;

    /// <summary>Earlier latents in front of each window of the queue (m), 0 for none. Default 4.</summary>
    public int Guidance { get; init; } = 4;

    /// <summary>Which earlier latents they are. Default: as in the paper.</summary>
    public GuidanceRule GuidanceRule { get; init; } = GuidanceRule.Paper;

    /// <summary>Latents that a window keeps (S); 0 (the default) for half a clip.</summary>
    public int Stride { get; init; }

    /// <summary>
    /// Whether the borders of windows move by one latent from pass to pass, and from unified step to unified step, against seams; in the authors' code alone.
    /// Default false.
    /// </summary>
    public bool MovingWindows { get; init; }

    /// <summary>What the queue begins with. Default: a clip.</summary>
    public QueueStart Start { get; init; } = QueueStart.Clip;

    /// <summary>How the queue grows up. Default: as in the paper.</summary>
    public QueueGrowth Growth { get; init; } = QueueGrowth.Paper;

    /// <summary>Whether the newest latents are judged, and drawn anew where consistency drops. Default true.</summary>
    public bool Reflect { get; init; } = true;

    /// <summary>The judged chunk, counted from the tail (J): its level after a pass. Default 10.</summary>
    public int ReflectPosition { get; init; } = 10;

    /// <summary>Latents that are judged (<c>f_eval</c>); 0 (the default) for <see cref="Zigzag"/>.</summary>
    public int ReflectFrames { get; init; }

    /// <summary>
    /// Latents before them that they are compared with, and that guide a search (<c>f_ref</c>, <c>f_guid</c>); 0 (the default) for twice <see cref="Zigzag"/>.
    /// </summary>
    public int ReflectReference { get; init; }

    /// <summary>Candidates of a search (<c>n_samp</c>), 1 to 200. Default 3.</summary>
    public int ReflectCandidates { get; init; } = 3;

    /// <summary>Drop of the score that starts a search (delta). Default 0.01.</summary>
    public double Threshold { get; init; } = 0.01;

    /// <summary>
    /// Whether the threshold is found from the first 20 judgments instead: the 95th percentile of the changes between them; until then there is no search. Default
    /// false.
    /// </summary>
    public bool AutoThreshold { get; init; }

    /// <summary>Where it is looked. Default: everywhere.</summary>
    public ReflectionSpan ReflectIn { get; init; } = ReflectionSpan.All;

    /// <summary>How often the finished video is noised again and denoised once more; in the authors' code alone, once. Default 0.</summary>
    public int Refine { get; init; }

    /// <summary>Steps of such a refinement, 1 to <see cref="Steps"/>. Default 10.</summary>
    public int RefineSteps { get; init; } = 10;

    /// <summary>
    /// Latents made beyond the end and dropped, so that the last ones have followers in the unified steps too; -1 for a clip. The authors' Wan code alone drops
    /// some. Default 0.
    /// </summary>
    public int Margin { get; init; }

    /// <summary>
    /// Latents of noise that still enter after the last one that leaves; the queue then runs empty. -1 (the default): the tail is always refilled.
    /// </summary>
    public int Lookahead { get; init; } = -1;

    /// <summary>When the results of a pass take effect. Default: after it; in place, guidance latents have moved on already.</summary>
    public PassOrder Passes { get; init; } = PassOrder.Shadow;

    /// <summary>Which prompt a call is under. Default: that of its window's first latent, as in the paper.</summary>
    public PromptRule Prompts { get; init; } = PromptRule.Window;

    /// <summary>Whose timestep modulates the head. Default: each latent's own.</summary>
    public HeadModulation Head { get; init; } = HeadModulation.Latent;

    /// <summary>Steps that are done in the queue (S1).</summary>
    public int QueueSteps => Steps - UnifiedSteps;

    /// <summary>The level that latents count as being at before the first unified step.</summary>
    internal int UnifiedLevel => QueueSteps - (UnifiedLabel == UnifiedLabel.Code ? 1 : 0);

    internal int JudgedFrames => ReflectFrames > 0 ? ReflectFrames : Zigzag;

    internal int ReferenceFrames => ReflectReference > 0 ? ReflectReference : 2 * Zigzag;

    internal bool Reflects => Reflect && QueueSteps > 0;

    /// <summary>Latents of the queue when it is full.</summary>
    internal int QueueLatents => QueueSteps * Zigzag;

    internal int StrideFor(int clipFrames) => Stride > 0 ? Stride : Math.Max(1, clipFrames / 2);

    internal int MarginFor(int clipFrames) => Margin >= 0 ? Margin : clipFrames;

    /// <summary>Latents that a window of the queue keeps of at most.</summary>
    internal int LocalFrames(int clipFrames) => clipFrames - Guidance;

    /// <summary>Chunks that the queue begins with.</summary>
    internal int StartChunks(int clipFrames) => Start == QueueStart.Clip && QueueSteps > 0 ? clipFrames / Zigzag : 0;

    /// <summary>Latents that leave the queue for a video of so many, in whole chunks.</summary>
    internal long? Leaving(long? latents, int clipFrames) => latents is long n ? RoundUp(n + MarginFor(clipFrames)) : null;

    /// <summary>Latents that enter the queue for a video of so many; null if it is always refilled.</summary>
    internal long? Entering(long? latents, int clipFrames) =>
        Lookahead >= 0 && Leaving(latents, clipFrames) is long leaving ? RoundUp(leaving + Lookahead) : null;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        Validate();
        return new ClipMethod
        {
            Name = Name,
            Steps = _ => Steps,
            Judges = Reflects,
            Plan = run =>
            {
                CheckRun(run);
                return MigaPlan.Of(this, run);
            },
            Start = (run, network) => new MigaStream(this, run, network),
        };
    }

    private long RoundUp(long latents) => (latents + Zigzag - 1) / Zigzag * Zigzag;
}
