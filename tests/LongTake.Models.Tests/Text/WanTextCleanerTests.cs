using LongTake.Models.Text.Cleaning;

namespace LongTake.Models.Tests.Text;

public class WanTextCleanerTests
{
    [Theory]
    [InlineData("a red circle", "a red circle")]
    [InlineData("", "")]
    [InlineData(" \t\n ", "")]
    [InlineData("  two\t\n words\u00A0\u2003end ", "two words end")]
    [InlineData("Keeps CASE, punctuation!?", "Keeps CASE, punctuation!?")]

    // a. HTML references, off from the first tag on.
    [InlineData("fish &amp; chips", "fish & chips")]
    [InlineData("&amp;amp;lt;", "<")]
    [InlineData("&lt;b&gt;", "<b>")]
    [InlineData("<b> &amp; &eacute", "<b> & \u00E9")]
    [InlineData("&EACUTE; &#233; &#xE9;", "\u00C9 \u00E9 \u00E9")]
    [InlineData("&notit; &nosuch;", "\u00ACit; &nosuch;")]
    [InlineData("AT&T R&D & co", "AT&T R&D & co")]
    [InlineData("&#0; &#x110000; &#150; &#1; &#", "\uFFFD \uFFFD \u2013 &#")]

    // b. to e. C1 controls, ligatures, widths, quotes.
    [InlineData("caf\u0080 \u0093x\u0094 \u0081", "caf\u20AC \"x\" \u0081")]
    [InlineData("\uFB01\uFB02\uFB00\uFB03\uFB04\uFB05\uFB06 \u0132\u0133 \u0149 \u01C4\u01C8\u01CC\u01F2", "fiflffffiffl\u017Ftst IJij 'n D\u017DLjnjDz")]
    [InlineData("\uFF21\uFF22\uFF0C\uFF11\uFF01\u3000\uFF71\uFF9E\uFF61\uFFE6", "AB,1! \u30A2\u3099\u3002\u20A9")]
    [InlineData("\u201Cit\u2019s\u201D \u2018so\u201B \u02BC", "\"it's\" 'so' '")]

    // f. to i. Line ends, surrogates, terminal escapes, controls.
    [InlineData("a\r\nb\rc\u2028d\u2029e", "a b c d e")]
    [InlineData("\u001B[31;1mred\u001B[0m", "red")]
    [InlineData("a\u0000b\u0007c\u007Fd\uFEFFe\u206Af\uFFF9g", "abcdefg")]

    // j. Canonical composition.
    [InlineData("cafe\u0301 A\u030A \u212B", "caf\u00E9 \u00C5 \u00C5")]
    public void Prompts_are_cleaned_as_by_the_Wan_pipeline(string text, string expected) => Assert.Equal(expected, WanTextCleaner.Clean(text));

    // No theory: attributes cannot hold half a surrogate pair.
    [Fact]
    public void Lone_surrogates_are_replaced() =>
        Assert.Equal("x\uFFFDy\uFFFDz \uD83D\uDE00", WanTextCleaner.Clean("x\uD83Dy\uDE00z \uD83D\uDE00"));

    [Fact]
    public void The_default_negative_prompt_gets_ASCII_commas()
    {
        const string prompt = "色调艳丽，过曝，静态，细节模糊不清，字幕，JPEG压缩残留，丑陋的，三条腿，背景人很多，倒着走";
        Assert.Equal(prompt.Replace('，', ','), WanTextCleaner.Clean(prompt));
    }

    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")]
    [InlineData("D\u0307\u0323", "\u1E0C\u0307")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u2126", "\u03A9")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\uD558\u11AB", "\uD55C")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("a\u05B0\u0301", "\u00E1\u05B0")]
    [InlineData("a\u0301\u0300", "\u00E1\u0300")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("\uD804\uDC99\uD804\uDCBA", "\uD804\uDC9A")]
    public void Canonical_composition_follows_Unicode(string text, string expected) => Assert.Equal(expected, CanonicalComposition.Normalize(text));

    [Theory]
    [InlineData("&copy &copy; &COPY", "\u00A9 \u00A9 \u00A9")]
    [InlineData("&ampx&ltx", "&x<x")]
    [InlineData("&#x80;&#13;&#xFFFE;|&#xD800;", "\u20AC\r|\uFFFD")]
    [InlineData("&", "&")]
    [InlineData("&;&#;&#x;&&", "&;&#;&#x;&&")]
    [InlineData("&NotEqualTilde;", "\u2242\u0338")]
    public void References_without_a_semicolon_resolve_in_the_lenient_pass(string text, string expected) =>
        Assert.Equal(expected, HtmlEntities.Unescape(text));

    [Theory]
    [InlineData("&copy &copy; &COPY", "&copy \u00A9 &COPY")]
    [InlineData("&#65;&#6z;&#x41;&#", "A&#6z;A&#")]
    [InlineData("&AACUTE;", "\u00C1")]
    public void The_careful_pass_wants_a_semicolon(string text, string expected) => Assert.Equal(expected, HtmlEntities.UnescapeComplete(text));
}
