using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Shapes;

public class CaptionTests
{
    [Fact]
    public void Every_state_is_read_back_from_every_wording()
    {
        HashSet<string> seen = [];
        SceneState before = SceneState.FromIndex(0);
        for (int i = 0; i < ShapesWorld.StateCount; i++)
        {
            SceneState state = SceneState.FromIndex(i);
            string canonical = Captions.Full(state);
            Assert.True(seen.Add(canonical), canonical);
            if (CaptionParser.Parse(canonical) != state
                || CaptionParser.Parse(Captions.Full(state, (CaptionWording)(1 + i % 3))) != state)
            {
                Assert.Fail(canonical);
            }
            SceneState sameSubject = before with { Shape = state.Shape, Colour = state.Colour, Size = state.Size, Mark = state.Mark };
            string pronoun = Captions.Pronoun(sameSubject, state, (CaptionWording)(i % 4));
            if (CaptionParser.Parse(pronoun, sameSubject) != state)
            {
                Assert.Fail(pronoun);
            }
        }
    }

    [Fact]
    public void Delta_captions_between_random_states_are_read_back()
    {
        SplitMix64 random = new(99UL);
        for (int i = 0; i < 20_000; i++)
        {
            SceneState before = SceneState.FromIndex(random.NextInt(ShapesWorld.StateCount));
            SceneState state = SceneState.FromIndex(random.NextInt(ShapesWorld.StateCount)) with { Shape = before.Shape };
            if (state != before)
            {
                string caption = Captions.Delta(before, state, (CaptionWording)(i % 4), again: i % 2 == 0);
                Assert.True(CaptionParser.Parse(caption, before) == state, caption);
            }
        }
    }

    [Fact]
    public void The_example_story_of_the_specification_is_written_word_for_word()
    {
        SceneState first = new(5, 4, 0, 0, 4, 2, MotionKind.Down, 0);
        SceneState second = first with { Kind = MotionKind.Left, Speed = 1 };
        SceneState third = second with { Kind = MotionKind.Still, Speed = 0, Texture = 0, Palette = 4 };
        Assert.Equal("a small cyan star moves slowly downward on a background of mint checkerboard.", Captions.Full(first));
        Assert.Equal("it moves quickly to the left on a background of mint checkerboard.", Captions.Pronoun(first, second));
        Assert.Equal("it stays still on a background of snow gradient.", Captions.Pronoun(second, third));
        string joint = Captions.Joint([first, second, third]);
        Assert.Equal(
            "a small cyan star moves slowly downward on a background of mint checkerboard then it moves quickly to the left "
            + "on a background of mint checkerboard then it stays still on a background of snow gradient.",
            joint);
        Assert.Equal([first, second, third], CaptionParser.ParseAll(joint));
    }

    [Fact]
    public void Changes_of_the_subject_use_the_delta_words()
    {
        SceneState state = new(5, 4, 0, 0, 4, 2, MotionKind.Down, 0);
        Assert.Equal("it turns blue.", Captions.Pronoun(state, state with { Colour = 5 }));
        Assert.Equal("it grows large.", Captions.Delta(state, state with { Size = 1 }));
        Assert.Equal("it shrinks small.", Captions.Delta(state with { Size = 1 }, state));
        Assert.Equal("it gains a white dot.", Captions.Delta(state, state with { Mark = 1 }));
        Assert.Equal("it loses its dot.", Captions.Delta(state with { Mark = 2 }, state));
        Assert.Equal("it now circles clockwise slowly.", Captions.Delta(state, state with { Kind = MotionKind.Clockwise }));
        Assert.Equal("the background becomes mint dots.", Captions.Delta(state, state with { Texture = 5 }));
        Assert.Throws<ArgumentException>(() => Captions.Delta(state, state));
        Assert.Throws<ArgumentException>(() => Captions.Delta(state, state with { Shape = 0 }));
    }

    [Fact]
    public void Paraphrases_use_their_own_words()
    {
        SceneState state = new(0, 0, 1, 2, 5, 0, MotionKind.Right, 1);
        Assert.Equal(
            "a big red circle with a black dot drifts quickly to the right on a background of sand spots.",
            Captions.Full(state, CaptionWording.Drifts));
        Assert.Equal(
            "a huge red circle with a black dot slides quickly to the right on a background of sand polka dots.",
            Captions.Full(state, CaptionWording.TestOnly));
    }

    [Fact]
    public void The_vocabulary_covers_all_captions()
    {
        HashSet<string> vocabulary = [.. Captions.Vocabulary];
        Assert.InRange(vocabulary.Count, 70, 100);
        SplitMix64 random = new(5UL);
        for (int i = 0; i < 5000; i++)
        {
            SceneState before = SceneState.FromIndex(random.NextInt(ShapesWorld.StateCount));
            SceneState state = SceneState.FromIndex(random.NextInt(ShapesWorld.StateCount)) with { Shape = before.Shape };
            if (before == state)
            {
                continue;
            }
            CaptionWording wording = (CaptionWording)(i % 4);
            string all = $"{Captions.Joint([before, state], wording)} {Captions.Delta(before, state, wording, again: true)}";
            Assert.All(all.Split(' '), word => Assert.Contains(word.TrimEnd('.'), vocabulary));
        }
    }

    [Theory]
    [InlineData("a small cyan hexagon stays still on a background of mint dots.", "\"hexagon\" where a shape")]
    [InlineData("it stays still on a background of mint dots.", "only later scenes")]
    [InlineData("a small cyan star stays still on a background of mint", "the end where a texture")]
    [InlineData("a small cyan star stays still on a background of mint dots today.", "\"today\" where the end")]
    [InlineData("", "the end where a full caption")]
    public void Captions_outside_the_grammar_say_where(string caption, string expected)
    {
        Assert.Contains(expected, Assert.Throws<FormatException>(() => CaptionParser.Parse(caption)).Message, StringComparison.Ordinal);
    }
}
