using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Clips;
using LongTake.Generation.Methods.Miga;
using LongTake.Generation.Samplers;
using LongTake.Generation.Tests.Clips;

namespace LongTake.Generation.Tests.Methods.Miga;

/// <summary>Settings and a video that they fit.</summary>
internal sealed record MigaCase(MigaOptions Options, int Frames, int Latents, SamplerKind Kind)
{
    public override string ToString() => $"{Options}, f0 {Frames}, N {Latents}, {Kind}";
}

/// <summary>Random settings that pass the checks.</summary>
internal static class MigaCases
{
    public static Gen<MigaCase> Any { get; } = (
        from frames in Gen.Choose(2, 9)
        from guidance in Gen.Choose(0, frames - 1)
        from zigzag in Gen.Choose(1, Math.Max(1, frames - guidance))
        from stride in Gen.Choose(1, Math.Max(1, frames - guidance))
        from steps in Gen.Choose(1, 14)
        from unified in Gen.Choose(0, steps)
        from latents in Gen.Choose(1, 40)
        from margin in Gen.Choose(-1, 12)
        from lookahead in Gen.Choose(-1, 12)
        from flags in Gen.Choose(0, 255)
        from refine in Gen.Choose(0, 5)
        from position in Gen.Choose(1, 4)
        select new MigaCase(
            new MigaOptions
            {
                Steps = steps,
                Zigzag = zigzag,
                UnifiedSteps = unified,
                Guidance = guidance,
                Stride = stride,
                MovingWindows = (flags & 1) == 0,
                Start = (flags & 2) == 0 ? QueueStart.Clip : QueueStart.Noise,
                Growth = (flags & 4) == 0 ? QueueGrowth.Paper : QueueGrowth.Code,
                GuidanceRule = (flags & 64) == 0 ? GuidanceRule.Paper : GuidanceRule.Code,
                UnifiedLabel = (flags & 128) == 0 || refine < 5 || unified == 0 || unified == steps ? UnifiedLabel.Paper : UnifiedLabel.Code,
                Passes = (flags & 8) == 0 ? PassOrder.Shadow : PassOrder.InPlace,
                Reflect = (flags & 16) == 0,
                ReflectPosition = position,
                ReflectFrames = 1,
                ReflectReference = 1,
                ReflectCandidates = 2,

                // Never: a search would put other noise in.
                Threshold = 2,
                Refine = refine == 5 ? 2 : 0,
                RefineSteps = Math.Min(3, steps),
                Margin = margin,
                Lookahead = lookahead,
            },
            frames,
            latents,
            (flags & 32) == 0 ? SamplerKind.Euler : SamplerKind.UniPC)).Where(Fits);

    public static ClipRunInfo Run(MigaCase c) => ClipFixture.Info(c.Frames, c.Latents, c.Kind);

    private static bool Fits(MigaCase c)
    {
        try
        {
            c.Options.Validate();
            c.Options.CheckRun(c.Options.ToMethod().Prepare(Run(c)));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
