using System.Globalization;
using System.Text.Json;
using LongTake.Alignment.Branches;
using LongTake.Alignment.Data;
using LongTake.Alignment.Grpo;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Alignment.Tests.Grpo;

/// <summary>Trainings of a few steps on the tiny model, and what they leave in their folders.</summary>
internal sealed class AlignmentRuns(TemporaryFolder folder, TinyAlignment tiny)
{
    /// <summary>Trains with <see cref="Brightness"/> as reward.</summary>
    /// <returns>Whether the last step was reached.</returns>
    public bool Train(
        string name,
        BranchRecipe recipe,
        int mostSteps,
        bool resume = false,
        int steps = 4,
        TinyAlignment? on = null,
        CancellationTokenSource? stop = null,
        Action? onClip = null)
    {
        recipe.Steps = steps;
        recipe.SampleEvery = 3;
        on ??= tiny;
        BranchStrategy strategy = on.Strategy(recipe);
        using GroupTask task = new(
            recipe, strategy, new ShapesScripts(recipe.Scenes, WorldProfile.Full), Brightness.Set(onClip), strategy.AdvantageOptions)
        {
            Cancellation = stop?.Token ?? default,
        };
        using TrainingLoop loop = new(recipe, task, on.Compute, folder.File(name));
        if (resume)
        {
            loop.Resume("recipe");
        }
        return loop.Run("recipe", null, stop?.Token ?? default, mostSteps);
    }

    public string Checkpoint(string name) => Path.Combine(folder.File(name), "checkpoint.safetensors");

    public string Metrics(string name) => Path.Combine(folder.File(name), "metrics.jsonl");

    /// <summary>A figure of every line that has it, by rising step.</summary>
    public double[] Figures(string name, string figure)
    {
        List<double> values = [];
        foreach (string line in File.ReadLines(Metrics(name)))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.TryGetProperty(figure, out JsonElement value))
            {
                values.Add(double.Parse(value.GetRawText(), CultureInfo.InvariantCulture));
            }
        }
        return [.. values];
    }

    /// <summary>First moments of the adapters: zero while no gradient has come.</summary>
    public float[] Moments(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Checkpoint(name));
        List<float> values = [];
        foreach (TensorInfo info in file.Tensors.Where(t => t.Name.Contains("exp_avg.", StringComparison.Ordinal)))
        {
            using Tensor t = file.Load(info.Name);
            values.AddRange(t.Span);
        }
        Assert.NotEmpty(values);
        return [.. values];
    }

    public void AssertSameTensors(string expected, string actual)
    {
        using SafetensorsFile a = SafetensorsFile.Open(Checkpoint(expected)), b = SafetensorsFile.Open(Checkpoint(actual));
        Assert.Equal(a.Tensors.Select(t => t.Name), b.Tensors.Select(t => t.Name));
        foreach (TensorInfo info in a.Tensors)
        {
            using Tensor x = a.Load(info.Name), y = b.Load(info.Name);
            Assert.True(Bytes(x).SequenceEqual(Bytes(y)), $"{info.Name} differs");
        }
    }

    /// <summary>A training killed after the checkpoint of some step, while a later one was under way and its line half written, then resumed.</summary>
    public void KillAndResume(string name, Func<BranchRecipe> recipe, int saved, int steps = 4)
    {
        Train(name, recipe(), saved, steps: steps);
        byte[] checkpoint = File.ReadAllBytes(Checkpoint(name));
        Train(name, recipe(), 1, resume: true, steps: steps);
        File.WriteAllBytes(Checkpoint(name), checkpoint);
        File.AppendAllText(Metrics(name), "{\"step\":9,\"lo");
        Assert.True(Train(name, recipe(), 9, resume: true, steps: steps));
    }

    private static unsafe ReadOnlySpan<byte> Bytes(Tensor t) => new(t.Pointer, (int)t.Bytes);
}
