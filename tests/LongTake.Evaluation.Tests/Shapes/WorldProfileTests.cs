using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Trials;

namespace LongTake.Evaluation.Tests.Shapes;

public class WorldProfileTests
{
    [Fact]
    public void The_full_profile_changes_nothing()
    {
        for (int i = 0; i < ShapesWorld.StateCount; i += 997)
        {
            SceneState state = SceneState.FromIndex(i);
            Assert.True(WorldProfile.Full.Contains(state));
            Assert.Equal(state, WorldProfile.Full.Restrict(state));
        }
        Assert.Equal(ShapesWorld.Version, WorldProfile.Full.Version);
    }

    [Fact]
    public void A_profile_replaces_only_what_it_gives_up()
    {
        for (int i = 0; i < ShapesWorld.StateCount; i += 13)
        {
            SceneState state = SceneState.FromIndex(i), large = WorldProfile.Large.Restrict(state);
            Assert.True(WorldProfile.Large.Contains(large));
            Assert.Equal(state with { Size = 1 }, large);
            Assert.Equal(WorldProfile.Large.Contains(state), state == large);

            // What was held out stays held out, and what was not stays in distribution.
            Assert.Equal(state.HeldOutPairs, large.HeldOutPairs);
        }
    }

    [Fact]
    public void Training_clips_and_held_out_scenes_follow_the_profile()
    {
        TrainingClips whole = new(), large = new(options: new TrainingClipOptions { World = WorldProfile.Large });
        for (int i = 0; i < 500; i++)
        {
            TrainingClip a = whole.Describe(i, 81), b = large.Describe(i, 81);
            Assert.Equal(a.Story.Scenes.Select(s => WorldProfile.Large.Restrict(s.State)), b.Story.Scenes.Select(s => s.State));
            Assert.All(b.Captions, c => Assert.DoesNotContain("small", c, StringComparison.Ordinal));
            Assert.DoesNotContain("tiny", b.JointCaption, StringComparison.Ordinal);
        }
        for (int i = 0; i < 80; i++)
        {
            Assert.Equal(WorldProfile.Large.Restrict(HeldOutScenes.Get(i).Segments[0].State), HeldOutScenes.Get(i, WorldProfile.Large).Segments[0].State);
            Assert.All(HeldOutScenes.GetSwitch(i, WorldProfile.Large).Segments, s => Assert.Equal(1, s.State.Size));
        }
    }

    [Fact]
    public void Profiles_are_found_by_name()
    {
        Assert.Same(WorldProfile.Large, WorldProfile.Of("large"));
        Assert.Contains("full, large", Assert.Throws<ArgumentException>(() => WorldProfile.Of("huge")).Message, StringComparison.Ordinal);
    }
}
