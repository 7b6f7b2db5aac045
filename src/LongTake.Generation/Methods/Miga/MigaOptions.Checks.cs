using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Miga;

// Ranges and conflicts.
public sealed partial record MigaOptions
{
    /// <summary>The preset <c>miga</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "MIGA: zigzag queue, unified last steps, guidance by earlier latents, self-reflection", settings =>
    {
        MigaOptions defaults = new();
        return new MigaOptions
        {
            Steps = settings.Int("steps", defaults.Steps),
            Zigzag = settings.Int("zigzag", defaults.Zigzag),
            UnifiedSteps = settings.Int("unified-steps", defaults.UnifiedSteps),
            UnifiedLabel = settings.Choice("unified-label", defaults.UnifiedLabel),
            Guidance = settings.Int("guidance", defaults.Guidance),
            GuidanceRule = settings.Choice("guidance-rule", defaults.GuidanceRule),
            Stride = settings.Int("stride", defaults.Stride),
            MovingWindows = settings.Switch("moving-windows", defaults.MovingWindows),
            Start = settings.Choice("start", defaults.Start),
            Growth = settings.Choice("growth", defaults.Growth),
            Reflect = settings.Switch("reflect", defaults.Reflect),
            ReflectPosition = settings.Int("reflect-position", defaults.ReflectPosition),
            ReflectFrames = settings.Int("reflect-frames", defaults.ReflectFrames),
            ReflectReference = settings.Int("reflect-reference", defaults.ReflectReference),
            ReflectCandidates = settings.Int("reflect-candidates", defaults.ReflectCandidates),
            Threshold = settings.Double("threshold", defaults.Threshold),
            AutoThreshold = settings.Switch("auto-threshold", defaults.AutoThreshold),
            ReflectIn = settings.Choice("reflect-in", defaults.ReflectIn),
            Refine = settings.Int("refine", defaults.Refine),
            RefineSteps = settings.Int("refine-steps", defaults.RefineSteps),
            Margin = settings.Int("margin", defaults.Margin),
            Lookahead = settings.Int("lookahead", defaults.Lookahead),
            Passes = settings.Choice("passes", defaults.Passes),
            Prompts = settings.Choice("prompts", defaults.Prompts),
            Head = settings.Choice("head", defaults.Head),
        }.ToMethod();
    })
    {
        Keeps = "a queue of 45 noise levels with 7 latents each, and 9 unified steps behind it",
        Paper = "MIGA, arXiv 2605.18233",
    };

    /// <summary>Checks what does not depend on the model.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public void Validate()
    {
        Require(Steps is >= 1 and <= 1000, "steps", Steps, "between 1 and 1000");
        Require(Zigzag >= 1, "zigzag", Zigzag, "at least 1 latent");
        Require(UnifiedSteps >= 0 && UnifiedSteps <= Steps, "unified-steps", UnifiedSteps, $"between 0 and the {Steps} steps");
        Require(Guidance >= 0, "guidance", Guidance, "at least 0 latents");
        Require(Stride >= 0, "stride", Stride, "at least 1 latent, or 0 for half a clip");
        Require(ReflectPosition is >= 1 and <= 255, "reflect-position", ReflectPosition, "between 1 and 255 chunks");
        Require(ReflectFrames >= 0, "reflect-frames", ReflectFrames, "at least 1 latent, or 0 for one chunk");
        Require(ReflectReference >= 0, "reflect-reference", ReflectReference, "at least 1 latent, or 0 for two chunks");
        Require(ReflectCandidates is >= 1 and <= ClipNoise.MostCandidates, "reflect-candidates", ReflectCandidates, $"between 1 and {ClipNoise.MostCandidates}");
        Require(Threshold is >= 0 and <= 2, "threshold", Threshold, "between 0 and 2");
        Require(Refine is >= 0 and <= ClipNoise.MostRefinements, "refine", Refine, $"between 0 and {ClipNoise.MostRefinements}");
        Require(RefineSteps >= 1 && (Refine == 0 || RefineSteps <= Steps), "refine-steps", RefineSteps, $"between 1 and the {Steps} steps");
        Require(Margin >= -1, "margin", Margin, "at least 0 latents, or -1 for a clip");
        Require(Lookahead >= -1, "lookahead", Lookahead, "at least 0 latents, or -1 to refill the queue always");
        if (UnifiedLabel == UnifiedLabel.Code && (Refine == 0 || UnifiedSteps == 0 || QueueSteps == 0))
        {
            throw new ArgumentException(
                $"{Name}: unified-label=code ends one step short of clean, which a refinement after the unified steps hides in the authors' code; there are " +
                $"{QueueSteps} steps in the queue, unified-steps {UnifiedSteps} and refine {Refine}. Make all three at least 1 (refine=1), or leave unified-label out.");
        }
        if (!Reflects)
        {
            return;
        }
        if (JudgedFrames > ReflectPosition * Zigzag)
        {
            throw new ArgumentException(
                $"{Name}: reflect-frames {JudgedFrames} reach beyond the tail of the queue; at reflect-position {ReflectPosition} there are " +
                $"{ReflectPosition * Zigzag}. Make reflect-frames smaller, or set reflect=off.");
        }
        int room = QueueLatents - Zigzag;
        if ((ReflectPosition * Zigzag) + ReferenceFrames > room)
        {
            throw new ArgumentException(
                $"{Name}: reflect-position {ReflectPosition} with reflect-reference {ReferenceFrames} needs " +
                $"{(ReflectPosition * Zigzag) + ReferenceFrames} latents " +
                $"in the queue, which has {room} ({QueueSteps - 1} chunks of {Zigzag}); lower reflect-position, raise steps, or set reflect=off.");
        }
    }

    /// <summary>Checks what depends on the model and the length of the video.</summary>
    /// <exception cref="ArgumentException">A setting does not fit; the message names it and the remedy.</exception>
    internal void CheckRun(ClipRunInfo run)
    {
        int frames = run.ClipFrames;
        if (Guidance >= frames)
        {
            throw new ArgumentException(
                $"{Name}: guidance {Guidance} leaves no room in the window of {frames} latents that the model was trained with; " +
                $"make guidance smaller than {frames}.");
        }
        int local = QueueSteps > 0 ? LocalFrames(frames) : frames;
        if (QueueSteps > 0 && Zigzag > local)
        {
            throw new ArgumentException(
                $"{Name}: zigzag {Zigzag} does not fit in the window, which has {frames} latents and {Guidance} of them for guidance; make zigzag at most {local}" +
                (Guidance > 0 && Zigzag <= frames ? $", or guidance at most {frames - Zigzag}." : "."));
        }
        if (StrideFor(frames) > local)
        {
            throw new ArgumentException(
                $"{Name}: stride {StrideFor(frames)} is larger than the {local} latents of a window beside {Guidance} of guidance; " +
                "make stride or guidance smaller.");
        }
        int chunks = StartChunks(frames);
        if (chunks >= QueueSteps && QueueSteps > 0 && chunks > 0)
        {
            throw new ArgumentException(
                $"{Name}: the clip that the queue begins with fills {chunks} levels of zigzag {Zigzag}, but the queue has {QueueSteps} (steps {Steps} less " +
                $"unified-steps {UnifiedSteps}); make steps or zigzag larger, unified-steps smaller, or set start=noise.");
        }
        if (chunks > 0 && run.Latents < frames)
        {
            throw new ArgumentException(
                $"{Name}: a video of {run.Latents} latents is shorter than the clip of {frames} that the queue begins with; " +
                $"make it at least {frames} latents long.");
        }
        LatentSolver.For(run.Sampler);
    }

    private static void Require<T>(bool condition, string name, T value, string range)
    {
        if (!condition)
        {
            throw new ArgumentException(FormattableString.Invariant($"{Name}: {name} is {value}; it must be {range}."));
        }
    }
}
