using System.Text;
using LongTake.Tensors.Files;

namespace LongTake.Tensors.Tests.Files;

public sealed class Float8FilesTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".safetensors");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Safetensors_files_hold_both_types_under_their_names()
    {
        using Tensor a = Tensor.From<Float8E4M3>([new(1), new(0x7E), new(0xFF)], [3]);
        using Tensor b = Tensor.From<Float8E5M2>([new(2), new(0x7C)], [1, 2]);
        using Tensor c = Tensor.From([1f], []);
        SafetensorsWriter.Write(_path, new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b, ["c"] = c });
        string text = Encoding.UTF8.GetString(File.ReadAllBytes(_path));
        Assert.Contains("\"F8_E4M3\"", text, StringComparison.Ordinal);
        Assert.Contains("\"F8_E5M2\"", text, StringComparison.Ordinal);
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        Assert.Equal([DType.F32, DType.F8E4M3, DType.F8E5M2], file.Tensors.Select(t => t.DType));
        using Tensor back = file.Load("a");
        Assert.Equal(a.AsSpan<byte>().ToArray(), back.AsSpan<byte>().ToArray());
        using Tensor backB = file.Load("b");
        Assert.Equal(b.AsSpan<byte>().ToArray(), backB.AsSpan<byte>().ToArray());
        Assert.All(file.Tensors, t => Assert.Equal(1f, t.Scale));
    }

    [Fact]
    public void Byte_ranges_that_do_not_fit_one_byte_an_element_are_refused()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,8]}}""");
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[8]];
        Assert.Contains("'a'", Assert.Throws<CheckpointException>(() => SafetensorsFile.Parse("x", file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scale_is_never_lost_in_a_file()
    {
        using Tensor a = Tensor.From<Float8E4M3>([new(0x38)], [1]);
        a.Scale = 3f;
        Dictionary<string, Tensor> tensors = new() { ["a"] = a };
        Assert.Contains("scale", Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_path, tensors)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_path));
        SafetensorsWriter.Write(_path, tensors, floatType: DType.BF16);
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        using Tensor back = file.Load("a");
        Assert.Equal(3f, (float)back.AsSpan<BFloat16>()[0]);
    }
}
