namespace LongTake.Evaluation.Metrics.Networks;

/// <summary>A published network, or a part of one, that metrics look through; its weights are the user's to fetch.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Purpose">The metrics that need it.</param>
/// <param name="Files">Files and folders of transformers that it is known by, best first, relative to the folder of the weights.</param>
/// <param name="Source">Who publishes it.</param>
/// <param name="License">Under what terms.</param>
/// <remarks>Source: spec metric-models, sections 0 to 3, 8 and 9; rewards-and-grpo, A2 and A5.</remarks>
public sealed record MetricNetwork(string Name, string Purpose, IReadOnlyList<string> Files, string Source, string License)
{
    private const string LongBackground = "VBench-Long's background consistency";
    private const string DreamSimSource = "ssundaram21/dreamsim";

    /// <summary>DINO ViT-B/16.</summary>
    public static MetricNetwork DinoBase16 { get; } = new(
        "DINO ViT-B/16",
        "subject consistency",
        ["dino_vitbase16_pretrain.pth", "dino_vitbase16_pretrain.safetensors", "dino-vitb16", "facebook/dino-vitb16"],
        "facebookresearch/dino",
        "Apache 2.0");

    /// <summary>CLIP ViT-B/32, both towers.</summary>
    public static MetricNetwork ClipBase32 { get; } = new(
        "CLIP ViT-B/32",
        "background consistency, text alignment, aesthetic_b32",
        ["ViT-B-32.pt", "ViT-B-32.safetensors", "clip-vit-base-patch32", "openai/clip-vit-base-patch32"],
        "openai/CLIP",
        "MIT");

    /// <summary>The byte pairs of CLIP's tokenizer.</summary>
    public static MetricNetwork ClipVocabulary { get; } = new(
        "CLIP's vocabulary",
        "text alignment, hpsv2",
        [
            "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt", "clip-vit-base-patch32/merges.txt", "openai/clip-vit-base-patch32/merges.txt",
            "clip-vit-large-patch14/merges.txt", "openai/clip-vit-large-patch14/merges.txt",
        ],
        "openai/CLIP",
        "MIT");

    /// <summary>CLIP ViT-L/14, the image tower.</summary>
    public static MetricNetwork ClipLarge14 { get; } = new(
        "CLIP ViT-L/14",
        "aesthetic quality",
        ["ViT-L-14.pt", "ViT-L-14.safetensors", "clip-vit-large-patch14", "openai/clip-vit-large-patch14"],
        "openai/CLIP",
        "MIT");

    /// <summary>LAION's linear head on CLIP ViT-L/14.</summary>
    public static MetricNetwork AestheticLarge14 { get; } = new(
        "LAION's aesthetic head for ViT-L/14",
        "aesthetic quality",
        ["sa_0_4_vit_l_14_linear.pth", "sa_0_4_vit_l_14_linear.safetensors"],
        "LAION-AI/aesthetic-predictor",
        "see the repository");

    /// <summary>LAION's linear head on CLIP ViT-B/32.</summary>
    public static MetricNetwork AestheticBase32 { get; } = new(
        "LAION's aesthetic head for ViT-B/32",
        "aesthetic_b32",
        ["sa_0_4_vit_b_32_linear.pth", "sa_0_4_vit_b_32_linear.safetensors"],
        "LAION-AI/aesthetic-predictor",
        "see the repository");

    /// <summary>DINOv2 ViT-B/14.</summary>
    public static MetricNetwork DinoV2Base14 { get; } = new(
        "DINOv2 ViT-B/14",
        "VBench-Long's subject consistency",
        ["dinov2_vitb14_pretrain.pth", "dinov2_vitb14_pretrain.safetensors"],
        "facebookresearch/dinov2",
        "Apache 2.0");

    /// <summary>OpenCLIP ViT-H/14 trained on what people prefer, both towers.</summary>
    public static MetricNetwork HpsV21 { get; } = new(
        "HPSv2.1",
        "hpsv2",
        ["HPS_v2.1_compressed.pt", "HPS_v2.1_compressed.safetensors", "xswu/HPSv2/HPS_v2.1_compressed.pt"],
        "xswu/HPSv2",
        "Apache 2.0");

    /// <summary>The image tower of CLIP ViT-B/16.</summary>
    public static MetricNetwork ClipBase16 { get; } = new(
        "CLIP ViT-B/16",
        LongBackground,
        [.. Of("clip_vitb16_pretrain.pth.tar"), "ViT-B-16.pt", "ViT-B-16.safetensors", "clip-vit-base-patch16", "openai/clip-vit-base-patch16"],
        DreamSimSource,
        "MIT");

    /// <summary>The image tower of OpenCLIP ViT-B/16, trained on LAION-400M.</summary>
    public static MetricNetwork OpenClipBase16 { get; } = new(
        "OpenCLIP ViT-B/16",
        LongBackground,
        [.. Of("open_clip_vitb16_pretrain.pth.tar"), "vit_b_16-laion400m_e31-00efa78f.pt"],
        DreamSimSource,
        "MIT");

    /// <summary>DreamSim's adapter of DINO ViT-B/16.</summary>
    public static MetricNetwork DreamSimDino { get; } =
        new("DreamSim's adapter of DINO ViT-B/16", LongBackground, Of("dino_vitb16_lora"), DreamSimSource, "MIT");

    /// <summary>DreamSim's adapter of CLIP ViT-B/16.</summary>
    public static MetricNetwork DreamSimClip { get; } =
        new("DreamSim's adapter of CLIP ViT-B/16", LongBackground, Of("clip_vitb16_lora"), DreamSimSource, "MIT");

    /// <summary>DreamSim's adapter of OpenCLIP ViT-B/16.</summary>
    public static MetricNetwork DreamSimOpenClip { get; } =
        new("DreamSim's adapter of OpenCLIP ViT-B/16", LongBackground, Of("open_clip_vitb16_lora"), DreamSimSource, "MIT");

    /// <summary>IResNet with the weights of ArcFace, of any of the published sizes.</summary>
    public static MetricNetwork ArcFace { get; } = new(
        "ArcFace (IResNet)",
        "arcface, arcface_centre",
        [
            "arcface_r100.pth", "arcface_r50.pth", "glint360k_cosface_r100_fp16_0.1/backbone.pth", "ms1mv3_arcface_r100_fp16/backbone.pth",
            "ms1mv3_arcface_r50_fp16/backbone.pth", "backbone.pth",
        ],
        "deepinsight/insightface (arcface_torch, backbone.pth)",
        "for research only");

    /// <summary>What the DreamSim ensemble needs beside <see cref="DinoBase16"/>, which VBench needs as well.</summary>
    public static IReadOnlyList<MetricNetwork> DreamSim { get; } = [ClipBase16, OpenClipBase16, DreamSimDino, DreamSimClip, DreamSimOpenClip];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MetricNetwork> All { get; } =
    [
        DinoBase16, ClipBase32, ClipVocabulary, ClipLarge14, AestheticLarge14, AestheticBase32, DinoV2Base14,
        HpsV21, .. DreamSim, ArcFace,
    ];

    // DreamSim's archive unpacks into a folder of any name.
    private static string[] Of(string name) => [name, "dreamsim/" + name];
}

/// <summary>Whether a folder has a network.</summary>
/// <param name="Network">The network.</param>
/// <param name="Path">Where its weights lie; null when they are missing.</param>
public sealed record MetricNetworkStatus(MetricNetwork Network, string? Path);
