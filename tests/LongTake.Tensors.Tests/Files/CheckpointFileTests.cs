using LongTake.Tensors.Files;
using LongTake.Tensors.Random;
using LongTake.Tensors.Tests.Files.Torch;

namespace LongTake.Tensors.Tests.Files;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_content_decides_and_not_the_name()
    {
        string torch = Path.Combine(_folder, "torch.safetensors");
        File.WriteAllBytes(
            torch, new PickleBuilder().Dictionary(("w", t => t.Tensor("FloatStorage", "0", 2, 0, [2], [1]))).Zip(("data/0", PickleBuilder.Floats(1, 2))));
        using (ITensorSource source = CheckpointFile.Open(torch))
        {
            Assert.IsType<TorchCheckpoint>(source);
            using Tensor w = source.Load("w");
            Assert.Equal(new float[] { 1, 2 }, w.Span.ToArray());
        }
        string safetensors = Path.Combine(_folder, "weights.pth");
        using Tensor x = Tensor.From([3f], [1]);
        SafetensorsWriter.Write(safetensors, new Dictionary<string, Tensor> { ["x"] = x });
        using ITensorSource other = CheckpointFile.Open(safetensors);
        Assert.IsType<SafetensorsFile>(other);
    }

    [Fact]
    public void What_is_no_checkpoint_is_refused_with_the_remedy()
    {
        string path = Path.Combine(_folder, "model.pt");
        File.WriteAllText(path, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
        Assert.Contains("git lfs pull", Assert.Throws<CheckpointException>(() => CheckpointFile.Open(path)).Message, StringComparison.Ordinal);
        File.WriteAllText(path, "text");
        Assert.Contains(
            "neither a safetensors nor a PyTorch file", Assert.Throws<CheckpointException>(() => CheckpointFile.Open(path)).Message, StringComparison.Ordinal);
        Assert.Contains("no file", Assert.Throws<CheckpointException>(() => CheckpointFile.Open(path + "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_files_in_a_folder_the_usual_one_is_taken()
    {
        using Tensor x = Tensor.From([3f], [1]);
        SafetensorsWriter.Write(Path.Combine(_folder, "diffusion_pytorch_model.safetensors"), new Dictionary<string, Tensor> { ["x"] = x });
        SafetensorsWriter.Write(Path.Combine(_folder, "diffusion_pytorch_model.fp16.safetensors"), new Dictionary<string, Tensor> { ["y"] = x });
        using ITensorSource source = CheckpointFile.Open(_folder);
        Assert.Equal(["x"], source.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void Whatever_is_written_reads_back_byte_for_byte()
    {
        DType[] types = Enum.GetValues<DType>();
        for (int round = 0; round < 50; round++)
        {
            CounterRandom random = new((ulong)round, 7);
            using TensorScope scope = TensorScope.Open();
            Dictionary<string, Tensor> tensors = [];
            for (int i = random.NextInt(6); i >= 0; i--)
            {
                int[] sizes = [.. Enumerable.Range(0, random.NextInt(Shape.MaxRank + 1)).Select(_ => random.NextInt(5))];
                Tensor t = Tensor.Empty(Shape.Create(sizes), types[random.NextInt(types.Length)]);
                unsafe
                {
                    foreach (ref byte b in new Span<byte>(t.Pointer, (int)t.Bytes))
                    {
                        b = (byte)random.NextInt(t.DType == DType.Bool ? 2 : 256);
                    }
                }
                tensors[$"t{i}/\"ü\" {random.NextUInt32()}"] = t;
            }
            string path = Path.Combine(_folder, $"{round}.safetensors");
            SafetensorsWriter.Write(path, tensors);
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Assert.Equal(tensors.Keys.Order(), file.Tensors.Select(t => t.Name).Order());
            foreach ((string name, Tensor t) in tensors)
            {
                Tensor back = file.Load(name);
                Assert.Equal((t.DType, t.Shape), (back.DType, back.Shape));
                unsafe
                {
                    Assert.True(new Span<byte>(t.Pointer, (int)t.Bytes).SequenceEqual(new Span<byte>(back.Pointer, (int)back.Bytes)));
                }
            }
        }
    }
}
