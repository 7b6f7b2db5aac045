using System.Text;
using LongTake.Tensors.Files;
using LongTake.Tensors.Tests.Files.Torch;

namespace LongTake.Tensors.Tests.Files;

/// <summary>
/// Mutated checkpoints by the hundred thousand, the same ones in every run. Whatever is done to a file, reading it gives
/// tensors or a <see cref="CheckpointException"/>: no other exception, no access outside the file, no endless loop.
/// </summary>
public class CheckpointFuzzTests
{
    private const int Rounds = 100_000;

    [Fact]
    public void Mutated_safetensors_files_are_read_or_refused()
    {
        (int read, int refused) = Fuzz(Safetensors(), bytes => SafetensorsFile.Parse("fuzz", bytes));
        // Both happen often, or the test would not reach what it is for.
        Assert.True(read > 1000 && refused > 1000, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Mutated_torch_files_are_read_or_refused()
    {
        (int read, int refused) = Fuzz(TorchFiles(), bytes => TorchCheckpoint.Parse("fuzz", bytes));
        Assert.True(read > 1000 && refused > 1000, $"{read} read, {refused} refused");
    }

    private static (int Read, int Refused) Fuzz(IReadOnlyList<byte[]> seeds, Func<byte[], ITensorSource> open)
    {
        int read = 0;
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            ByteMutator mutator = new(round);
            byte[] bytes = mutator.Mutate(seeds[round % seeds.Count]);
            try
            {
                using ITensorSource source = open(bytes);
                foreach (TensorInfo info in source.Tensors.Where(t => t.Shape.Count < 10_000).Take(8))
                {
                    using Tensor t = source.Load(info.Name);
                    Assert.Equal(info.Shape, t.Shape);
                }
                read++;
            }
            catch (CheckpointException)
            {
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Round {round} ended with {e.GetType().Name}: {e.Message}", e);
            }
        }
        return (read, refused);
    }

    private static List<byte[]> Safetensors()
    {
        byte[] header = Encoding.UTF8.GetBytes(
            """{"__metadata__":{"format":"pt"},"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]},"c":{"dtype":"I64","shape":[],"data_offsets":[32,40]},"d":{"dtype":"F8_E4M3","shape":[3,1],"data_offsets":[40,43]}} """);
        byte[] empty = "{}"u8.ToArray();
        return [[.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[43]], [.. BitConverter.GetBytes(2L), .. empty]];
    }

    private static List<byte[]> TorchFiles()
    {
        byte[] floats = PickleBuilder.Floats(1, 2, 3, 4, 5, 6);
        PickleBuilder Model() => new PickleBuilder().Dictionary(
            ("generator", b => b.Dictionary(
                ("model.w", t => t.Tensor("FloatStorage", "0", 6, 0, [2, 3], [3, 1])),
                ("model.t", t => t.Tensor("FloatStorage", "0", 6, 1, [3, 2], [1, 2])),
                ("model.b", t => t.Tensor("BFloat16Storage", "1", 2, 0, [2], [1])))),
            ("step", b => b.Int(3)),
            ("list", b => b.Op(']').Op('(').Int(1).Text("x").Op('N').Op('e')));
        byte[] stored = Model().Zip(("data/0", floats), ("data/1", [1, 2, 3, 4]), ("byteorder", "little"u8.ToArray()));
        byte[] packed = PickleBuilder.Zip(Model().Op('.').ToArray(), System.IO.Compression.CompressionLevel.Fastest, ("data/0", floats), ("data/1", [1, 2, 3, 4]));
        byte[] magic = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];
        byte[] version = [0x80, 2, (byte)'M', 0xE9, 3, (byte)'.'];
        byte[] system = [0x80, 2, (byte)'}', (byte)'.'];
        byte[] keys = new PickleBuilder().Op(']').Op('(').Text("0").Text("1").Op('e').Op('.').ToArray();
        byte[] legacy =
        [
            .. magic, .. version, .. system, .. Model().Op('.').ToArray(), .. keys,
            .. BitConverter.GetBytes(6L), .. floats, .. BitConverter.GetBytes(2L), 1, 2, 3, 4,
        ];
        return [stored, legacy, stored, packed];
    }
}
