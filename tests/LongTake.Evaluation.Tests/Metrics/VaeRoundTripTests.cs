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
    /// <summary>Smoothness and flicker are not here: this VAE trembles by a pixel, which those are there to see.</summary>
    [Fact]
    public void Scores_stay_high()
    {
        using CpuBackend backend = new();
        using TrialModel model = new(new Compute(backend), Path.Combine(Repository.Root, "models", "shapes"));
        Dictionary<string, List<double>> figures = [];
        foreach ((string suite, int index, int units) in new[] { ("single", 1, 1), ("single", 97, 1), ("single", 113, 1), ("switch", 3, 2), ("recall", 1, 3) })
        {
            Story story = model.World.Restrict(ShapesSuites.Get(suite, index)).ToStory(VideoProfile.Standard, units);
            FrameReading[] readings = model.RoundTrip(story).Readings;
            VideoDescription video = PlantedDamages.Describe(story) with
            {
                Ceilings = [.. story.Scenes.Select(s => readings.Skip(s.StartFrame).Take(s.FrameCount).Average(r => FrameScores.Fidelity(r)))],
            };
            ShapesReadings read = new(video, readings);
            foreach ((string name, double value) in ShapesMetrics.All().Where(m => m.WhyNot(video) is null).SelectMany(m => m.Measure(read).Figures))
            {
                figures.TryAdd(name, []);
                figures[name].Add(value);
            }
        }
        string[] names =
        [
            "presence", "identity", "self_identity", "background", "motion", "motion.direction", "motion.speed", "fidelity", "recall.background",
            "recall.similarity",
        ];
        foreach (string name in names)
        {
            Assert.True(figures[name].Average() >= 0.95, $"{name}: {string.Join(", ", figures[name])}");
        }
        foreach (string name in new[] { "jumps", "reset", "frozen", "early_return", "latency", "dup", "loop" })
        {
            Assert.True(figures[name].Max() <= 0.05, $"{name}: {string.Join(", ", figures[name])}");
        }
    }
}
