using LongTake.Generation.Views;

namespace LongTake.Generation.Methods;

/// <summary>What of the frames held is attended to.</summary>
public enum ViewKind
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Of those beside the window the few that a head's queries are nearest to, and the window.</summary>
    TopFrames,
}

/// <summary>The policies behind <see cref="ViewKind"/>.</summary>
internal static class ViewKinds
{
    /// <summary>Refuses a view that hides nothing, and a number of frames that no view asks for.</summary>
    /// <param name="kind">What is attended to.</param>
    /// <param name="method">Name of the method.</param>
    /// <param name="top">Frames beside the window that a head attends to.</param>
    /// <param name="beside">Most frames that are ever held beside the window.</param>
    /// <param name="what">What those are, with the settings that say how many.</param>
    /// <exception cref="ArgumentException">It does, there is no frame to attend to, or all are attended to in any case.</exception>
    public static void Check(this ViewKind kind, string method, int top, int beside, string what)
    {
        if (top < 1)
        {
            throw new ArgumentException($"{method}: top is {top}; it counts the frames beside the window that a head attends to, and is at least 1.");
        }
        if (kind != ViewKind.TopFrames && top != TopFramesView.DefaultTop)
        {
            throw new ArgumentException(
                $"{method}: top {top} has no effect with view={MethodSettings.Hyphenated(kind)}; set view=top-frames, or leave top out.");
        }
        if (kind == ViewKind.TopFrames && top >= beside)
        {
            throw new ArgumentException($"{method}: view=top-frames with top {top} hides nothing of {what}; make top smaller, or set view=all.");
        }
    }

    /// <summary>Makes the policy.</summary>
    public static IViewPolicy Policy(this ViewKind kind, int top) => kind == ViewKind.TopFrames ? new TopFramesView(top) : new AllView();
}
