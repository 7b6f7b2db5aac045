using LongTake.Tensors.Files;

namespace LongTake.Tensors.Tests.Files;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_written_file_reads_back_with_types_shapes_values_and_metadata()
    {
        string path = Path.Combine(_folder, "a.safetensors");
        using Tensor bytes = Tensor.From<byte>([1, 2, 3], [3]);
        using Tensor longs = Tensor.From<long>([long.MinValue, 5], [1, 2]);
        using Tensor singles = Tensor.From([1.5f, -2f, float.NaN, 4f], [2, 2]);
        using Tensor scalar = Tensor.From([7f], []);
        using Tensor empty = Tensor.Empty([0, 4]);
        using Tensor flags = Tensor.From<bool>([true, false], [2]);
        SafetensorsWriter.Write(
            path,
            new Dictionary<string, Tensor> { ["bytes"] = bytes, ["longs"] = longs, ["größe"] = singles, ["scalar"] = scalar, ["empty"] = empty, ["flags"] = flags },
            new Dictionary<string, string> { ["format"] = "pt", ["note"] = "a \"quoted\" text" });

        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal("a \"quoted\" text", file.Metadata["note"]);
        Assert.Equal(6, file.Tensors.Count);
        using Tensor longsBack = file.Load("longs");
        Assert.Equal(new long[] { long.MinValue, 5 }, longsBack.AsSpan<long>().ToArray());
        using Tensor singlesBack = file.Load("größe");
        Assert.Equal([2, 2], singlesBack.Shape.ToArray());
        Assert.Equal(singles.Span.ToArray(), singlesBack.Span.ToArray());
        using Tensor scalarBack = file.Load("scalar");
        Assert.Equal(0, scalarBack.Rank);
        Assert.Equal(7f, scalarBack.Span[0]);
        using Tensor emptyBack = file.Load("empty");
        Assert.Equal(0, emptyBack.Count);
        using Tensor bytesBack = file.Load("bytes");
        Assert.Equal(new byte[] { 1, 2, 3 }, bytesBack.AsSpan<byte>().ToArray());
        using Tensor flagsBack = file.Load("flags");
        Assert.Equal(new[] { true, false }, flagsBack.AsSpan<bool>().ToArray());
        Assert.Throws<KeyNotFoundException>(() => file.Load("nothing"));
    }

    [Fact]
    public void Loaded_tensors_outlive_the_file_and_writing_into_them_leaves_it_alone()
    {
        string path = Path.Combine(_folder, "a.safetensors");
        using Tensor big = Tensor.Zeros([5000]);
        big.Span[4999] = 3;
        using Tensor other = Tensor.Zeros([5000]);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = big, ["b"] = other });
        Tensor loaded;
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            loaded = file.Load("a");
            using Tensor last = file.Load("b");
            last.Span.Fill(1);
        }
        Assert.Equal(3, loaded.Span[4999]);
        loaded.Span[4999] = 9;
        loaded.Dispose();
        using SafetensorsFile again = SafetensorsFile.Open(path);
        using Tensor second = again.Load("a");
        Assert.Equal(3, second.Span[4999]);
    }

    [Fact]
    public void Floats_can_be_narrowed_while_writing_and_integers_stay()
    {
        string path = Path.Combine(_folder, "a.safetensors");
        using Tensor x = Tensor.From([1f, 1.00390625f, -3.14159f], [3]);
        using Tensor n = Tensor.From<int>([42], [1]);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = x, ["n"] = n }, floatType: DType.BF16);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(DType.I32, file.Tensors.Single(t => t.Name == "n").DType);
        using Tensor narrow = file.Load("x");
        using Tensor wide = TensorConversion.To(narrow, DType.F32);
        // 1.00390625 lies half way between two bfloat16 values and goes to the even one.
        Assert.Equal(new[] { 1f, 1f, -3.140625f }, wide.Span.ToArray());
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = Path.Combine(_folder, "a.safetensors");
        using Tensor x = Tensor.From([1f], [1]);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = x });
        byte[] before = File.ReadAllBytes(path);
        Assert.Throws<ObjectDisposedException>(() =>
        {
            Tensor gone = Tensor.From([1f], [1]);
            gone.Dispose();
            SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = gone });
        });
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [new("x", x), new("x", x)]));
    }

    [Fact]
    public void Shards_read_as_one_checkpoint_by_index_or_folder()
    {
        using Tensor a = Tensor.From([1f], [1]);
        using Tensor b = Tensor.From([2f], [1]);
        SafetensorsWriter.Write(Path.Combine(_folder, "m-1.safetensors"), new Dictionary<string, Tensor> { ["a"] = a });
        SafetensorsWriter.Write(Path.Combine(_folder, "m-2.safetensors"), new Dictionary<string, Tensor> { ["b"] = b });
        string index = Path.Combine(_folder, "m.safetensors.index.json");
        File.WriteAllText(index, """{"metadata": {"total_size": 8}, "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}""");
        foreach (string path in new[] { index, _folder })
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.Equal(["a", "b"], file.Tensors.Select(t => t.Name));
            using Tensor loaded = file.Load("b");
            Assert.Equal(2f, loaded.Span[0]);
        }
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "../m-1.safetensors"}}""", "plain file names")]
    [InlineData("""{"weight_map": {"a": "/etc/passwd"}}""", "plain file names")]
    [InlineData("""{"weight_map": {"a": "m-3.safetensors"}}""", "Download all shards")]
    [InlineData("""{"weight_map": {"a": "m-1.safetensors", "z": "m-1.safetensors"}}""", "do not hold: z")]
    [InlineData("""{"weight_map": 5}""", "weight_map")]
    [InlineData("""{"weight_map": {"a": 5}}""", "weight_map")]
    [InlineData("""{}""", "weight_map")]
    [InlineData("""not json""", "weight_map")]
    public void A_bad_index_is_refused_with_its_reason(string json, string reason)
    {
        using Tensor a = Tensor.From([1f], [1]);
        SafetensorsWriter.Write(Path.Combine(_folder, "m-1.safetensors"), new Dictionary<string, Tensor> { ["a"] = a });
        string index = Path.Combine(_folder, "m.safetensors.index.json");
        File.WriteAllText(index, json);
        CheckpointException e = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(index));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Contains(index, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_empty_and_ambiguous_paths_are_refused_with_the_remedy()
    {
        Assert.Contains("no file", Refusal(Path.Combine(_folder, "none.safetensors")), StringComparison.Ordinal);
        Assert.Contains("no file", Refusal(Path.Combine(_folder, "none.safetensors.index.json")), StringComparison.Ordinal);
        Assert.Contains("holds no .safetensors", Refusal(_folder), StringComparison.Ordinal);
        string empty = Path.Combine(_folder, "x.safetensors");
        File.WriteAllBytes(empty, []);
        Assert.Contains("is empty", Refusal(empty), StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(_folder, "y.safetensors"), []);
        Assert.Contains("Name the one", Refusal(_folder), StringComparison.Ordinal);
    }

    private static string Refusal(string path) => Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path)).Message;
}
