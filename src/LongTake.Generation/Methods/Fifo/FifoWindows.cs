using LongTake.Generation.Clips;

namespace LongTake.Generation.Methods.Fifo;

/// <summary>The windows of a pass. They tile the queue, noisiest first. Source: fifo-and-sliding-window.md 2.2 and 2.3.</summary>
public static class FifoWindows
{
    /// <summary>Finished latents that stay before the queue's head as context.</summary>
    /// <param name="windowing">How the queue is cut.</param>
    /// <param name="frames">Latents of a window (f).</param>
    public static int Prefix(FifoWindowing windowing, int frames) => windowing == FifoWindowing.Lookahead ? frames / 2 : 0;

    /// <summary>Makes the windows of a queue of <paramref name="partitions"/> times <paramref name="frames"/> latents and its prefix.</summary>
    /// <param name="windowing">How the queue is cut.</param>
    /// <param name="partitions">Blocks of the queue (n).</param>
    /// <param name="frames">Latents of a window (f).</param>
    /// <param name="stride">Latents that a window keeps, for <see cref="FifoWindowing.KeepFirst"/>.</param>
    /// <param name="windows">Takes the windows.</param>
    public static void Fill(FifoWindowing windowing, int partitions, int frames, int stride, List<PassWindow> windows)
    {
        windows.Clear();
        switch (windowing)
        {
            case FifoWindowing.Lookahead:
                int half = frames / 2;
                for (int r = (2 * partitions) - 1; r >= 0; r--)
                {
                    // Of an odd number of latents the even windows update one more than the odd ones.
                    int start = (r / 2 * frames) + (r % 2 * half);
                    int context = half + (r % 2 * (frames % 2));
                    windows.Add(new PassWindow(start, frames, start + context, frames - context));
                }
                break;
            case FifoWindowing.Blocks:
                for (int r = partitions - 1; r >= 0; r--)
                {
                    windows.Add(new PassWindow(r * frames, frames, r * frames, frames));
                }
                break;
            default:
                WindowPlan.Moving(partitions * frames, frames, stride, 0, windows);
                break;
        }
    }
}
