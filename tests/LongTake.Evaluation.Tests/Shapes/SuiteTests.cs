using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Shapes;

public class SuiteTests
{
    [Theory]
    [InlineData("single", 0, "5,4,1,1,0,3,0,0", 36.805452, 17.972841, .621644)]
    [InlineData("single", 1, "2,7,1,1,2,3,1,1", 21.922541, 1.859314, .465402)]
    [InlineData("single", 2, "3,2,0,0,0,3,2,1", 24.521797, 20.555354, .816610)]
    [InlineData("single", 96, "4,6,1,0,0,2,3,1", 22.930606, 52.289687, .733032)]
    [InlineData("single", 112, "2,0,1,0,5,1,5,1", 47.476568, 20.610926, .617345)]
    [InlineData("story", 0, "5,4,0,0,4,2,4,0", 21.975739, 35.934794, .874870)]
    public void First_scenes_are_the_golden_ones(string suite, int index, string state, double x, double y, double turns)
    {
        SuiteItem item = ShapesSuites.Get(suite, index);
        Assert.Equal(state, string.Join(',', item.Segments[0].State.ToArray()));
        Assert.Equal(x, item.StartX, 6e-7);
        Assert.Equal(y, item.StartY, 6e-7);
        Assert.Equal(turns, item.Segments[0].Phase / (2 * Math.PI), 6e-7);
    }

    [Fact]
    public void Story_0_goes_on_as_in_the_golden_table()
    {
        SuiteItem item = ShapesSuites.Get("story", 0);
        string[] later = [.. item.Segments.Skip(1).Select(s => string.Join(',', s.State.ToArray()[4..]))];
        Assert.Equal(["4,2,2,1", "4,2,8,1", "4,2,2,0", "0,4,2,0", "0,4,0,0"], later);
        double[] turns = [.208721, .138148, .536038, .049738, .219483];
        Assert.All(turns.Zip(item.Segments.Skip(1)), p => Assert.Equal(p.First, p.Second.Phase / (2 * Math.PI), 6e-7));
        Assert.All(item.Segments, s => Assert.Equal(item.Segments[0].State.Identity, s.State.Identity));
    }

    [Theory]
    [InlineData("atoms", 360)]
    [InlineData("switch", 64)]
    [InlineData("recall", 64)]
    public void Suites_equal_their_frozen_files(string suite, int count)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Shapes", "Golden", suite + ".txt");
        string[] lines = [.. ShapesSuites.All(suite).Select(Line)], frozen = File.ReadAllLines(path);
        Assert.Equal(count, lines.Length);
        Assert.Equal(frozen, lines.Select((line, i) => frozen[i].StartsWith('#') ? Digest(line) : line));
    }

    /// <summary>The file of the largest suite has most lines by their digest.</summary>
    private static string Digest(string line) => "#" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(line)))[..12];

    /// <summary>index | x y | state phase | state phase ..., phases in turns.</summary>
    private static string Line(SuiteItem item) => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.Index} | {item.StartX:F9} {item.StartY:F9} | {string.Join(" | ", item.Segments.Select(Segment))}");

    private static string Segment(SuiteSegment segment) => string.Create(
        CultureInfo.InvariantCulture, $"{string.Join(',', segment.State.ToArray())} {segment.Phase / (2 * Math.PI):F9}");

    [Fact]
    public void Single_and_story_have_the_levels_they_promise()
    {
        Assert.All(ShapesSuites.All("single"), item =>
            Assert.Equal(
                item.Index < 96 ? SceneLevel.InDistribution : item.Index < 112 ? SceneLevel.OnePair : SceneLevel.TwoPairs, item.Level));
        Assert.All(ShapesSuites.All("story"), item => Assert.Equal(SceneLevel.InDistribution, item.Level));
    }

    [Fact]
    public void Story_segments_change_at_least_one_part_each_time()
    {
        foreach (SuiteItem item in ShapesSuites.All("story"))
        {
            for (int i = 1; i < 6; i++)
            {
                Assert.NotEqual(item.Segments[i - 1].State, item.Segments[i].State);
            }
        }
    }

    [Fact]
    public void Cross_rows_follow_the_rotation_and_never_repeat()
    {
        SuiteItem row = ShapesSuites.Get("cross", 13);

        // i = 13: identity 1 (square, colour 2, large, mark 1); motion a = 13 + j; background b = 13 + 2j.
        Assert.Equal("1,2,1,1,1,3,6,1", string.Join(',', row.Segments[0].State.ToArray()));
        Assert.Equal("1,2,1,1,3,5,7,1", string.Join(',', row.Segments[1].State.ToArray()));
        Assert.Equal(6, row.Segments.Count);
        Assert.Equal(4, row.Take(4).Segments.Count);
        Assert.Equal(144, ShapesSuites.All("cross").Select(i => i.Segments[0].State).Distinct().Count());
    }

    [Fact]
    public void Atoms_vary_one_factor_through_pairwise_different_states()
    {
        foreach (SuiteItem item in ShapesSuites.All("atoms"))
        {
            int n = ShapesSuites.AtomCountOf(item.Index);
            Assert.Equal(n, item.Segments.Count);
            SceneState first = item.Segments[0].State;
            IEnumerable<SceneState> states = item.Segments.Select(s => s.State);
            int distinct = ShapesSuites.AtomFactorOf(item.Index) switch
            {
                AtomFactor.SceneAttribute => states.Where(s => (s with { Texture = first.Texture, Palette = first.Palette }) == first)
                    .Select(s => s.Background).Distinct().Count(),
                AtomFactor.TargetAttribute => states.Where(
                    s => (s with { Colour = first.Colour }) == first).Select(s => s.Colour).Distinct().Count(),
                _ => states.Where(s => (s with { Kind = first.Kind, Speed = first.Speed }) == first).Select(s => s.Kind).Distinct().Count(),
            };
            Assert.Equal(n, distinct);
            Assert.Equal(SceneLevel.InDistribution, item.Level);
        }
    }

    [Fact]
    public void Switch_changes_background_motion_colour_and_mark_16_times_each()
    {
        string[] kinds = [.. ShapesSuites.All("switch").Select(i => Changed(i.Segments[0].State, i.Segments[1].State))];
        Assert.Equal(["background", "motion", "colour", "mark"], kinds.Distinct());
        Assert.All(kinds.GroupBy(k => k), g => Assert.Equal(16, g.Count()));

        static string Changed(SceneState a, SceneState b) =>
            string.Join('+', new[]
            {
                a.Background != b.Background ? "background" : "", a.Motion != b.Motion ? "motion" : "",
                a.Colour != b.Colour ? "colour" : "", a.Mark != b.Mark ? "mark" : "",
            }.Where(s => s.Length > 0));
    }

    [Fact]
    public void Recall_returns_and_says_so_without_naming_the_subject()
    {
        foreach (SuiteItem item in ShapesSuites.All("recall"))
        {
            SceneState a = item.Segments[0].State;
            SceneState b = item.Segments[1].State;
            Assert.Equal(a, item.Segments[2].State);
            Assert.NotEqual(a.Background, b.Background);
            Assert.NotEqual(a.Motion, b.Motion);
            string caption = item.PronounCaptions[2];
            Assert.StartsWith("it now ", caption, StringComparison.Ordinal);
            Assert.Contains("the background becomes ", caption, StringComparison.Ordinal);
            Assert.EndsWith(" again.", caption, StringComparison.Ordinal);
            Assert.Equal(a, CaptionParser.Parse(caption, b));
        }
    }

    [Fact]
    public void Unknown_suites_and_items_are_refused_by_name()
    {
        string suite = Assert.Throws<ArgumentException>(() => ShapesSuites.Get("singel", 0)).Message;
        Assert.Contains("single, story, cross", suite, StringComparison.Ordinal);
        string item = Assert.Throws<ArgumentOutOfRangeException>(() => ShapesSuites.Get("single", 128)).Message;
        Assert.Contains("0 to 127", item, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("story", 7, 16, 6)]
    [InlineData("recall", 3, 8, 6)]
    public void Ground_truth_files_rebuild_every_frame(string suite, int index, int fps, int units)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".json");
        try
        {
            SuiteItem item = ShapesSuites.Get(suite, index);
            VideoProfile profile = VideoProfile.OfRate(fps);
            GroundTruth.Of(item, profile, units).Save(path);
            GroundTruth read = GroundTruth.Load(path);
            Story expected = item.ToStory(profile, units);
            Story actual = read.ToStory();
            Assert.Equal(expected.FrameCount, actual.FrameCount);
            byte[] a = new byte[SceneRenderer.FrameBytes(1)];
            byte[] b = new byte[SceneRenderer.FrameBytes(1)];
            for (int frame = 0; frame < expected.FrameCount; frame += 5)
            {
                expected.RenderFrame(frame, a);
                actual.RenderFrame(frame, b);
                Assert.Equal(a, b);
            }
            Assert.Equal(item.Segments.Count, CaptionParser.ParseAll(read.Segments[^1].Joint).Count);

            File.WriteAllText(path, File.ReadAllText(path).Replace("shapes-1", "shapes-0", StringComparison.Ordinal));
            Assert.Contains("shapes-0", Assert.Throws<FormatException>(() => GroundTruth.Load(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
