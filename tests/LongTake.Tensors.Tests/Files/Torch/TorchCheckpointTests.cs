using System.IO.Compression;
using LongTake.Tensors.Files;

namespace LongTake.Tensors.Tests.Files.Torch;

public class TorchCheckpointTests
{
    private static readonly byte[] s_four = PickleBuilder.Floats(1, 2, 3, 4);

    [Fact]
    public void Values_and_tensors_are_found_by_path()
    {
        byte[] file = new PickleBuilder().Dictionary(
            ("model", b => b.Dictionary(("w", t => t.Tensor("FloatStorage", "0", 4, 0, [2, 2], [1, 2])))),
            ("step", b => b.Int(7)),
            ("note", b => b.Text("text")),
            ("none", b => b.Op('N')),
            ("rate", b => b.Op('G').Raw(0x3F, 0xE0, 0, 0, 0, 0, 0, 0)),
            ("shape", b => b.Global("torch", "Size").Op('(').Ints(3, 4).Op('t').Op('R'))).Zip(("data/0", s_four));
        using TorchCheckpoint checkpoint = TorchCheckpoint.Parse("x.pt", file);
        Assert.Equal(["model", "step", "note", "none", "rate", "shape"], checkpoint.Keys);
        Assert.Equal(7L, checkpoint.Values["step"]);
        Assert.Equal("text", checkpoint.Values["note"]);
        Assert.Equal(0.5, checkpoint.Values["rate"]);
        Assert.Equal(4L, checkpoint.Values["shape/1"]);
        Assert.True(checkpoint.Contains("model/w"));
        using Tensor w = checkpoint.Load("model/w");
        Assert.Equal(new[] { 1f, 3f, 2f, 4f }, w.Span.ToArray());
        Assert.Throws<KeyNotFoundException>(() => checkpoint.Load("w"));
    }

    [Fact]
    public void Modules_of_a_script_archive_are_containers_of_attributes()
    {
        // As TorchScript writes a model: an object of a class, made empty, whose attributes are then set.
        static PickleBuilder Module(PickleBuilder b, string name, params (string Key, Action<PickleBuilder> Value)[] attributes) =>
            b.Global("__torch__.models.___torch_mangle_7", name).Op(')').Raw(0x81).Dictionary(attributes).Op('b');
        byte[] file = Module(
            new PickleBuilder(),
            "Clip",
            ("training", b => b.Raw(0x89)),
            ("_is_full_backward_hook", b => b.Op('N')),
            ("sizes", b => b.Global("torch.jit._pickle", "build_intlist").Op('(').Op(']').Op('(').Int(5).Op('e').Op('t').Op('R')),
            ("visual", b => Module(b, "Tower", ("conv1", c => Module(c, "Conv", ("weight", t => t.Tensor("FloatStorage", "0", 4, 0, [2, 2], [2, 1]))))))
        ).Zip(("data/0", s_four), ("constants.pkl", [0x80, 2, (byte)')', (byte)'.']), ("code/__torch__/models.py", "import os"u8.ToArray()));
        using TorchCheckpoint checkpoint = TorchCheckpoint.Parse("x.pt", file);
        Assert.Equal(["visual/conv1/weight"], checkpoint.Tensors.Select(t => t.Name));
        Assert.Equal(5L, checkpoint.Values["sizes/0"]);
        using Tensor w = checkpoint.Load("visual/conv1/weight");
        Assert.Equal(new[] { 1f, 2f, 3f, 4f }, w.Span.ToArray());
    }

    [Fact]
    public void Only_script_modules_are_made_and_only_without_arguments()
    {
        static byte[] New(string module, string name, Action<PickleBuilder> arguments)
        {
            PickleBuilder b = new PickleBuilder().Global(module, name);
            arguments(b);
            return b.Raw(0x81).Zip();
        }
        Assert.Contains("makes a new '__torch__.M' with 1 arguments", Refusal(New("__torch__", "M", b => b.Ints(1))), StringComparison.Ordinal);
        Assert.Contains("'__torch__x.M'", Refusal(New("__torch__x", "M", b => b.Op(')'))), StringComparison.Ordinal);
        byte[] stateless = new PickleBuilder().Global("__torch__", "M").Op(')').Raw(0x81).Int(1).Op('b').Zip();
        Assert.Contains("a module has no attributes", Refusal(stateless), StringComparison.Ordinal);
    }

    [Fact]
    public void Big_endian_files_are_swapped_and_an_unknown_order_is_refused()
    {
        byte[] swapped = [.. s_four.Chunk(4).SelectMany(c => c.Reverse())];
        static byte[] Save(byte[] storage, string order) => new PickleBuilder()
            .Dictionary(("w", t => t.Tensor("FloatStorage", "0", 4, 1, [3], [1])))
            .Zip(("data/0", storage), ("byteorder", System.Text.Encoding.ASCII.GetBytes(order)));
        foreach ((byte[] storage, string order) in new[] { (swapped, "big"), (s_four, "little") })
        {
            using TorchCheckpoint checkpoint = TorchCheckpoint.Parse("x.pt", Save(storage, order));
            using Tensor w = checkpoint.Load("w");
            Assert.Equal(new[] { 2f, 3f, 4f }, w.Span.ToArray());
        }
        Assert.Contains("byte order", Refusal(Save(s_four, "middle")), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_of_untyped_storages_take_their_type_from_the_call()
    {
        byte[] file = new PickleBuilder().Dictionary(("w", b => b
            .Global("torch._utils", "_rebuild_tensor_v3")
            .Op('(').Op('(').Text("storage").Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Int(16).Op('t').Op('Q')
            .Int(1).Ints(3).Ints(1).Raw(0x89).Op('N').Global("torch", "float32").Op('t').Op('R'))).Zip(("data/0", s_four));
        using TorchCheckpoint checkpoint = TorchCheckpoint.Parse("x.pt", file);
        using Tensor w = checkpoint.Load("w");
        Assert.Equal(DType.F32, w.DType);
        Assert.Equal(new[] { 2f, 3f, 4f }, w.Span.ToArray());
    }

    [Theory]
    [InlineData("float8_e4m3fn", DType.F8E4M3)]
    [InlineData("float8_e5m2", DType.F8E5M2)]
    public void Float8_tensors_are_written_as_untyped_storages(string type, DType expected)
    {
        byte[] file = Float8File(type);
        using TorchCheckpoint checkpoint = TorchCheckpoint.Parse("x.pt", file);
        using Tensor w = checkpoint.Load("w");
        Assert.Equal(expected, w.DType);
        Assert.Equal(s_four[1..4], w.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void Other_float8_types_are_refused_by_name() => Assert.Contains(
        "torch.float8_e4m3fnuz",
        Assert.Throws<CheckpointException>(() => TorchCheckpoint.Parse("x.pt", Float8File("float8_e4m3fnuz"))).Message,
        StringComparison.Ordinal);

    private static byte[] Float8File(string type) => new PickleBuilder().Dictionary(("w", b => b
        .Global("torch._utils", "_rebuild_tensor_v3")
        .Op('(').Op('(').Text("storage").Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Int(16).Op('t').Op('Q')
        .Int(1).Ints(3).Ints(1).Raw(0x89).Op('N').Global("torch", type).Op('t').Op('R'))).Zip(("data/0", s_four));

    [Fact]
    public void Expanded_tensors_are_repeated()
    {
        byte[] file = new PickleBuilder().Dictionary(("w", t => t.Tensor("FloatStorage", "0", 4, 2, [3, 2], [0, 1]))).Zip(("data/0", s_four));
        using TorchCheckpoint checkpoint = TorchCheckpoint.Parse("x.pt", file);
        using Tensor w = checkpoint.Load("w");
        Assert.Equal(new[] { 3f, 4f, 3f, 4f, 3f, 4f }, w.Span.ToArray());
    }

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
        Assert.Contains("name it .safetensors", Refusal([40, 0, 0, 0, 0, 0, 0, 0, .. "{\"x\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}"u8]), StringComparison.Ordinal);
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

    private static string Refusal(byte[] file)
    {
        string message = Assert.Throws<CheckpointException>(() => TorchCheckpoint.Parse("x.pt", file).Dispose()).Message;
        Assert.Contains("x.pt", message, StringComparison.Ordinal);
        return message;
    }
}
