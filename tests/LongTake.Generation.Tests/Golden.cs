using System.Runtime.InteropServices;
using System.Text.Json;

namespace LongTake.Generation.Tests;

/// <summary>Reference data of ../shared/golden: one safetensors file and its description.</summary>
internal sealed class Golden
{
    private readonly byte[] _bytes;
    private readonly int _start;
    private readonly JsonElement _header;
    private readonly JsonElement _description;

    private Golden(string path)
    {
        _bytes = File.ReadAllBytes(path + ".safetensors");
        int length = (int)BitConverter.ToUInt64(_bytes);
        _start = 8 + length;
        _header = JsonDocument.Parse(_bytes.AsMemory(8, length)).RootElement;
        _description = JsonDocument.Parse(File.ReadAllBytes(path + ".json")).RootElement;
        JsonElement tolerance = _description.GetProperty("tolerance");
        Atol = tolerance.GetProperty("suggested_atol").GetDouble();
        Rtol = tolerance.GetProperty("suggested_rtol").GetDouble();
    }

    public double Atol { get; }

    public double Rtol { get; }

    public JsonElement Config => _description.GetProperty("config");

    public IEnumerable<string> Names => _header.EnumerateObject().Select(p => p.Name).Where(n => n != "__metadata__");

    public static string? Folder { get; } = FindFolder();

    public static Golden Open(string name) => new(Path.Combine(Folder!, name));

    public bool Has(string name) => _header.TryGetProperty(name, out _);

    public int[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())];

    public ReadOnlySpan<float> F32(string name) => Data<float>(name, "F32");

    public ReadOnlySpan<long> I64(string name) => Data<long>(name, "I64");

    public LongTake.Tensors.Tensor Tensor(string name) =>
        LongTake.Tensors.Tensor.From(F32(name), LongTake.Tensors.Shape.Create(Shape(name)));

    public void AssertClose(string name, ReadOnlySpan<float> actual) => AssertClose(name, F32(name), actual);

    public void AssertClose(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            Assert.True(difference <= Atol + (Rtol * Math.Abs(expected[i])), $"{what}[{i}]: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }

    private ReadOnlySpan<T> Data<T>(string name, string type)
        where T : unmanaged
    {
        JsonElement entry = _header.GetProperty(name);
        Assert.Equal(type, entry.GetProperty("dtype").GetString());
        int from = entry.GetProperty("data_offsets")[0].GetInt32();
        int to = entry.GetProperty("data_offsets")[1].GetInt32();
        return MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(_start + from, to - from));
    }

    private static string? FindFolder()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            string path = Path.Combine(d.FullName, "shared", "golden");
            if (Directory.Exists(path))
            {
                return path;
            }
        }
        return null;
    }
}

/// <summary>A theory that is skipped, visibly, where the reference data is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoldenTheoryAttribute : TheoryAttribute
{
    public GoldenTheoryAttribute()
    {
        if (Golden.Folder is null)
        {
            Skip = "The folder shared/golden is not beside the checkout.";
        }
    }
}
