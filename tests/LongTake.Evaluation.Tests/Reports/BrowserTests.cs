using LongTake.Evaluation.Reports;
using Microsoft.Playwright;

namespace LongTake.Evaluation.Tests.Reports;

/// <summary>The report in a real browser, opened from disk without a network.</summary>
public sealed class BrowserTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-browser-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [BrowserFact]
    public async Task The_page_shows_tables_curves_and_strips_without_an_error()
    {
        string report = Path.Combine(_folder, "report.html");
        ReportWriter.Write(ReportSamples.Write(_folder, items: 8, seeds: 1), report, new ReportOptions { Columns = ReportSamples.Columns });
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = BrowserFactAttribute.Program, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { Offline = true, ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
        List<string> errors = [], requests = [];
        page.Console += (_, message) => errors.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        page.PageError += (_, error) => errors.Add(error);
        page.Request += (_, request) => requests.Add(request.Url);
        await page.GotoAsync(new Uri(report).AbsoluteUri);

        Assert.Equal("Long video evaluation", await page.TitleAsync());
        Assert.True(await page.Locator("#summary table").CountAsync() > 3);
        Assert.True(await page.Locator("#curves svg path.line.s0").First.IsVisibleAsync());
        Assert.True(await page.Locator("#jumps svg rect.bar").CountAsync() > 3);
        ILocator strips = page.Locator("#films img.strip");
        Assert.Equal(3 * 2 * 5, await strips.CountAsync());
        await strips.First.ScrollIntoViewIfNeededAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('#films img.strip').naturalWidth > 700");

        // Players are there once they are asked for.
        await page.Locator("details.play > summary").First.ClickAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('.players img').naturalWidth === 64");

        // Nothing is wider than the page; tables scroll in boxes of their own.
        foreach (int width in (int[])[1280, 400])
        {
            await page.SetViewportSizeAsync(width, 900);
            Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), $"wider than {width}");
        }

        // Paper, ink and lines follow the reader's colours and the printer's.
        string light = await Colours(page);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        string dark = await Colours(page);
        Assert.NotEqual(light, dark);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        Assert.StartsWith("rgb(255, 255, 255)", await Colours(page), StringComparison.Ordinal);
        Assert.Empty(errors);
        Assert.All(requests, r => Assert.Matches("^(file|data):", r));
    }

    private static Task<string> Colours(IPage page) => page.EvaluateAsync<string>(
        "() => { const s = e => getComputedStyle(document.querySelector(e)); " +
        "return [s('body').backgroundColor, s('body').color, s('.line.s0').stroke].join(' '); }");
}

/// <summary>A test that needs a browser; skipped with a reason where there is none.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Program is null)
        {
            Skip = "There is no Chromium or Chrome in PATH.";
        }
    }

    internal static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => ((string[])["chromium", "chromium-browser", "google-chrome", "chrome.exe"]).Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);
}
