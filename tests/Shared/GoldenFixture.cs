using System.Globalization;
using System.Text.Json;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Testing;

/// <summary>
/// One fixture of the golden data: inputs, random weights and outputs that the reference implementations computed, with the tolerance
/// in which they are to be met. The data lies beside the repository (<c>../shared/golden</c>) or in the folder that the environment
/// variable <c>LONGTAKE_GOLDEN</c> names; without it the golden tests are skipped.
/// </summary>
public sealed class GoldenFixture : IDisposable
{
    /// <summary>Environment variable that names the folder.</summary>
    public const string Variable = "LONGTAKE_GOLDEN";

    private static readonly Lazy<string?> s_root = new(FindRoot);

    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly JsonDocument _document;
    private readonly SafetensorsFile? _file;

    private GoldenFixture(string name)
    {
        Name = name;
        _document = JsonDocument.Parse(File.ReadAllBytes(PathOf(name + ".json")));
        string data = PathOf(name + ".safetensors");
        _file = File.Exists(data) ? SafetensorsFile.Open(data) : null;
        if (Json.TryGetProperty("tolerance", out JsonElement tolerance))
        {
            AbsoluteTolerance = tolerance.GetProperty("suggested_atol").GetDouble();
            RelativeTolerance = tolerance.TryGetProperty("suggested_rtol", out JsonElement r) ? r.GetDouble() : 0;
        }
    }

    /// <summary>Whether the golden data is there.</summary>
    public static bool IsAvailable => s_root.Value is not null;

    /// <summary>The folder of the golden data.</summary>
    public static string Root => s_root.Value ?? throw new DirectoryNotFoundException($"The golden data is not there; name its folder in {Variable}.");

    public string Name { get; }

    /// <summary>The fixture's whole JSON.</summary>
    public JsonElement Json => _document.RootElement;

    /// <summary>Dimensions and settings of the model.</summary>
    public JsonElement Config => Json.GetProperty("config");

    /// <summary>How the tensors were used.</summary>
    public JsonElement Call => Json.GetProperty("call");

    public double AbsoluteTolerance { get; }

    public double RelativeTolerance { get; }

    /// <summary>A file of the golden data.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Names of all fixtures that start with a prefix, for <c>[MemberData(nameof(GoldenFixture.Names), "wan_vae", MemberType = typeof(GoldenFixture))]</c>.</summary>
    public static TheoryData<string> Names(string prefix)
    {
        TheoryData<string> data = [];
        if (!IsAvailable)
        {
            // The tests are skipped then, but a theory without data would be an error.
            data.Add(prefix);
            return data;
        }
        foreach (string name in Discover().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
        {
            data.Add(name);
        }
        return data;
    }

    /// <summary>Names of all fixtures (a JSON file at the top level of the folder), in order.</summary>
    public static IReadOnlyList<string> Discover() =>
        [.. Directory.GetFiles(Root, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    /// <summary>Opens a fixture.</summary>
    public static GoldenFixture Load(string name) => new(name);

    /// <summary>Whether the fixture has a tensor of that name, e.g. <c>inputs.x0</c>.</summary>
    public bool Has(string tensor) => _file?.Contains(tensor) ?? false;

    /// <summary>Names of the tensors that start with a prefix.</summary>
    public IReadOnlyList<string> TensorNames(string prefix = "") =>
        [.. (_file?.Tensors ?? []).Select(t => t.Name).Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>A tensor of the fixture in its stored type; it belongs to the fixture.</summary>
    public Tensor Tensor(string name)
    {
        if (!_tensors.TryGetValue(name, out Tensor? t))
        {
            SafetensorsFile file = _file ?? throw new InvalidOperationException($"The fixture '{Name}' has no tensors.");
            _tensors[name] = t = TensorScope.Detach(file.Load(name));
        }
        return t;
    }

    /// <summary>The tensors under a prefix as parameters (copies that may be written), named without the prefix.</summary>
    public ParameterStore Weights(string prefix = "weights.")
    {
        ParameterStore store = new();
        foreach (string name in _file!.Tensors.Select(t => t.Name).Where(n => n.StartsWith(prefix, StringComparison.Ordinal)))
        {
            store.Add(name[prefix.Length..], TensorScope.Detach(Tensor(name).Clone()));
        }
        return store;
    }

    /// <summary>Fails unless |actual - expected| &lt;= atol + rtol * |expected| everywhere, with the fixture's own tolerances.</summary>
    public void AssertClose(string expectedName, Tensor actual) => AssertClose(expectedName, Tensor(expectedName), actual);

    /// <summary>As the other overload, for an expected tensor that is a part of a stored one (a view).</summary>
    public void AssertClose(string label, Tensor expected, Tensor actual)
    {
        Assert.True(expected.Shape == actual.Shape, $"{Name}/{label}: shape {actual.Shape}, expected {expected.Shape}.");
        double[] want = Doubles(expected);
        double[] have = Doubles(actual);
        long worst = -1, bad = 0;
        double worstExcess = 0, maxDifference = 0;
        for (int i = 0; i < want.Length; i++)
        {
            double difference = want[i].Equals(have[i]) ? 0 : Math.Abs(want[i] - have[i]);
            double excess = difference - (AbsoluteTolerance + (RelativeTolerance * Math.Abs(want[i])));
            maxDifference = Math.Max(maxDifference, difference);
            // Written so that NaN on either side counts as a failure.
            if (!(excess <= 0))
            {
                bad++;
                if (worst < 0 || !(excess <= worstExcess))
                {
                    worst = i;
                    worstExcess = excess;
                }
            }
        }
        if (bad > 0)
        {
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"""
                {Name}/{label} {expected.Shape}: {bad} of {want.Length} values are off (atol {AbsoluteTolerance:g3}, rtol {RelativeTolerance:g3}).
                Largest difference {maxDifference:g6}; worst at {Position(expected.Shape, worst)}: {have[worst]:g9}, expected {want[worst]:g9}.
                """));
        }
    }

    public void Dispose()
    {
        foreach (Tensor t in _tensors.Values)
        {
            t.Dispose();
        }
        _file?.Dispose();
        _document.Dispose();
    }

    private static double[] Doubles(Tensor tensor)
    {
        using Tensor wide = TensorScope.Detach(TensorConversion.To(tensor, DType.F64));
        return wide.AsSpan<double>().ToArray();
    }

    private static string Position(Shape shape, long index)
    {
        int[] position = new int[shape.Rank];
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            position[i] = (int)(index % shape[i]);
            index /= shape[i];
        }
        return "[" + string.Join(", ", position) + "]";
    }

    private static string? FindRoot()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? named : throw new DirectoryNotFoundException($"{Variable} names '{named}', which is not a folder.");
        }
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "LongTake.slnx")))
            {
                string golden = Path.Combine(d.FullName, "..", "shared", "golden");
                return Directory.Exists(golden) ? Path.GetFullPath(golden) : null;
            }
        }
        return null;
    }
}
