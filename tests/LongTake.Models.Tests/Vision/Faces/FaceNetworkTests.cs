using LongTake.Models.Checkpoints;
using LongTake.Models.Vision.Faces;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Vision.Faces;

public sealed class FaceNetworkTests : IDisposable
{
    private static readonly FaceNetworkConfig s_tiny = new() { Name = "a tiny IResNet", Blocks = [2, 1, 1, 1], Width = 2, ImageSize = 32, EmbeddingDim = 5 };

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-faces-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_full_networks_have_the_published_parameters()
    {
        Assert.Equal([24_025_600, 34_139_328, 43_590_848, 65_156_160], FaceNetworkConfig.Published.Select(c => FaceNetwork.Specs(c)
            .Where(s => !s.Name.Contains("running_", StringComparison.Ordinal)).Sum(s => s.Shape.Count)));
        Dictionary<string, Shape> shapes = FaceNetwork.Specs(FaceNetworkConfig.R100).ToDictionary(s => s.Name, s => s.Shape);
        Assert.Equal(Shape.Create([512, 25088]), shapes["fc.weight"]);
        Assert.Equal(Shape.Create([256, 128, 1, 1]), shapes["layer3.0.downsample.0.weight"]);
        Assert.Equal(Shape.Create([256, 256, 3, 3]), shapes["layer3.29.conv1.weight"]);
        Assert.Equal(Shape.Create([128]), shapes["layer3.0.bn1.running_var"]);
        Assert.False(shapes.ContainsKey("layer3.1.downsample.0.weight"));
    }

    [Fact]
    public void The_folded_network_computes_what_the_specification_says()
    {
        using ParameterStore parameters = Random(s_tiny);
        using FaceNetwork network = new(s_tiny, parameters);
        using CpuBackend backend = new(1);
        using TensorScope scope = TensorScope.Open();
        Tensor faces = Tensor.From([.. Enumerable.Range(0, 2 * 3 * 32 * 32).Select(i => MathF.Sin(1.3f * i))], [2, 3, 32, 32]);
        Tensor result = network.Encode(new Compute(backend), faces);
        ScalarFaceNetwork scalar = new(parameters, s_tiny);
        for (int b = 0; b < 2; b++)
        {
            double[] expected = scalar.Encode([.. faces.Row(b).Span.ToArray().Select(v => (double)v)]);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], result.Row(b).Span[i], 1e-4);
            }
        }
        Assert.Contains(
            "[B, 3, 32, 32]",
            Assert.Throws<ArgumentException>(() => network.Encode(new Compute(backend), Tensor.Zeros([1, 3, 16, 32]))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_published_file_loads_whatever_it_is_wrapped_into()
    {
        using ParameterStore parameters = Random(s_tiny);
        Dictionary<string, Tensor> tensors = parameters.Names.ToDictionary(n => "state_dict/module." + n, n => parameters[n]);
        tensors.Add("state_dict/module.bn1.num_batches_tracked", Tensor.Zeros([], DType.I64));
        string path = Write("face.safetensors", tensors);
        using ParameterStore loaded = FaceCheckpoint.Load(path, s_tiny);
        Assert.All(parameters.Names, n => Assert.Equal(parameters[n].Span.ToArray(), loaded[n].Span.ToArray()));
    }

    [Fact]
    public void Other_networks_and_missing_tensors_are_named()
    {
        using ParameterStore parameters = Random(s_tiny);
        string other = Write("other.safetensors", parameters.Names.ToDictionary(n => n, n => parameters[n]));
        Assert.Contains("holds an IResNet of 2, 1, 1, 1 blocks; known are IResNet-18 (2, 2, 2, 2)", Failure(other), StringComparison.Ordinal);
        string none = Write("none.safetensors", new() { ["cls_token"] = Tensor.Zeros([1]) });
        Assert.Contains("holds no network of ArcFace", Failure(none), StringComparison.Ordinal);
        // The names of an IResNet-18 with the shapes of another.
        Dictionary<string, Tensor> small = FaceNetwork.Specs(FaceNetworkConfig.R18 with { Width = 1, ImageSize = 16, EmbeddingDim = 2 })
            .ToDictionary(s => s.Name, s => Tensor.Zeros(s.Shape));
        small.Remove("layer2.1.bn3.running_mean");
        string message = Failure(Write("small.safetensors", small));
        Assert.Contains("1 missing (layer2.1.bn3.running_mean)", message, StringComparison.Ordinal);
        Assert.Contains("conv1.weight is [1, 3, 3, 3], not [64, 3, 3, 3]", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FaceNetwork.Specs(s_tiny with { ImageSize = 40 }));
        Assert.Throws<ArgumentException>(() => FaceNetwork.Specs(s_tiny with { Blocks = [1, 1, 1] }));

        static string Failure(string path) => Assert.Throws<CheckpointException>(() => FaceCheckpoint.Load(path)).Message;
    }

    // Variances are positive; nothing else is 0 or 1 throughout.
    private static ParameterStore Random(FaceNetworkConfig config)
    {
        ParameterStore parameters = VisionTransformerTests.Random(FaceNetwork.Specs(config));
        foreach (string name in parameters.Names.Where(n => n.EndsWith("running_var", StringComparison.Ordinal)))
        {
            foreach (ref float v in parameters[name].Span)
            {
                v = 0.5f + MathF.Abs(v);
            }
        }
        return parameters;
    }

    private string Write(string name, Dictionary<string, Tensor> tensors)
    {
        string path = Path.Combine(_folder, name);
        SafetensorsWriter.Write(path, tensors);
        return path;
    }
}
