using System.IO.Compression;
using LongTake.Tensors.Files;

namespace LongTake.Tensors.Tests.Files.Torch;

/// <summary>Files that are broken, or want more than tensors and numbers.</summary>
public class TorchRefusalTests
{
    private static readonly byte[] s_four = PickleBuilder.Floats(1, 2, 3, 4);

    public static TheoryData<string, string> Refusals => new()
    {
        { "leaves storage", "needs 5 elements of a storage that has 4" },
        { "negative stride", "impossible strides" },
        { "negative offset", "impossible strides or a negative offset" },
        { "negative size", "has the size -1" },
        { "overflow", "overflows" },
        { "many dimensions", "7 dimensions" },
        { "expanded", "is expanded from a storage of only" },
        { "two descriptions", "two different ways" },
        { "missing storage", "the storage '0' is missing" },
        { "self", "nested too deeply or refer to each other" },
        { "laughs", "nested too deeply or refer to each other" },
        { "deep", "nested too deeply" },
        { "same path", "two entries have the path 'a/b'" },
        { "no stop", "cut off" },
        { "reduce data", "needs a" },
        { "object", "makes a new 'torch.Size'" },
        { "extension", "instruction 0x82" },
        { "instance", "instruction 0x69" },
        { "stack global", "'os.system'" },
        { "numpy", "'numpy.core.multiarray.scalar'" },
        { "get", "recalls entry 9" },
        { "no mark", "lacks a mark" },
        { "empty stack", "takes more than it put" },
        { "long text", "cut off" },
        { "key", "neither text nor a number" },
        { "two pickles", "2 entries 'data.pkl'" },
        { "bad deflate", "cannot be inflated" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_is_wrong_or_not_permitted_is_refused_by_name(string attack, string reason)
    {
        Assert.Contains(reason, Refusal(Make(attack)), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_files_are_recognised()
    {
        Assert.Contains("git lfs pull", Refusal("version https://git-lfs.github.com/spec/v1\noid sha256:0"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("web page", Refusal("<!DOCTYPE html><html></html>"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains(
            "name it .safetensors",
            Refusal([40, 0, 0, 0, 0, 0, 0, 0, .. "{\"x\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}"u8]),
            StringComparison.Ordinal);
        Assert.Contains("GGUF", Refusal("GGUF\u0003\0\0\0\0\0\0\0\0\0\0\0"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("is empty", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("not one that torch.save wrote", Refusal([0x80, 2, (byte)'N', (byte)'.']), StringComparison.Ordinal);
        Assert.Contains("no file", Assert.Throws<CheckpointException>(() => TorchCheckpoint.Open("nowhere.pt")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] file = new PickleBuilder().Dictionary(("w", t => t.Tensor("FloatStorage", "0", 4, 0, [4], [1]))).Zip(("data/0", s_four));
        for (int length = 0; length < file.Length; length++)
        {
            Refusal(file[..length]);
        }
    }

    private static byte[] Make(string attack)
    {
        static byte[] OneTensor(long offset, long[] sizes, long[] strides) =>
            new PickleBuilder().Dictionary(("w", t => t.Tensor("FloatStorage", "0", 4, offset, sizes, strides))).Zip(("data/0", s_four));
        static byte[] Raw(Action<PickleBuilder> write)
        {
            PickleBuilder b = new();
            write(b);
            return b.Zip(("data/0", s_four));
        }
        switch (attack)
        {
            case "leaves storage":
                return OneTensor(1, [2, 2], [2, 1]);
            case "negative stride":
                return OneTensor(3, [4], [-1]);
            case "negative offset":
                return OneTensor(-1, [2], [1]);
            case "negative size":
                return OneTensor(0, [-1], [1]);
            case "overflow":
                return OneTensor(0, [int.MaxValue, int.MaxValue, int.MaxValue], [0, 0, 0]);
            case "many dimensions":
                return OneTensor(0, [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1]);
            case "expanded":
                return OneTensor(0, [100_000, 100_000], [0, 0]);
            case "two descriptions":
                return new PickleBuilder().Dictionary(
                    ("a", t => t.Tensor("FloatStorage", "0", 4, 0, [4], [1])),
                    ("b", t => t.Tensor("LongStorage", "0", 4, 0, [4], [1]))).Zip(("data/0", s_four));
            case "missing storage":
                return new PickleBuilder().Dictionary(("w", t => t.Tensor("FloatStorage", "0", 4, 0, [4], [1]))).Zip(("data/1", s_four));
            case "self":
                return Raw(b => b.Op(']').Op('q').Raw(0).Op('h').Raw(0).Op('a'));
            case "laughs":
                return Raw(b =>
                {
                    // Ten references to the list before, thirty times over.
                    b.Op(']').Op('q').Raw(0);
                    for (byte i = 1; i < 30; i++)
                    {
                        b.Op(']').Op('(');
                        for (int k = 0; k < 10; k++)
                        {
                            b.Op('h').Raw((byte)(i - 1));
                        }
                        b.Op('e').Op('q').Raw(i);
                    }
                });
            case "deep":
                return Raw(b =>
                {
                    for (int i = 0; i < 100_000; i++)
                    {
                        b.Op(']');
                    }
                    for (int i = 1; i < 100_000; i++)
                    {
                        b.Op('a');
                    }
                });
            case "same path":
                return Raw(b => b.Dictionary(("a/b", x => x.Int(1)), ("a", x => x.Dictionary(("b", y => y.Int(2))))));
            case "no stop":
                return PickleBuilder.Zip(new PickleBuilder().Int(1).ToArray(), CompressionLevel.NoCompression);
            case "reduce data":
                return Raw(b => b.Int(1).Op(')').Op('R'));
            case "object":
                return Raw(b => b.Global("torch", "Size").Op(')').Raw(0x81));
            case "extension":
                return Raw(b => b.Raw(0x82, 1));
            case "instance":
                return Raw(b => b.Op('(').Op('i'));
            case "stack global":
                return Raw(b => b.Text("os").Text("system").Raw(0x93));
            case "numpy":
                return Raw(b => b.Global("numpy.core.multiarray", "scalar"));
            case "get":
                return Raw(b => b.Op('h').Raw(9));
            case "no mark":
                return Raw(b => b.Op('t'));
            case "empty stack":
                return Raw(b => b.Op('0'));
            case "long text":
                return Raw(b => b.Op('X').Raw(0xFF, 0xFF, 0xFF, 0x7F));
            case "key":
                return Raw(b => b.Op('}').Op(']').Int(1).Op('s'));
            case "two pickles":
                byte[] zip = new PickleBuilder().Int(1).Zip(("data/0", s_four));
                using (MemoryStream stream = new())
                {
                    stream.Write(zip);
                    using (ZipArchive archive = new(stream, ZipArchiveMode.Update, leaveOpen: true))
                    {
                        archive.CreateEntry("other/data.pkl");
                    }
                    return stream.ToArray();
                }
            case "bad deflate":
                byte[] pickle = new PickleBuilder().Int(1).Op('.').ToArray();
                byte[] packed = PickleBuilder.Zip([.. pickle, .. new byte[300]], CompressionLevel.SmallestSize);
                int start = packed.AsSpan().IndexOf("data.pkl"u8) + 8;
                packed.AsSpan(start, 8).Fill(0xFF);
                return packed;
            default:
                throw new InvalidOperationException(attack);
        }
    }

    /// <summary>Why a file is refused.</summary>
    internal static string Refusal(byte[] file)
    {
        string message = Assert.Throws<CheckpointException>(() => TorchCheckpoint.Parse("x.pt", file).Dispose()).Message;
        Assert.Contains("x.pt", message, StringComparison.Ordinal);
        return message;
    }
}
