using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Miga;

/// <summary>The windows of a pass over the queue. Source: miga.md 4.3.</summary>
internal static class MigaWindows
{
    /// <summary>Fills in the windows; those that start too near the head for guidance see as many followers instead.</summary>
    public static void Fill(MigaOptions options, int clipFrames, QueuePass pass, List<PassWindow> windows)
    {
        int local = options.LocalFrames(clipFrames);
        int stride = options.StrideFor(clipFrames);
        if (pass.Grows && options.Growth == QueueGrowth.Code)
        {
            WindowPlan.RemainderFirst(pass.Length, local, stride, windows);
        }
        else
        {
            WindowPlan.Moving(pass.Length, local, stride, pass.Offset, windows);
        }
        for (int i = 0; i < windows.Count && windows[i].Start < options.Guidance; i++)
        {
            windows[i] = windows[i] with { Frames = Math.Min(clipFrames, pass.Length - windows[i].Start) };
        }
    }
}
