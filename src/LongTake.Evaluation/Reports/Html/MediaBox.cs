using LongTake.Generation.Video;

namespace LongTake.Evaluation.Reports.Html;

/// <summary>
/// Videos and pictures as data URIs, so that the page is one file that needs nothing else. What is too large, missing or damaged is said in
/// its place and does not stop the report.
/// </summary>
/// <param name="folder">Folder that paths are relative to.</param>
/// <param name="options">Limits.</param>
internal sealed class MediaBox(string folder, ReportOptions options)
{
    private long _left = options.MaxMediaBytes;

    /// <summary>A video's player.</summary>
    public void Player(HtmlBuilder html, VideoResult result, string label)
    {
        string? type = result.Video is null ? null : Path.GetExtension(result.Video).ToLowerInvariant() switch
        {
            ".mp4" => "video/mp4",
            ".webm" => "video/webm",
            ".png" or ".apng" => "image/png",
            _ => null,
        };
        if (type is null)
        {
            Missing(html, result.Video is null ? "the video was not kept" : $"{result.Video}: no browser plays this format");
            return;
        }
        if (Load(result.Video!, options.MaxVideoBytes, out string why) is not byte[] bytes)
        {
            Missing(html, why);
        }
        else if (type == "image/png")
        {
            html.Void("img", ("src", Uri(type, bytes)), ("alt", label), ("loading", "lazy"));
        }
        else
        {
            using HtmlBuilder.Scope video = html.Open(
                "video", ("src", Uri(type, bytes)), ("controls", ""), ("loop", ""), ("muted", ""), ("playsinline", ""), ("aria-label", label));
        }
    }

    /// <summary>A video's film strip: the one that was stored, or one made now.</summary>
    public void Strip(HtmlBuilder html, VideoResult result, string label)
    {
        byte[]? bytes;
        string why;
        if (result.Strip is not null)
        {
            bytes = Load(result.Strip, _left, out why);
        }
        else if (result.Video is not null)
        {
            bytes = Make(result.Video, out why);
        }
        else
        {
            (bytes, why) = (null, "the video was not kept");
        }
        if (bytes is null)
        {
            Missing(html, why);
            return;
        }
        html.Void("img", ("class", "strip"), ("src", Uri("image/png", bytes)), ("alt", label), ("loading", "lazy"));
    }

    private static void Missing(HtmlBuilder html, string why) => html.Leaf("p", $"({why})", ("class", "missing"));

    private static string Uri(string type, byte[] bytes) => $"data:{type};base64,{Convert.ToBase64String(bytes)}";

    private byte[]? Load(string file, long most, out string why)
    {
        string path = Path.Combine(folder, file);
        try
        {
            FileInfo info = new(path);
            if (!info.Exists)
            {
                why = $"{file} is not there";
                return null;
            }
            if (info.Length > Math.Min(most, _left))
            {
                why = $"{file} is too large for this page ({Figures.Bytes(info.Length)})";
                return null;
            }
            why = "";
            _left -= info.Length;
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = e.Message;
            return null;
        }
    }

    private byte[]? Make(string file, out string why)
    {
        try
        {
            using IVideoReader reader = VideoInput.Open(Path.Combine(folder, file), new VideoInputOptions { Ffmpeg = options.Ffmpeg });
            using MemoryStream png = new();
            PngWriter.Write(png, FilmStrip.Of(reader));
            why = png.Length > _left ? "the page is full" : "";
            _left -= png.Length > _left ? 0 : png.Length;
            return why.Length == 0 ? png.ToArray() : null;
        }
        catch (VideoInputException e)
        {
            why = e.Message;
            return null;
        }
    }
}
