using System.Buffers.Binary;
using System.Text;
using LongTake.Tensors.Files;

namespace LongTake.Tensors.Tests.Files;

/// <summary>Headers that lie. Each is refused in one line that names the file and what is wrong.</summary>
public class SafetensorsHostileTests
{
    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""", "takes 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "is preceded by bytes that belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "8 bytes at its end belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "shares bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}}""", "is the file cut off?")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}""", "byte range 16..0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[-4,12]}}""", "non-negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16,17]}}""", "lacks its dtype, shape or data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}""", "non-negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4.5],"data_offsets":[0,16]}}""", "non-negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}""", "sizes go from 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,4],"data_offsets":[0,16]}}""", "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,0],"data_offsets":[0,0]}}""", "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,16]}}""", "64-bit")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,4],"data_offsets":[0,16]}}""", "7 dimensions")]
    [InlineData("""{"a":{"dtype":"F8_E8M0","shape":[16],"data_offsets":[0,16]}}""", "'F8_E8M0', which is not supported")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "names 'a' twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "not one string")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"shape":[4],"data_offsets":[0,16]}}""", "two shapes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"extra":1}}""", "unknown field 'extra'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4]}}""", "lacks")]
    [InlineData("""{"a":{}}""", "lacks")]
    [InlineData("""{"a":5}""", "is not an object")]
    [InlineData("""{"a":{"dtype":5,"shape":[4],"data_offsets":[0,16]}}""", "not one string")]
    [InlineData("""{"a":{"dtype":"F32","shape":4,"data_offsets":[0,16]}}""", "not an array")]
    [InlineData("""{"__metadata__":{"x":5}}""", "not a string")]
    [InlineData("""{"__metadata__":[]}""", "is not an object")]
    [InlineData("""[]""", "does not start with '{'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}} x""", "not the JSON it should be")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_off""", "not the JSON it should be")]
    public void A_lying_header_is_refused(string header, string reason)
    {
        Assert.Contains(reason, Refusal(File(Encoding.UTF8.GetBytes(header), 16)), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_without_exhausting_the_stack()
    {
        string deep = "{\"a\":" + new string('[', 1_000_000) + new string(']', 1_000_000) + "}";
        Refusal(File(Encoding.UTF8.GetBytes(deep), 0));
        string objects = string.Concat(Enumerable.Repeat("{\"a\":", 100_000));
        Refusal(File(Encoding.UTF8.GetBytes(objects), 0));
    }

    [Fact]
    public void Bad_text_is_refused()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"a?":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""");
        header[3] = 0xFF;
        Refusal(File(header, 16));
    }

    [Theory]
    [InlineData(ulong.MaxValue, "at most")]
    [InlineData(100_000_001, "at most")]
    [InlineData(1000, "seems cut off")]
    [InlineData(0, "does not start with")]
    public void A_lying_header_length_is_refused(ulong length, string reason)
    {
        byte[] file = File(Encoding.UTF8.GetBytes("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"""), 16);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        // A length of zero leaves no JSON at all, which the parser itself reports.
        string message = Refusal(file);
        Assert.True(message.Contains(reason, StringComparison.Ordinal) || (length == 0 && message.Contains("JSON", StringComparison.Ordinal)), message);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] file = File(Encoding.UTF8.GetBytes("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"""), 16);
        SafetensorsFile.Parse("x", file).Dispose();
        for (int length = 0; length < file.Length; length++)
        {
            Refusal(file[..length]);
        }
    }

    private static byte[] File(byte[] header, int dataBytes)
    {
        byte[] file = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        return file;
    }

    private static string Refusal(byte[] file)
    {
        string message = Assert.Throws<CheckpointException>(() => SafetensorsFile.Parse("x.safetensors", file).Dispose()).Message;
        Assert.Contains("'x.safetensors'", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
