using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LongTake.Alignment.Training;

/// <summary>
/// A training's figures, one JSON object a step (<c>{"step":1,"loss":0.1,"gradient":0.5,...}</c>). What was written after the checkpoint
/// that a training resumes from is dropped, so that the file of an interrupted training is that of an uninterrupted one.
/// </summary>
internal sealed class MetricsFile(string path)
{
    /// <summary>Keeps the lines of steps up to <paramref name="step"/>; half a line at the end is dropped.</summary>
    public void Begin(int step)
    {
        if (!File.Exists(path))
        {
            return;
        }
        StringBuilder kept = new();
        foreach (string line in File.ReadAllText(path).Split('\n')[..^1])
        {
            if (step > 0 && StepOf(line) <= step)
            {
                kept.Append(line).Append('\n');
            }
        }
        string temporary = path + ".partial";
        File.WriteAllText(temporary, kept.ToString());
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Adds a step's line; nothing where there are no figures.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="update">Loss and gradient norm; null when nothing was learned in this step.</param>
    /// <param name="figures">The task's own; those that are no number are left out.</param>
    public void Append(int step, (double Loss, double Norm)? update, IReadOnlyList<KeyValuePair<string, double>> figures)
    {
        if (figures.Count == 0)
        {
            return;
        }
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{{\"step\":{step}");
        if (update is { } values)
        {
            Add(line, "loss", values.Loss);
            Add(line, "gradient", values.Norm);
        }
        foreach ((string name, double value) in figures)
        {
            Add(line, name, value);
        }
        File.AppendAllText(path, line.Append("}\n").ToString());
    }

    private static void Add(StringBuilder line, string name, double value)
    {
        if (double.IsFinite(value))
        {
            line.Append(CultureInfo.InvariantCulture, $",{JsonSerializer.Serialize(name)}:{value:R}");
        }
    }

    private static int? StepOf(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("step").GetInt32();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
