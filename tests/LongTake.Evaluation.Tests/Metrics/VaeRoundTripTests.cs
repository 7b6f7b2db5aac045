using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Exact;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Trials;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Evaluation.Tests.Metrics;

/// <summary>True videos that only went through the embedded model's VAE: what it loses must not look like a failure of a method.</summary>
public class VaeRoundTripTests
{
    /// <summary>
    /// Every score of every clip, but for flicker: decoded frames change a little from one to the next, which that is there to see (docs/evaluation.md has by how
    /// much). The clips are of the profile <c>large</c>, of which the VAE's training clips were.
    /// </summary>
    [Fact]
    public void Scores_stay_high()
    {
        using CpuBackend backend = new();
        using TrialModel model = new(new Compute(backend), Path.Combine(Repository.Root, "models", "shapes"));
        Dictionary<string, List<double>> figures = [];
        foreach ((string suite, int index, int units) in new[] { ("single", 1, 1), ("single", 97, 1), ("single", 113, 1), ("switch", 3, 2), ("recall", 1, 3) })
        {
            Story story = WorldProfile.Large.Restrict(ShapesSuites.Get(suite, index)).ToStory(VideoProfile.Standard, units);
            FrameReading[] readings = model.RoundTrip(story).Readings;
            VideoDescription video = PlantedDamages.Describe(story) with
            {
                Ceilings = [.. story.Scenes.Select(s => readings.Skip(s.StartFrame).Take(s.FrameCount).Average(r => FrameScores.Fidelity(r)))],
            };
            ShapesReadings read = new(video, readings);
            Add("size", Enumerable.Range(0, story.FrameCount).Average(i => FrameScores.Size(readings[i], story.Scenes[story.SceneIndexAt(i)].State.Size)));
            foreach ((string name, double value) in ShapesMetrics.All().Where(m => m.WhyNot(video) is null).SelectMany(m => m.Measure(read).Figures))
            {
                Add(name, value);
            }
        }
        foreach (string name in new[]
        {
            "presence", "identity", "size", "self_identity", "xid", "background", "motion", "motion.direction", "motion.speed", "following", "fidelity", "smooth",
            "recall.background", "recall.similarity", "S_quality", "S_following", "S_total",
        })
        {
            Assert.True(figures[name].Min() >= 0.95, $"{name}: {string.Join(", ", figures[name])}");
        }
        Assert.True(figures["flicker"].Min() >= 0.85, string.Join(", ", figures["flicker"]));
        foreach (string name in new[] { "jumps", "reset", "frozen", "early_return", "latency", "dup", "loop" })
        {
            Assert.True(figures[name].Max() <= 0.05, $"{name}: {string.Join(", ", figures[name])}");
        }

        void Add(string name, double value)
        {
            figures.TryAdd(name, []);
            figures[name].Add(value);
        }
    }
}
