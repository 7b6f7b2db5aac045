namespace LongTake.Evaluation.Reports;

/// <summary>Results of several runs as one.</summary>
public static class ResultFolders
{
    /// <summary>Reads results and costs of folders. A video that is in two of them must be the same in both; it counts once.</summary>
    /// <param name="folders">The folders, one or more.</param>
    /// <exception cref="ReportException">
    /// A folder has no results; two have different results of a video; or they are of different models, or of videos of different size or rate.
    /// </exception>
    public static IReadOnlyList<VideoResult> Read(IReadOnlyList<string> folders)
    {
        Dictionary<(string, string, string, double, ulong), (VideoResult Result, string Folder)> all = [];
        (string Is, string Folder)? model = null, format = null;
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, ResultFile.Name);
            if (!File.Exists(path))
            {
                throw new ReportException($"There is no {ResultFile.Name} in '{folder}'; name a folder that longtake compare has written.");
            }
            IReadOnlyList<VideoResult> results = CostFile.AddTo(ResultFile.Read(path), Path.Combine(folder, CostFile.Name));
            if (results.Count == 0)
            {
                throw new ReportException($"{path} holds no result yet; let longtake compare finish a video, or leave the folder out.");
            }
            foreach (VideoResult result in results)
            {
                if (result.ModelFingerprint is not null)
                {
                    Same(ref model, $"model {result.Model} ({result.ModelFingerprint})", folder);
                }
                Same(ref format, FormattableString.Invariant($"videos of {result.Width}x{result.Height} at {result.FramesPerSecond:0.##} frames a second"), folder);
                if (!all.TryAdd(result.Key, (result, folder)) && Text(all[result.Key].Result) != Text(result))
                {
                    throw new ReportException(
                        $"'{all[result.Key].Folder}' and '{folder}' have different results of the same video ({result.Method}, {result.Suite} {result.Item}, "
                        + FormattableString.Invariant($"{result.Length:0.##}x, seed {result.Seed}); leave one of the folders out."));
                }
            }
        }
        return [.. all.Values.Select(v => v.Result)];
    }

    private static void Same(ref (string Is, string Folder)? first, string now, string folder)
    {
        first ??= (now, folder);
        if (first.Value.Is != now)
        {
            throw new ReportException($"'{folder}' has {now}, '{first.Value.Folder}' has {first.Value.Is}; report on them apart.");
        }
    }

    // What it took differs from run to run, and kept files are no part of the result.
    private static string Text(VideoResult result) => ResultFile.ToJson(result with { Cost = null, Video = null, Strip = null });
}
