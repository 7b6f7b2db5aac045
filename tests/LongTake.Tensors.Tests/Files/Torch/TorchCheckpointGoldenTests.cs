using System.Security.Cryptography;
using System.Text.Json;
using LongTake.Tensors.Files;
using LongTake.Tensors.Memory;

namespace LongTake.Tensors.Tests.Files.Torch;

[Trait("Category", "Golden")]
public class TorchCheckpointGoldenTests
{
    public static TheoryData<string> Files() => Listed("checkpoints");

    public static TheoryData<string> HostileFiles() => Listed("checkpoints", "hostile");

    [GoldenTheory]
    [MemberData(nameof(Files))]
    public void Every_tensor_is_what_torch_saved(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(GoldenFixture.PathOf("checkpoints", "expected.json")));
        JsonElement expected = document.RootElement.GetProperty(name).GetProperty("tensors");
        using TorchCheckpoint checkpoint = TorchCheckpoint.Open(GoldenFixture.PathOf("checkpoints", name));
        Assert.Equal(expected.EnumerateObject().Select(t => t.Name).Order(), checkpoint.Tensors.Select(t => t.Name).Order());
        AssertTensors(expected, checkpoint);
    }

    [GoldenTheory]
    [MemberData(nameof(HostileFiles))]
    public void A_hostile_file_is_refused_in_one_line_and_nothing_is_run(string name)
    {
        string path = GoldenFixture.PathOf("checkpoints", "hostile", name);
        if (name == "bomb.pt")
        {
            AssertBombIsHarmless(path);
            return;
        }
        CheckpointException e = Assert.Throws<CheckpointException>(() => TorchCheckpoint.Open(path).Dispose());
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        string? culprit = name switch
        {
            "system.pt" => "'posix.system'",
            "eval.pt" => "'__builtin__.eval'",
            "getattr.pt" => "'__builtin__.getattr'",
            "open.pt" => "'io.open'",
            "short_storage.pt" => "storage '0' has 8 bytes",
            "truncated.pt" => "cut off",
            "not_a_zip.pt" => "neither a zip file nor",
            _ => null,
        };
        Assert.True(culprit is not null, $"The hostile file '{name}' is new: say what its message must name.");
        Assert.Contains(culprit, e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists("pwned_by_checkpoint"));
    }

    [GoldenFact]
    public void Top_level_entries_and_plain_values_are_listed()
    {
        using TorchCheckpoint checkpoint = TorchCheckpoint.Open(GoldenFixture.PathOf("checkpoints", "generator_fsdp.pt"));
        Assert.Contains("generator", checkpoint.Keys);
        Assert.Contains("critic", checkpoint.Keys);
        Assert.All(
            checkpoint.Keys,
            k => Assert.True(checkpoint.Values.ContainsKey(k) || checkpoint.Tensors.Any(t => t.Name.StartsWith(k + "/", StringComparison.Ordinal)) || k.Length > 0));
        Assert.All(checkpoint.Values.Values, v => Assert.True(v is string or long or double or bool));
    }

    private static void AssertBombIsHarmless(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(GoldenFixture.PathOf("checkpoints", "expected.json")));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using TorchCheckpoint checkpoint = TorchCheckpoint.Open(path);
        foreach (TensorInfo info in checkpoint.Tensors)
        {
            using Tensor t = checkpoint.Load(info.Name);
            Assert.Equal(info.Shape, t.Shape);
        }
        long used = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(used < 4 << 20, $"{used:N0} bytes were allocated to read 17 kB of tensors");
        AssertTensors(document.RootElement.GetProperty("generator_ema.pt").GetProperty("tensors"), checkpoint);
    }

    private static void AssertTensors(JsonElement expected, TorchCheckpoint checkpoint)
    {
        foreach (JsonProperty entry in expected.EnumerateObject())
        {
            using Tensor tensor = checkpoint.Load(entry.Name);
            Assert.Equal(entry.Value.GetProperty("dtype").GetString(), TorchName(tensor.DType));
            Assert.Equal(entry.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()), tensor.Shape.ToArray());
            using Tensor single = TensorConversion.To(tensor, DType.F32);
            float[] values = single.Span.ToArray();
            float[] first = [.. entry.Value.GetProperty("first").EnumerateArray().Select(v => v.GetSingle())];
            Assert.Equal(first, values[..first.Length]);
            Assert.Equal(entry.Value.GetProperty("sum").GetDouble(), values.Sum(v => (double)v), 1e-9);
            byte[] hash = SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
            Assert.Equal(entry.Value.GetProperty("sha256_f32").GetString(), Convert.ToHexStringLower(hash));
        }
    }

    private static string TorchName(DType type) => type switch
    {
        DType.F32 => "float32",
        DType.F64 => "float64",
        DType.F16 => "float16",
        DType.BF16 => "bfloat16",
        DType.I64 => "int64",
        DType.I32 => "int32",
        DType.I16 => "int16",
        DType.I8 => "int8",
        DType.U8 => "uint8",
        _ => "bool",
    };

    private static TheoryData<string> Listed(params string[] folder)
    {
        TheoryData<string> data = [];
        foreach (string file in GoldenFixture.IsAvailable ? Directory.GetFiles(GoldenFixture.PathOf(folder), "*.pt*") : [])
        {
            data.Add(Path.GetFileName(file));
        }
        return data;
    }
}
