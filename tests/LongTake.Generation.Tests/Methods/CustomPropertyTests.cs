using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using LongTake.Generation.Methods;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Methods;

/// <summary>Any combination either runs or is refused by the names of what conflicts.</summary>
public sealed class CustomPropertyTests : IDisposable
{
    private static readonly (string Name, string[] Values)[] s_seams =
    [
        ("context", ["window", "full", "moving-sink", "ema-sink", "averages", "top-tokens", "text-bank", "rolling-sink"]),
        ("view", ["all", "top-frames"]),
        ("positions", ["absolute", "relative", "adjacent", "anchored"]),
        ("frequencies", ["standard", "flex", "interpolation", "ntk", "yarn", "riflex"]),
        ("noise", ["iid", "ar1", "alternating-ar", "dual-ar", "mirrored"]),
        ("prompt-change", ["keep", "recache", "recache-all", "flush"]),
    ];

    /// <summary>Values that are fine by themselves.</summary>
    private static readonly (string Name, string[] Values)[] s_numbers =
    [
        ("window", ["3", "5", "6", "9"]), ("sink", ["0", "1", "2", "3"]), ("decay", ["0.5", "1"]), ("recent", ["3", "4"]),
        ("long-rate", ["0.01", "0.5"]), ("short-rate", ["0.1", "0.6"]), ("average", ["global", "position", "adaptive"]),
        ("budget", ["6", "7", "8"]), ("trigger", ["6", "8", "9"]),
        ("bank", ["1", "2"]), ("interval", ["1", "2"]), ("entry", ["recorded", "leaving"]), ("score", ["product", "softmax"]), ("top", ["1", "2"]),
        ("anchor", ["0", "5"]), ("cut-position", ["5", "45"]), ("frm", ["off", "global", "far"]), ("trained-frames", ["4", "6"]),
        ("scale", ["dynamic", "fixed"]), ("r-lo", ["0.25"]), ("r-hi", ["1.5"]), ("alpha", ["0.5"]), ("beta", ["3"]), ("pair", ["0", "2"]),
        ("safety", ["0.8"]), ("jitter", ["0", "0.5"]), ("rho", ["-0.5", "0.5"]), ("noise-scope", ["stream", "chunk", "decay"]),
        ("renoise", ["none", "same-law"]), ("flush-keep", ["0", "1", "5"]),
    ];

    private readonly TinyModel _model = new();
    private int _ran;
    private int _refused;

    [Fact]
    public void A_combination_runs_or_is_refused_by_name()
    {
        Gen<Dictionary<string, string>> gen =
            from seams in Pick(s_seams, mostly: true)
            from numbers in Pick(s_numbers, mostly: false)
            from own in Gen.Choose(0, 3)
            select Merged(seams, own == 0 ? numbers : Owned(seams, numbers));
        Prop.ForAll(gen.ToArbitrary(), RunsOrIsRefused).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

        // Neither side of the property is empty.
        Assert.True(_ran > 50 && _refused > 50, $"{_ran} ran, {_refused} were refused");
    }

    public void Dispose() => _model.Dispose();

    private bool RunsOrIsRefused(Dictionary<string, string> settings)
    {
        using TensorScope scope = TensorScope.Open();
        try
        {
            StreamingMethod method = MethodPresets.Create("custom", settings);
            using ChunkGenerator generator = _model.Generator(method, totalFrames: 9);
            for (int i = 0; i < 3; i++)
            {
                if (i != 1)
                {
                    generator.SetPrompt(TinyModel.Prompt(i));
                }
                foreach (float x in generator.Next().Span)
                {
                    Assert.True(float.IsFinite(x));
                }
            }
            _ran++;
            return true;
        }
        catch (ArgumentException e)
        {
            _refused++;

            // The length of chunks is the model's setting.
            string[] named = [.. s_seams.Concat(s_numbers).Select(s => s.Name).Append("chunks")
                .Where(n => Regex.IsMatch(e.Message, $@"(?<![\w-]){n}(?![\w-])"))];
            Assert.True(named.Length >= 2, e.Message);
            return true;
        }
    }

    /// <summary>Those numbers that the chosen parts have, so that more combinations run.</summary>
    private static Dictionary<string, string> Owned(Dictionary<string, string> seams, Dictionary<string, string> numbers)
    {
        Dictionary<string, string> kept = [];
        foreach ((string name, string value) in numbers)
        {
            try
            {
                MethodPresets.Create("custom", new Dictionary<string, string>(seams) { [name] = value });
                kept[name] = value;
            }
            catch (ArgumentException)
            {
            }
        }
        return kept;
    }

    private static Dictionary<string, string> Merged(Dictionary<string, string> a, Dictionary<string, string> b) =>
        a.Concat(b).ToDictionary(p => p.Key, p => p.Value);

    /// <summary>A value of some of the settings, and of the others none.</summary>
    private static Gen<Dictionary<string, string>> Pick((string Name, string[] Values)[] settings, bool mostly)
    {
        Gen<int>[] choices = [.. settings.Select(s => Gen.Choose(mostly ? -1 : -5, s.Values.Length - 1))];
        return Gen.CollectToArray(choices).Select(indices =>
        {
            Dictionary<string, string> chosen = [];
            for (int i = 0; i < indices.Length; i++)
            {
                if (indices[i] >= 0)
                {
                    chosen[settings[i].Name] = settings[i].Values[indices[i]];
                }
            }
            return chosen;
        });
    }
}
