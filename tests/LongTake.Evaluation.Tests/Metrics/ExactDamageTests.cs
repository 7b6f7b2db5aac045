using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Exact;
using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Metrics;

/// <summary>
/// Every planted damage lowers the exact metrics that are about it, the more the worse it is, and leaves the others alone.
/// </summary>
public class ExactDamageTests
{
    private static readonly MetricSet s_set = new(ShapesMetrics.All());
    private static readonly Story s_story = PlantedDamages.Three;
    private static readonly Lazy<VideoMeasurement> s_truth = new(() => Measure(s_story, "none", 0));
    private static readonly Lazy<VideoMeasurement> s_otherTruth = new(() => Measure(PlantedDamages.Other, "none", 0));

    /// <summary>
    /// A damage; the figures that are about it, which get worse with every degree; and those that follow from it in some degree or other (a
    /// star stands for any ending).
    /// </summary>
    public static TheoryData<string, string, string> Damages => new()
    {
        { "colour drift", "fidelity d_chroma S_quality S_total drift.fidelity.change drift.fidelity.abs5s", "drift.fidelity.*" },
        { "shape swap", "identity self_identity following life S_quality S_following S_total", "xid drift.identity.* drift.following.*" },
        { "background swap", "background following margin S_following S_total", "latency drift.background.* drift.following.*" },
        {
            "frozen motion", "motion motion.direction motion.speed frozen following margin S_following S_total",
            "latency smooth jumps S_quality drift.motion.* drift.following.*"
        },
        { "reversed motion", "motion motion.direction following S_following S_total", "latency margin drift.motion.* drift.following.*" },
        { "flicker", "flicker fidelity S_quality S_total", "drift.fidelity.*" },
        { "blur", "fidelity S_quality S_total", "drift.fidelity.*" },
        {
            "teleport", "motion motion.direction motion.speed following smooth jumps S_quality S_following S_total",
            "margin drift.motion.* drift.following.*"
        },
        {
            "subject lost", "presence identity self_identity xid motion motion.direction motion.speed following margin life S_quality S_following S_total",
            "latency drift.identity.* drift.motion.* drift.following.*"
        },
        { "second subject", "dup fidelity flicker life S_quality S_total", "drift.fidelity.*" },
        {
            "early scene", "early_return loop background motion motion.direction motion.speed following margin S_following S_total",
            "jumps reset smooth S_quality drift.background.* drift.motion.* drift.following.*"
        },
        {
            "loop", "loop motion motion.direction motion.speed following margin smooth S_quality S_following S_total",
            "jumps reset drift.motion.* drift.following.*"
        },
    };

    [Fact]
    public void There_is_a_row_for_every_damage() => Assert.Equal(PlantedDamages.Names, Damages.Select(row => (string)row[0]));

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damage_lowers_what_is_about_it(string damage, string about, string follows) =>
        Check(s_story, s_truth.Value, damage, about, follows);

    /// <summary>What a damage lowers does not hang on subject, backgrounds and motions of one story.</summary>
    [Theory]
    [MemberData(nameof(Damages))]
    public void And_the_same_on_another_story(string damage, string about, string follows) =>
        Check(PlantedDamages.Other, s_otherTruth.Value, damage, about, follows);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_truth_is_perfect(bool other)
    {
        VideoMeasurement truth = (other ? s_otherTruth : s_truth).Value;
        foreach (MetricColumn column in s_set.Columns.Where(c => truth.Figures.ContainsKey(c.Name)))
        {
            double figure = truth.Figures[column.Name];
            double? perfect = column.Name switch
            {
                "margin" => null,
                "life" or "drift.following.halflife" or "drift.fidelity.halflife" => truth.Video.Duration,
                _ => column.Better == BetterWhen.Higher ? 1 : 0,
            };
            Assert.True(perfect is not double p || Math.Abs(figure - p) < Tolerance(column) / 2, $"{column.Name} is {figure}");
        }
        Assert.Equal(["shapes.atoms", "shapes.recall"], truth.Missing.Select(m => m.Metric));
    }

    [Fact]
    public void Events_and_scenes_say_where()
    {
        VideoMeasurement early = Measure(s_story, "early scene", 2), jumped = Measure(s_story, "teleport", 3), reversed = Measure(s_story, "reversed motion", 1);
        Assert.Equal([107, 178], early.Results["shapes.repetition"].Events["early_return"]);
        Assert.Equal([35, 107, 178], jumped.Results["shapes.continuity"].Events["jumps"]);
        IReadOnlyList<double> motion = reversed.Results["shapes.following"].PerScene["motion"];
        Assert.True(motion[0] > 0.99 && motion[1] > 0.99 && motion[2] < 0.01);
        Assert.Equal([double.NaN, 0, 70 / 8.0], reversed.Results["shapes.following"].PerScene["latency"]);
        IReadOnlyList<double> curve = reversed.Curves["motion"].Values;
        Assert.True(curve[0] > 0.99 && curve[^1] < 0.01);
        Assert.Equal(13, curve.Count);
    }

    private static void Check(Story story, VideoMeasurement truth, string damage, string about, string follows)
    {
        VideoMeasurement[] degrees = [truth, .. Enumerable.Range(1, 3).Select(d => Measure(story, damage, d))];
        string[] worse = about.Split(' '), free = follows.Split(' ');
        Assert.All(worse, name => Assert.Contains(s_set.Columns, c => c.Name == name));
        List<string> wrong = [];
        foreach (MetricColumn column in s_set.Columns.Where(c => c.Better != BetterWhen.Neither && truth.Figures.ContainsKey(c.Name)))
        {
            double[] good = [.. degrees.Select(d => Goodness(column, d.Figures[column.Name]))];
            bool isFree = free.Any(f => f == column.Name || (f[^1] == '*' && column.Name.StartsWith(f[..^1], StringComparison.Ordinal)));
            bool isRight = worse.Contains(column.Name)
                ? good[1] < good[0] && good[2] < good[1] && good[3] < good[2] && good[0] - good[3] > Tolerance(column) / 2
                : isFree || good.All(g => Math.Abs(g - good[0]) <= Tolerance(column));
            if (!isRight)
            {
                wrong.Add($"{column.Name} {(worse.Contains(column.Name) ? "must fall" : "must stay")}: {string.Join(", ", good)}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static VideoMeasurement Measure(Story story, string damage, int degree) =>
        s_set.Measure(PlantedDamages.Describe(story), PlantedDamages.Plant(story, damage, degree));

    private static double Goodness(MetricColumn column, double figure) => column.Better switch
    {
        BetterWhen.Higher => figure,
        BetterWhen.Lower => -figure,
        _ => -Math.Abs(figure),
    };

    /// <summary>What does not count as a change: 0.02 of a score, half a level of brightness, a point of drift.</summary>
    private static double Tolerance(MetricColumn column) => column.Name switch
    {
        "d_luma" or "d_chroma" => 0.5,
        _ when column.Name.StartsWith("drift.", StringComparison.Ordinal) => 1,
        _ => 0.02,
    };
}
