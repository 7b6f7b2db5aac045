namespace LongTake.Evaluation.Shapes;

/// <summary>
/// Stories of several scenes to train on, without end: one subject, whose background, motion or both change from scene to scene, all of the
/// training distribution. Story i depends on (i, number of scenes) alone (generator stream 10, which no suite uses).
/// </summary>
public static class TrainingStories
{
    private const int Stream = 10;

    /// <summary>One story.</summary>
    /// <param name="index">Its number, from 0.</param>
    /// <param name="scenes">Its scenes, at least 1.</param>
    /// <param name="world">What part of the world it shows; null for the whole world.</param>
    public static SuiteItem Get(long index, int scenes, WorldProfile? world = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfLessThan(scenes, 1);
        SplitMix64 random = new(Stream, index);
        WorldProfile profile = world ?? WorldProfile.Full;
        SceneState state = profile.Restrict(SceneSampler.Scene(random, SceneLevel.InDistribution));
        (double x, double y) = SceneSampler.Position(random);
        List<SuiteSegment> segments = [new SuiteSegment(state, SceneSampler.Phase(random))];
        while (segments.Count < scenes)
        {
            state = SceneSampler.NextScene(random, state, (SceneDifference)random.NextInt(3), profile);
            segments.Add(new SuiteSegment(state, SceneSampler.Phase(random)));
        }
        return new SuiteItem("training", (int)(index % int.MaxValue), x, y, segments);
    }
}
