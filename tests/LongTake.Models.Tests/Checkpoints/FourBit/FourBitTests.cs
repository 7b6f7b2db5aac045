using System.Text;
using LongTake.Models.Checkpoints;
using LongTake.Models.Checkpoints.Conversion;
using LongTake.Models.Checkpoints.FourBit;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Quantization;

namespace LongTake.Models.Tests.Checkpoints.FourBit;

public sealed class FourBitTests : IDisposable
{
    private const string Plain = """{"quant_type": "nf4", "blocksize": 4, "dtype": "float32", "shape": [3, 3]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;
    private readonly TinyModel _model = new();

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Codes_are_looked_up_and_multiplied_by_the_largest_of_their_block()
    {
        using FourBitSource source = new(File(Plain).Add("l.bias", [3], DType.BF16), "x");
        Assert.Equal(["l.weight", "l.bias"], source.Tensors.Select(t => t.Name));
        Assert.Equal((DType.F32, 5L, "nf4"), (source.Tensors[0].DType, source.Tensors[0].StoredBytes, source.Tensors[0].PackedAs));
        Assert.False(source.Contains("l.weight.absmax") || source.Contains("l.weight.quant_map"));
        using Tensor weight = source.Load("l.weight");

        // The first of two codes lies in the upper half; the ninth weight is alone in its block and in its byte.
        Assert.Equal([10f, 12f, 14f, 16f, 180f, 200f, 220f, 240f, 2600f], weight.Span.ToArray());
        Assert.Equal([3, 3], weight.Shape.ToArray());
        Assert.Throws<KeyNotFoundException>(() => source.Load("l.weight.absmax"));
    }

    [Fact]
    public void Magnitudes_may_be_stored_in_bytes_themselves()
    {
        const string nested = """{"quant_type": "fp4", "blocksize": 4, "dtype": "float16", "shape": [9], "nested_blocksize": 2, "nested_dtype": "float32", "nested_offset": 0.5}""";
        MemorySource file = File(nested, "fp4", Bytes(3, 5, 7))
            .Add("l.weight.nested_absmax", Tensor.From([2f, 4f], [2]))
            .Add("l.weight.nested_quant_map", Tensor.From([.. Enumerable.Range(0, 256).Select(i => i / 256f)], [256]));
        using FourBitSource source = new(file, "x");
        Assert.Equal(DType.F16, source.Tensors[0].DType);
        using Tensor weight = source.Load("l.weight"), wide = TensorConversion.To(weight, DType.F32);
        float[] magnitudes = [3 / 256f * 2 + 0.5f, 5 / 256f * 2 + 0.5f, 7 / 256f * 4 + 0.5f];
        Assert.Equal(Enumerable.Range(5, 9).Select((c, i) => (float)(Half)(2f * c * magnitudes[i / 4])), wide.Span.ToArray());
    }

    [Fact]
    public void Files_without_four_bit_weights_pass()
    {
        using FourBitSource source = new(new MemorySource().Add("a.weight", [4]).Add("b.absmax", [2]), "x");
        Assert.Equal(["a.weight", "b.absmax"], source.Tensors.Select(t => t.Name));
    }

    [Theory]
    [InlineData("""{"shape": [3, 3], "blocksize": 4""", "no JSON text")]
    [InlineData("null", "names no shape")]
    [InlineData("""{"blocksize": 4, "dtype": "float32"}""", "names no shape")]
    [InlineData("""{"blocksize": 4, "shape": [-3, -3]}""", "names no shape")]
    [InlineData("""{"blocksize": 0, "shape": [3, 3]}""", "names no block size")]
    [InlineData("""{"blocksize": 4, "shape": [3, 4]}""", "another size")]
    [InlineData("""{"blocksize": 2, "shape": [3, 3]}""", "a magnitude a block")]
    [InlineData("""{"blocksize": 4, "shape": [3, 3], "nested_blocksize": 256}""", "a magnitude a block")]
    public void Malformed_descriptions_are_refused_by_name(string state, string why)
    {
        using MemorySource file = File(state);
        string message = Assert.Throws<CheckpointException>(() => new FourBitSource(file, "the.file")).Message;
        Assert.Contains("'the.file'", message, StringComparison.Ordinal);
        Assert.Contains("'l.weight'", message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_descriptions_are_read_or_refused()
    {
        Random random = new(5);
        byte[] good = Encoding.ASCII.GetBytes(Plain);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bad = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }
            using MemorySource file = File(Encoding.Latin1.GetString(bad));
            try
            {
                using FourBitSource source = new(file, "x");
                source.Load("l.weight").Dispose();
            }
            catch (CheckpointException)
            {
            }
        }
    }

    [Fact]
    public void Converting_packs_the_blocks_and_the_model_gives_the_rounded_weights_back()
    {
        string model = Path.Combine(_folder, "model"), target = Path.Combine(_folder, "nf4");
        _model.Write(model);
        ConversionReport report = CheckpointConverter.Convert(model, target, new ConversionOptions { Format = WeightFormat.NormalFloat4 });
        Assert.All(report.Parts, p => Assert.InRange(p.SignalToNoise, 15, 26));
        ModelReport inspected = ModelInspector.Inspect(target);
        Assert.True(inspected.IsUsable, inspected.ToText());
        Assert.Contains("packed in 4 bits (nf4)", inspected.ToText(), StringComparison.Ordinal);
        using ModelFolder folder = ModelFolder.Open(target);
        using ParameterStore loaded = folder.LoadTransformerParameters(TransformerKind.Causal, use: WeightUse.Training);
        foreach (string name in loaded.Names.Where(n => n.StartsWith("blocks.", StringComparison.Ordinal) && n.EndsWith(".weight", StringComparison.Ordinal)))
        {
            float[] before = _model.CausalWeights[name].Span.ToArray(), after = loaded[name].Span.ToArray(), rounded = new float[before.Length];
            if (loaded[name].Rank != 2)
            {
                Assert.Equal(before.Length, after.Length);
                continue;
            }
            NormalFloat4.Round(before, rounded);

            // The block magnitudes are rounded to 8 bits as well, which may move a weight in the middle between two codes.
            double noise = before.Zip(after, (a, b) => (double)(a - b) * (a - b)).Sum(), least = before.Zip(rounded, (a, b) => (double)(a - b) * (a - b)).Sum();
            Assert.InRange(noise, 0, 1.3 * least + 1e-12);
        }
        string again = Path.Combine(_folder, "again");
        ConversionReport wide = CheckpointConverter.Convert(target, again, new ConversionOptions { Format = WeightFormat.BFloat16 });
        Assert.All(wide.Parts, p => Assert.True(p.BytesAfter > p.BytesBefore));
    }

    private static MemorySource File(string state, string type = "nf4", Tensor? magnitudes = null) => new MemorySource()
        .Add("l.weight", Bytes(0x56, 0x78, 0x9A, 0xBC, 0xD0))
        .Add("l.weight.absmax", magnitudes ?? Tensor.From([1f, 10f, 100f], [3]))
        .Add("l.weight.quant_map", Tensor.From([.. Enumerable.Range(0, 16).Select(i => 2f * i)], [16]))
        .Add($"l.weight.quant_state.bitsandbytes__{type}", Bytes(Encoding.Latin1.GetBytes(state)));

    private static Tensor Bytes(params byte[] values)
    {
        Tensor tensor = Tensor.Empty([values.Length], DType.U8);
        values.CopyTo(tensor.AsSpan<byte>());
        return tensor;
    }
}
