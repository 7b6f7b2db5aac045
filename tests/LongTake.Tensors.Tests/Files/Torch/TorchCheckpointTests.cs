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
        Assert.Contains("makes a new '__torch__.M' with 1 arguments", TorchRefusalTests.Refusal(New("__torch__", "M", b => b.Ints(1))), StringComparison.Ordinal);
        Assert.Contains("'__torch__x.M'", TorchRefusalTests.Refusal(New("__torch__x", "M", b => b.Op(')'))), StringComparison.Ordinal);
        byte[] stateless = new PickleBuilder().Global("__torch__", "M").Op(')').Raw(0x81).Int(1).Op('b').Zip();
        Assert.Contains("a module has no attributes", TorchRefusalTests.Refusal(stateless), StringComparison.Ordinal);
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
        Assert.Contains("byte order", TorchRefusalTests.Refusal(Save(s_four, "middle")), StringComparison.Ordinal);
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
}
