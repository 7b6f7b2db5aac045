using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Shapes;

public class TrainingClipTests
{
    private const int Clips = 8000;

    [Fact]
    public void The_mix_has_the_shares_of_the_specification()
    {
        TrainingClips clips = new();
        int two = 0, empty = 0, paraphrased = 0, captions = 0, pronoun = 0, background = 0, motion = 0, both = 0, twoCaptioned = 0;
        for (int i = 0; i < Clips; i++)
        {
            TrainingClip clip = clips.Describe(i, 81);
            Assert.All(clip.Story.Scenes, s => Assert.Equal(SceneLevel.InDistribution, s.State.Level));
            Assert.Equal(clip.Captions.Count, clip.Story.Scenes.Count);
            bool isEmpty = clip.Captions[0].Length == 0;
            empty += isEmpty ? 1 : 0;
            if (!isEmpty)
            {
                captions++;
                paraphrased += Captions.Full(clip.Story.Scenes[0].State) != clip.Captions[0] && Rewordable(clip.Captions[0]) ? 1 : 0;
            }
            if (clip.CutFrame is { } cut)
            {
                two++;
                Assert.Contains(cut, new[] { 21, 33, 45, 57 });
                SceneState a = clip.Story.Scenes[0].State;
                SceneState b = clip.Story.Scenes[1].State;
                Assert.Equal(a.Identity, b.Identity);
                background += a.Background != b.Background && a.Motion == b.Motion ? 1 : 0;
                motion += a.Background == b.Background && a.Motion != b.Motion ? 1 : 0;
                both += a.Background != b.Background && a.Motion != b.Motion ? 1 : 0;
                twoCaptioned += isEmpty ? 0 : 1;
                pronoun += !isEmpty && !clip.Captions[1].StartsWith("a ", StringComparison.Ordinal) ? 1 : 0;
            }
        }
        Assert.Equal(.3, (double)two / Clips, .02);
        Assert.Equal(.1, (double)empty / Clips, .02);
        Assert.Equal(.2, (double)paraphrased / captions, .02);
        Assert.Equal(.5, (double)pronoun / twoCaptioned, .04);
        Assert.Equal(two, background + motion + both);
        Assert.All([background, motion, both], n => Assert.Equal(1 / 3.0, (double)n / two, .05));

        // Every caption names a size, so every paraphrase shows.
        static bool Rewordable(
            string caption) => caption.Contains(" tiny ", StringComparison.Ordinal) || caption.Contains(" big ", StringComparison.Ordinal);
    }

    [Fact]
    public void Captions_describe_the_scenes_and_never_use_test_words()
    {
        TrainingClips clips = new(8);
        string[] testOnly = ["little", "huge", "slides", "polka"];
        for (int i = 0; i < 2000; i++)
        {
            TrainingClip clip = clips.Describe(i, 81);
            if (clip.Captions[0].Length == 0)
            {
                Assert.Equal("", clip.JointCaption);
                continue;
            }
            SceneState? before = null;
            for (int k = 0; k < clip.Captions.Count; k++)
            {
                before = CaptionParser.Parse(clip.Captions[k], before);
                Assert.Equal(clip.Story.Scenes[k].State, before);
                Assert.DoesNotContain(clip.Captions[k].TrimEnd('.').Split(' '), word => testOnly.Contains(word));
            }
            Assert.Equal(clip.Story.Scenes.Select(s => s.State), CaptionParser.ParseAll(clip.JointCaption));
        }
    }

    [Fact]
    public void A_clip_depends_on_its_index_alone_and_its_length_moves_only_the_cut()
    {
        TrainingClip a = new TrainingClips().Get(123, 81);
        TrainingClip b = new TrainingClips().Get(123, 81);
        Assert.Equal(a.Frames, b.Frames);
        Assert.Equal(81 * 64 * 64 * 3, a.Frames.Length);
        for (int i = 0; i < 200; i++)
        {
            TrainingClip longer = new TrainingClips().Describe(i, 81);
            TrainingClip shorter = new TrainingClips().Describe(i, 9);
            Assert.Equal(longer.Story.Scenes[0].State, shorter.Story.Scenes[0].State);
            Assert.Equal(longer.Captions[0], shorter.Captions[0]);
            Assert.Null(shorter.CutFrame);
        }
    }

    [Fact]
    public void Light_clips_cut_one_chunk_from_either_end()
    {
        TrainingClips clips = new(8);
        int[] cuts = [.. Enumerable.Range(0, 400).Select(i => clips.Describe(i, 33).CutFrame ?? 0).Distinct().Order()];
        Assert.Equal([0, 9, 21], cuts);
    }

    [Fact]
    public void Shares_outside_0_to_1_are_refused_by_name()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new TrainingClips(16, new TrainingClipOptions { EmptyShare = 1.5 }));
        Assert.Equal("EmptyShare", error.ParamName);
    }
}
