using System.Globalization;
using LongTake.Generation.Clips;

namespace LongTake.Cli.Generate;

/// <summary>
/// Every judgment of a run in a file of comma-separated values, a line each: the first latent frame judged, its score, the one that it is compared with, the drop that
/// starts a search, the best candidate's score, and whether the latents were replaced. What is not there is left empty.
/// </summary>
internal sealed class JudgmentLog : IDisposable
{
    private const string Header = "latent,score,before,threshold,best,replaced";

    private readonly string _path;
    private readonly StreamWriter _writer;

    private JudgmentLog(string path, IReadOnlyList<string> earlier)
    {
        _path = path;
        try
        {
            _writer = new StreamWriter(path) { NewLine = "\n" };
            foreach (string line in earlier)
            {
                _writer.WriteLine(line);
            }
            _writer.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _writer?.Dispose();
            throw new CliException($"Cannot write {path}: {e.Message.TrimEnd('.')}. Choose a place you may write to with --judgments.", e);
        }
    }

    /// <summary>Begins a file.</summary>
    /// <exception cref="CliException">There is one that may not be replaced, or it cannot be written.</exception>
    public static JudgmentLog Create(string path, bool overwrite) => File.Exists(path) && !overwrite
        ? throw new CliException($"{path} exists; name another file with --judgments, or add --overwrite to replace it.")
        : new JudgmentLog(path, [Header]);

    /// <summary>Goes on with the file of a run that was stopped; judgments after the saved state are made again, and their lines with them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="judgments">Judgments up to the saved state.</param>
    /// <exception cref="CliException">The file has not all of them, or cannot be read or written.</exception>
    public static JudgmentLog Resume(string path, long judgments)
    {
        string[] lines;
        try
        {
            lines = File.Exists(path) ? File.ReadAllLines(path) : [Header];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"Cannot read {path}: {e.Message.TrimEnd('.')}. Leave --judgments out to go on without.", e);
        }
        if (lines.Length < 1 + judgments || lines[0] != Header)
        {
            throw new CliException(
                $"{path} has not the {judgments.ToString(CultureInfo.InvariantCulture)} judgments of the run up to here; name the file that it began with, or leave "
                + "--judgments out.");
        }
        return new JudgmentLog(path, lines[..(int)(1 + judgments)]);
    }

    /// <summary>Adds a judgment.</summary>
    public void Add(Judgment judgment) => _writer.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{judgment.Place},{judgment.Score:R},{judgment.Before:R},{judgment.Threshold:R},{judgment.Best:R},{(judgment.Replaced ? 1 : 0)}"));

    /// <summary>Sees to it that all lines are in the file.</summary>
    public void Flush() => _writer.Flush();

    /// <summary>Closes the file and removes it.</summary>
    public void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>The account for a progress line: "judged 41, searched 6, replaced 5".</summary>
    public static string Line(SearchCounts counts) =>
        string.Create(CultureInfo.InvariantCulture, $"judged {counts.Judgments}, searched {counts.Searches}, replaced {counts.Replacements}");

    /// <summary>The account at the end: how often it was searched and with what success.</summary>
    public static string Summary(SearchCounts counts)
    {
        string threshold = counts.Threshold is double t
            ? string.Create(CultureInfo.InvariantCulture, $"threshold {t:0.####}")
            : "threshold not found yet";
        string found = counts.SuccessRate is double success
            ? string.Create(CultureInfo.InvariantCulture, $" (R_corr {100 * counts.CorrectionRate:0.0} %, R_succ {100 * success:0.0} %)")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"self-reflection: {counts.Judgments} judgments, {threshold}; {counts.Searches} searches ({100 * counts.SearchRate:0.0} %), {counts.Replacements} replaced{found}");
    }
}
