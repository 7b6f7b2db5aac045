using LongTake.Evaluation.Metrics.Faces;
using LongTake.Evaluation.Metrics.Networks.DreamSim;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text.Clip;
using LongTake.Models.Vision;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;

namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>
/// The folder in which the user keeps the weights of metric networks: says which are there, and loads each when it is first needed. Nothing
/// takes the place of a network that is missing. Networks are shared by all metrics and freed with this object.
/// </summary>
public sealed class MetricWeights : IDisposable
{
    private readonly Dictionary<MetricNetwork, string?> _paths = [];
    private readonly List<IDisposable> _owned = [];

    private MetricWeights(string? folder, Backend backend, DreamSimOptions? dreamSim)
    {
        Folder = folder;
        foreach (MetricNetwork network in MetricNetwork.All)
        {
            _paths.Add(network, folder is null ? null : Find(folder, network));
        }
        Dino = Encoder(MetricNetwork.DinoBase16, VisionTransformerConfig.DinoBase16, ImageTransform.Dino224);
        ClipBase32 = Encoder(MetricNetwork.ClipBase32, VisionTransformerConfig.ClipBase32, ImageTransform.Clip224);
        ClipLarge14 = Encoder(MetricNetwork.ClipLarge14, VisionTransformerConfig.ClipLarge14, ImageTransform.Clip224);
        DinoV2 = Encoder(MetricNetwork.DinoV2Base14, VisionTransformerConfig.DinoV2Base14, ImageTransform.DinoV2);
        Hps = Encoder(MetricNetwork.HpsV21, VisionTransformerConfig.OpenClipHuge14, ImageTransform.Hps);
        ClipText = Text(MetricNetwork.ClipBase32, ClipTextConfig.Base32);
        HpsText = Text(MetricNetwork.HpsV21, ClipTextConfig.OpenClipHuge14);
        DreamSimPart[] parts =
        [
            Part(VisionTransformerConfig.DinoBase16, ImageTransform.DreamSimDino, MetricNetwork.DinoBase16, MetricNetwork.DreamSimDino),
            Part(VisionTransformerConfig.ClipBase16, ImageTransform.DreamSimClip, MetricNetwork.ClipBase16, MetricNetwork.DreamSimClip),
            Part(VisionTransformerConfig.OpenClipBase16, ImageTransform.DreamSimClip, MetricNetwork.OpenClipBase16, MetricNetwork.DreamSimOpenClip),
        ];
        DreamSim = Own(new DreamSimEncoder(
            backend, parts, dreamSim, WhyNot(MetricNetwork.DinoBase16) ?? MetricNetwork.DreamSim.Select(WhyNot).FirstOrDefault(why => why is not null)));
        ArcFace = Own(new NetworkFaceEncoder(backend, _paths[MetricNetwork.ArcFace], WhyNot(MetricNetwork.ArcFace)));

        NetworkFrameEncoder Encoder(MetricNetwork network, VisionTransformerConfig config, ImageTransform transform) =>
            Own(new NetworkFrameEncoder(backend, _paths[network], config, transform, WhyNot(network)));

        NetworkTextEncoder Text(MetricNetwork network, ClipTextConfig config) => Own(new NetworkTextEncoder(
            backend, _paths[network], _paths[MetricNetwork.ClipVocabulary], config, WhyNot(network) ?? WhyNot(MetricNetwork.ClipVocabulary)));

        DreamSimPart Part(VisionTransformerConfig config, ImageTransform transform, MetricNetwork network, MetricNetwork adapter) =>
            new(config, transform, _paths[network], _paths[adapter]);
    }

    /// <summary>The folder; null when none was named.</summary>
    public string? Folder { get; }

    /// <summary>All networks that a metric may need, with what the folder has of them.</summary>
    public IReadOnlyList<MetricNetworkStatus> Networks => [.. MetricNetwork.All.Select(n => new MetricNetworkStatus(n, _paths[n]))];

    /// <summary>DINO ViT-B/16 on whole frames, of VBench's subject consistency.</summary>
    public IFrameEncoder Dino { get; }

    /// <summary>CLIP ViT-B/32 on the middle of frames, of VBench's background consistency.</summary>
    public IFrameEncoder ClipBase32 { get; }

    /// <summary>CLIP ViT-L/14 on the middle of frames, of VBench's aesthetic quality.</summary>
    public IFrameEncoder ClipLarge14 { get; }

    /// <summary>DINOv2 ViT-B/14 on the middle of frames, of the clip-to-clip term of VBench-Long's subject consistency.</summary>
    public IFrameEncoder DinoV2 { get; }

    /// <summary>HPSv2.1's image tower on whole frames with black beside them.</summary>
    public IFrameEncoder Hps { get; }

    /// <summary>The DreamSim ensemble on stretched frames, of the clip-to-clip term of VBench-Long's background consistency.</summary>
    public IFrameEncoder DreamSim { get; }

    /// <summary>The text tower of CLIP ViT-B/32.</summary>
    public ITextEncoder ClipText { get; }

    /// <summary>HPSv2.1's text tower.</summary>
    public ITextEncoder HpsText { get; }

    /// <summary>ArcFace.</summary>
    public IFaceEncoder ArcFace { get; }

    /// <summary>Looks into a folder. Only names are looked at; weights are checked when a metric needs them.</summary>
    /// <param name="folder">The folder; null when the user named none, and every network is missing.</param>
    /// <param name="backend">What the networks run on; stays the caller's.</param>
    /// <param name="dreamSim">What the description of the DreamSim ensemble leaves open; null for the defaults.</param>
    /// <exception cref="CheckpointException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">A setting is unusable.</exception>
    public static MetricWeights Open(string? folder, Backend backend, DreamSimOptions? dreamSim = null) => folder is null || Directory.Exists(folder)
        ? new MetricWeights(folder, backend, dreamSim)
        : throw new CheckpointException($"There is no folder '{folder}' with the weights of metric networks.");

    /// <summary>Where the weights of a network lie; null when they are missing.</summary>
    public string? PathOf(MetricNetwork network) => _paths.GetValueOrDefault(network);

    /// <summary>Why a network cannot be had, and what to do, in one clause; null when it can.</summary>
    public string? WhyNot(MetricNetwork network)
    {
        if (PathOf(network) is not null)
        {
            return null;
        }
        string remedy = $"{network.Files[0]} of {network.Source}";
        return Folder is null
            ? $"it needs {network.Name}, and no folder with the weights of metric networks is named; put {remedy} into one and name it"
            : $"it needs {network.Name}, which is not in '{Folder}'; put {remedy} there";
    }

    /// <summary>Loads an aesthetic head.</summary>
    /// <param name="network">Which.</param>
    /// <param name="dim">Values of the embedding that it is for.</param>
    /// <exception cref="CheckpointException">It is missing or does not fit.</exception>
    public AestheticHead LoadHead(MetricNetwork network, int dim) =>
        AestheticHead.Load(PathOf(network) ?? throw new CheckpointException($"The aesthetic score cannot be had: {WhyNot(network)}."), dim);

    /// <summary>Frees all networks.</summary>
    public void Dispose()
    {
        foreach (IDisposable encoder in _owned)
        {
            encoder.Dispose();
        }
    }

    private T Own<T>(T encoder)
        where T : IDisposable
    {
        _owned.Add(encoder);
        return encoder;
    }

    private static string? Find(string folder, MetricNetwork network)
    {
        foreach (string name in network.Files)
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                return path;
            }
            if (!Directory.Exists(path))
            {
                continue;
            }
            // The folder of an adapter, or one of transformers: safetensors, of which the reader finds the usual one, or the older file.
            if (VisionAdapter.IsIn(path) || Directory.EnumerateFiles(path, "*.safetensors*").Any())
            {
                return path;
            }
            string older = Path.Combine(path, "pytorch_model.bin");
            if (File.Exists(older))
            {
                return older;
            }
        }
        return null;
    }
}
