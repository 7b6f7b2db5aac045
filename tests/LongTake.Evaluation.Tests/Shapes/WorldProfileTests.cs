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
    public void The_core_gives_up_shapes_and_circling_and_keeps_what_is_held_out()
    {
        WorldProfile core = WorldProfile.Core;
        HashSet<int> states = [];
        for (int i = 0; i < ShapesWorld.StateCount; i++)
        {
            SceneState state = SceneState.FromIndex(i), kept = core.Restrict(state);
            bool inside = state is { Size: 1, Shape: < 4, Kind: not (MotionKind.Clockwise or MotionKind.CounterClockwise) };
            Assert.Equal(inside, core.Contains(state));
            Assert.Equal(inside, state == kept);
            Assert.True(core.Contains(kept));
            Assert.Equal(kept, SceneState.FromArray(kept.ToArray()));
            Assert.Equal(state.HeldOutPairs, kept.HeldOutPairs);
            Assert.Equal((state.Mark, state.Texture, state.Palette), (kept.Mark, kept.Texture, kept.Palette));
            states.Add(kept.Index);
        }
        Assert.Equal(96 * 36 * 13, states.Count);
    }

    [Fact]
    public void Every_shape_keeps_one_stand_in_and_its_colours_apart()
    {
        // A story whose subject only changes its colour must not change its shape as well, and two colours stay two.
        for (int shape = 0; shape < 6; shape++)
        {
            SceneState[] kept = [.. Enumerable.Range(0, 8).Select(c => WorldProfile.Core.Restrict(new SceneState(shape, c, 1, 0, 0, 0, MotionKind.Still, 0)))];
            Assert.Single(kept.Select(s => s.Shape).Distinct());
            Assert.Equal(8, kept.Select(s => s.Colour).Distinct().Count());
        }
    }

    [Fact]
    public void Clips_stories_and_switches_of_the_core_stay_in_it_and_change_what_they_say()
    {
        TrainingClips clips = new(options: new TrainingClipOptions { World = WorldProfile.Core });
        for (int i = 0; i < 500; i++)
        {
            TrainingClip clip = clips.Describe(i, 81);
            Assert.All(clip.Story.Scenes, s => Assert.True(WorldProfile.Core.Contains(s.State) && s.State.Level == SceneLevel.InDistribution));
            Assert.Equal(clip.Story.Scenes.Count, clip.Story.Scenes.Select(s => s.State).Distinct().Count());

            SceneState[] story = [.. TrainingStories.Get(i, 4, WorldProfile.Core).Segments.Select(s => s.State)];
            Assert.All(story, s => Assert.True(WorldProfile.Core.Contains(s)));
            Assert.All(story.Zip(story.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));

            SceneState[] change = [.. HeldOutScenes.GetSwitch(i, WorldProfile.Core).Segments.Select(s => s.State)];
            Assert.All(change, s => Assert.True(WorldProfile.Core.Contains(s)));
            Assert.True(change[0].Motion != change[1].Motion && change[0].Background != change[1].Background);
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
        Assert.Contains("full, large, core", Assert.Throws<ArgumentException>(() => WorldProfile.Of("huge")).Message, StringComparison.Ordinal);
    }
}
