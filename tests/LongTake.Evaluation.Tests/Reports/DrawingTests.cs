using LongTake.Evaluation.Reports;
using LongTake.Evaluation.Reports.Html;
using LongTake.Generation.Video;

namespace LongTake.Evaluation.Tests.Reports;

public class DrawingTests
{
    [Theory]
    [InlineData(0, 1, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-3, 7, "−4 −2 0 2 4 6 8")]
    [InlineData(.871, .902, "0.87 0.88 0.89 0.90 0.91")]
    [InlineData(5, 5, "4.4 4.6 4.8 5.0 5.2 5.4 5.6")]
    [InlineData(0, 12345, "0 5000 10000 15000")]
    public void Axes_have_round_marks_and_hold_the_values(double low, double high, string marks)
    {
        Axis axis = Axis.Of(low, high);
        Assert.True(axis.Low <= low && axis.High >= high);
        Assert.Equal(marks, string.Join(' ', axis.Marks.Select(axis.Text)));
    }

    [Theory]
    [InlineData(3, "0 1 2")]
    [InlineData(18, "0 5 10 15")]
    [InlineData(432, "0 100 200 300 400")]
    public void Counting_axes_have_marks_at_whole_numbers(int count, string marks)
    {
        Axis axis = Axis.Counting(count);
        Assert.Equal(marks, string.Join(' ', axis.Marks.Select(axis.Text)));
    }

    [Theory]
    [InlineData(.87345, "0.873")]
    [InlineData(1, "1.000")]
    [InlineData(2.345, "2.35")]
    [InlineData(-12.34, "−12.3")]
    [InlineData(1234.6, "1235")]
    [InlineData(0, "0.000")]
    [InlineData(-.0001, "0.000")]
    public void Values_have_three_digits_that_matter(double value, string text) =>
        Assert.Equal(text, LongTake.Evaluation.Reports.Html.Figures.Value(value));

    [Fact]
    public void Differences_have_signs()
    {
        Assert.Equal("+0.031", LongTake.Evaluation.Reports.Html.Figures.Signed(.031, .031));
        Assert.Equal("−2.50", LongTake.Evaluation.Reports.Html.Figures.Signed(-2.5, -2.5));
        Assert.Equal("±0.000", LongTake.Evaluation.Reports.Html.Figures.Signed(1e-7, 1e-7));
    }

    [Fact]
    public void Lines_break_where_values_are_missing()
    {
        HtmlBuilder html = new();
        SvgLineChart.Write(html, "t", "x", "y", [new ChartSeries("a", 0, [new(0, 1), new(1, null), new(2, 3), new(3, 2)])]);
        string svg = html.ToString();
        string line = System.Text.RegularExpressions.Regex.Match(svg, "class=\"line s0\" d=\"([^\"]*)\"").Groups[1].Value;
        Assert.Equal(2, line.Count(c => c == 'M'));
        Assert.Equal(1, line.Count(c => c == 'L'));
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_become_ids_that_never_collide()
    {
        Assert.Equal("r-single-6", Anchors.Of("single-6"));
        Assert.NotEqual(Anchors.Of("a b"), Anchors.Of("a_b"));
        Assert.NotEqual(Anchors.Of("a b"), Anchors.Of("a_32_b"));
    }

    [Fact]
    public void Film_strips_go_from_the_first_frame_to_the_last()
    {
        string folder = Directory.CreateTempSubdirectory("longtake-strip-").FullName;
        try
        {
            string path = Path.Combine(folder, "a.png");
            using (IVideoWriter writer = VideoOutput.Create(path, new VideoFormat(300, 4, 8)))
            {
                for (byte i = 0; i < 10; i++)
                {
                    writer.WriteFrame(RgbImage.Filled(300, 4, (byte)(i * 10)).Pixels);
                }
                writer.Complete();
            }
            using IVideoReader reader = VideoInput.Open(path);
            RgbImage strip = FilmStrip.Of(reader, frames: 4);
            Assert.Equal(((4 * 102) - 2, 2), (strip.Width, strip.Height));
            Assert.Equal([0, 30, 60, 90], Enumerable.Range(0, 4).Select(i => (int)strip.Pixels[i * 102 * 3]));
            Assert.Equal(255, strip.Pixels[100 * 3]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
