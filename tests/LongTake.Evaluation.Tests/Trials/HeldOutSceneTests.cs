using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Trials;

namespace LongTake.Evaluation.Tests.Trials;

public class HeldOutSceneTests
{
    [Fact]
    public void The_first_are_the_suite_s_and_all_are_held_out()
    {
        HashSet<SceneState> states = [];
        for (int i = 0; i < 128; i++)
        {
            SuiteItem item = HeldOutScenes.Get(i);
            SceneState state = Assert.Single(item.Segments).State;
            Assert.NotEqual(SceneLevel.InDistribution, state.Level);
            states.Add(state);
            if (i < 32)
            {
                Assert.Equal(ShapesSuites.Get(ShapesSuites.Single, 96 + i).Segments[0], item.Segments[0]);
            }
            else
            {
                Assert.Equal(i % 2 == 0 ? SceneLevel.OnePair : SceneLevel.TwoPairs, state.Level);
                Assert.Equal(item.Segments[0], HeldOutScenes.Get(i).Segments[0]);
            }
        }
        Assert.True(states.Count > 125);
    }

    [Fact]
    public void Seen_ones_have_no_held_out_pair()
    {
        for (int i = 0; i < 64; i++)
        {
            SuiteItem item = HeldOutScenes.GetSeen(i);
            Assert.Equal(SceneLevel.InDistribution, Assert.Single(item.Segments).State.Level);
            Assert.Equal(item.Segments[0], HeldOutScenes.GetSeen(i).Segments[0]);
        }
    }

    [Fact]
    public void Switches_keep_the_subject_and_change_the_rest()
    {
        for (int i = 0; i < 64; i++)
        {
            SuiteItem item = HeldOutScenes.GetSwitch(i);
            (SceneState a, SceneState b) = (item.Segments[0].State, item.Segments[1].State);
            Assert.Equal(HeldOutScenes.Get(i).Segments[0], item.Segments[0]);
            Assert.Equal(a.Identity, b.Identity);
            Assert.NotEqual(a.Background, b.Background);
            Assert.NotEqual(a.Motion, b.Motion);
            Assert.StartsWith("it ", item.PronounCaptions[1], StringComparison.Ordinal);
        }
    }
}
