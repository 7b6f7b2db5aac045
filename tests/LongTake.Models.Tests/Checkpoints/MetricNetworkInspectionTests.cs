using LongTake.Models.Checkpoints;
using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Models.Vision.Faces;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Checkpoints;

public sealed class MetricNetworkInspectionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-networks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_network_of_metrics_is_called_by_its_name()
    {
        PartReport clip = Only([.. VisionTransformer.Specs(VisionTransformerConfig.ClipBase32), .. ClipTextEncoder.Specs(ClipTextConfig.Base32)], ["logit_scale"]);
        Assert.Equal("CLIP ViT-B/32 or another of its shapes, image tower and text tower", clip.Summary);
        Assert.Equal((PartKind.MetricNetwork, null, 151_277_312L), (clip.Kind, clip.Problem, clip.ParameterCount));
        Assert.Equal("DINO ViT-B/16", Only(VisionTransformer.Specs(VisionTransformerConfig.DinoBase16)).Summary);
        PartReport face = Only(FaceNetwork.Specs(FaceNetworkConfig.R18), ["bn1.num_batches_tracked"]);
        Assert.Equal(("IResNet-18", null), (face.Summary, face.Problem));
    }

    [Fact]
    public void What_is_missing_in_it_is_a_problem()
    {
        IReadOnlyList<ParameterSpec> specs = VisionTransformer.Specs(VisionTransformerConfig.DinoV2Base14);
        PartReport part = Only([.. specs.Where(s => s.Name != "blocks.3.ls1.gamma")]);
        Assert.Equal("DINOv2 ViT-B/14", part.Summary);
        Assert.Contains("1 missing (blocks.3.ls1.gamma)", part.Problem!, StringComparison.Ordinal);
        Assert.Contains("no metric looks through", Only([new("patch_embed.proj.weight", [384, 3, 8, 8])]).Summary, StringComparison.Ordinal);
        Assert.Contains("no patch embedding", Only([new("pos_drop.weight", [4])]).Summary, StringComparison.Ordinal);
        Assert.Contains(
            "holds an IResNet of 1, 1, 1, 1 blocks",
            Only(FaceNetwork.Specs(FaceNetworkConfig.R18 with { Blocks = [1, 1, 1, 1], Width = 1 })).Problem!,
            StringComparison.Ordinal);
    }

    // Only names and shapes are looked at: the file is a header and a hole.
    private PartReport Only(IReadOnlyList<ParameterSpec> specs, string[]? scalars = null)
    {
        string path = Path.Combine(_folder, "network.safetensors");
        long offset = 0;
        List<string> entries = [];
        foreach ((string name, Shape shape) in specs.Select(s => (s.Name, s.Shape)).Concat((scalars ?? []).Select(s => (s, Shape.Create([])))))
        {
            long end = offset + (2 * shape.Count);
            string sizes = string.Join(", ", Enumerable.Range(0, shape.Rank).Select(i => shape[i]));
            entries.Add($$"""
                "{{name}}": {"dtype": "F16", "shape": [{{sizes}}], "data_offsets": [{{offset}}, {{end}}]}
                """);
            offset = end;
        }
        byte[] header = System.Text.Encoding.UTF8.GetBytes("{" + string.Join(", ", entries) + "}");
        using (FileStream file = File.Create(path))
        {
            file.Write(BitConverter.GetBytes((long)header.Length));
            file.Write(header);
            file.SetLength(8 + header.Length + offset);
        }
        return Assert.Single(ModelInspector.Inspect(path).Parts);
    }
}
