using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Analysis;

public class ClipClassificationTests
{
    [Fact]
    public void Clips_are_what_they_show()
    {
        for (int i = 96; i < 104; i++)
        {
            Story story = ShapesSuites.Get(ShapesSuites.Single, i).ToStory(VideoProfile.Light, 1);
            SceneState state = story.Scenes[0].State;
            ClipClassification seen = ClipClassification.Of(Read(Treatments.Apply("noise", story)), story.FramesPerSecond);
            Assert.Equal(1, seen.Presence);
            Assert.Equal(state.Identity, seen.Identity);
            Assert.True(seen.HasShape(state) && seen.HasColour(state) && seen.HasBackground(state) && seen.HasKind(state) && seen.HasMotion(state));
            SceneState other = state with { Shape = (state.Shape + 1) % 6, Palette = (state.Palette + 1) % 6, Kind = MotionKind.Shake, Speed = 1 };
            Assert.False(seen.HasShape(other) || seen.HasBackground(other));
            Assert.Equal(state.Kind == MotionKind.Shake, seen.HasKind(other));
        }
    }

    [Fact]
    public void A_subject_that_is_mostly_absent_has_no_class()
    {
        Story story = ShapesSuites.Get(ShapesSuites.Single, 1).ToStory(VideoProfile.Light, 1);
        FrameReading[] readings = Read(Treatments.Apply("lost", story));
        Assert.Null(ClipClassification.Of(readings, 8).Identity);
        Assert.Null(ClipClassification.Of(readings, 8).Motion);
        Assert.NotNull(ClipClassification.Of(readings.AsSpan(0, 30), 8).Identity);
        Assert.Equal(story.Scenes[0].State.Background, (ClipClassification.Of(readings, 8).Texture, ClipClassification.Of(readings, 8).Palette));
    }

    [Fact]
    public void Short_clips_have_a_motion_from_one_second_on()
    {
        Story story = ShapesSuites.Get(ShapesSuites.Single, 1).ToStory(VideoProfile.Light, 1);
        FrameReading[] readings = Read(Treatments.Truth(story));
        Assert.Null(ClipClassification.Of(readings.AsSpan(0, 8), 8).Motion);
        Assert.Equal(story.Scenes[0].State.Motion, ClipClassification.Of(readings.AsSpan(0, 9), 8).Motion);
        Assert.Throws<ArgumentException>(() => ClipClassification.Of([], 8));
    }

    private static FrameReading[] Read(byte[] video) => new VideoAnalyser().Read(video);
}
