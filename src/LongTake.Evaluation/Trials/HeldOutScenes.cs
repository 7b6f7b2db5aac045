using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Trials;

/// <summary>
/// Scenes that no training clip shows, as many as wanted: first items 96 to 127 of the suite <c>single</c> (16 with one held-out pair, 16
/// with two or three), then draws from generator stream 7, which no suite uses: even numbers with one pair, odd numbers with two or three.
/// </summary>
public static class HeldOutScenes
{
    private const int FirstOfSuite = 96;
    private const int SuiteCount = 32;
    private const int Stream = 7;
    private const int SwitchStream = 8;
    private const int SeenStream = 9;

    /// <summary>One scene, brought into a profile of the world.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="world">What the model was trained on; null for the whole world.</param>
    public static SuiteItem Get(int index, WorldProfile? world = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return (world ?? WorldProfile.Full).Restrict(Draw(index));
    }

    /// <summary>
    /// A scene without any held-out pair, from generator stream 9, brought into a profile of the world: what a model makes of such scenes
    /// better than of held-out ones, it remembers rather than composes.
    /// </summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="world">What the model was trained on; null for the whole world.</param>
    public static SuiteItem GetSeen(int index, WorldProfile? world = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return (world ?? WorldProfile.Full).Restrict(Draw(SeenStream, index, SceneLevel.InDistribution, "seen"));
    }

    /// <summary>
    /// The same scene followed by one in which background and motion are others, drawn from stream 8 until both differ; the subject stays.
    /// The second scene may be of any level.
    /// </summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="world">What the model was trained on; null for the whole world.</param>
    public static SuiteItem GetSwitch(int index, WorldProfile? world = null)
    {
        SuiteItem item = Get(index, world);
        SplitMix64 random = new(SwitchStream, index);
        SceneState before = item.Segments[0].State, next;
        do
        {
            next = SceneSampler.DrawMotion(random, SceneSampler.DrawBackground(random, before));
        }
        while (next.Background == before.Background || next.Motion == before.Motion || world?.Contains(next) == false);
        return item with { Suite = "held-out switch", Index = index, Segments = [item.Segments[0], new SuiteSegment(next, SceneSampler.Phase(random))] };
    }

    private static SuiteItem Draw(int index)
    {
        if (index < SuiteCount)
        {
            return ShapesSuites.Get(ShapesSuites.Single, FirstOfSuite + index);
        }
        return Draw(Stream, index, index % 2 == 0 ? SceneLevel.OnePair : SceneLevel.TwoPairs, "held-out");
    }

    private static SuiteItem Draw(int stream, int index, SceneLevel level, string suite)
    {
        SplitMix64 random = new(stream, index);
        SceneState state = SceneSampler.Scene(random, level);
        (double x, double y) = SceneSampler.Position(random);
        return new SuiteItem(suite, index, x, y, [new SuiteSegment(state, SceneSampler.Phase(random))]);
    }
}
