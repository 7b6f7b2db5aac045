using LongTake.Evaluation.Metrics;
using LongTake.Evaluation.Metrics.Networks;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Files;

namespace LongTake.Evaluation.Tests.Metrics.Networks;

public sealed class MetricWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longtake-weights-").FullName;
    private readonly CpuBackend _backend = new(1);

    public void Dispose()
    {
        _backend.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Without_a_folder_every_metric_says_what_it_needs()
    {
        using MetricWeights weights = MetricWeights.Open(null, _backend);
        Assert.All(weights.Networks, n => Assert.Null(n.Path));
        VideoDescription video = Scripted.Video(40, 4, ("a", 0));
        IReadOnlyList<IVideoMetric> metrics = [.. NetworkMetrics.WholeVideo(weights), .. NetworkMetrics.Long(weights)];
        Assert.Equal(["vbench_long.temporal_flickering"], metrics.Where(m => m.WhyNot(video) is null).Select(m => m.Name));
        Assert.All(metrics.Where(m => m.WhyNot(video) is not null), m => Assert.Contains("needs", m.WhyNot(video)!, StringComparison.Ordinal));
        Assert.Equal(
            "it needs DINO ViT-B/16, and no folder with the weights of metric networks is named; " +
            "put dino_vitbase16_pretrain.pth of facebookresearch/dino into one and name it",
            metrics[0].WhyNot(video));
        Assert.Throws<CheckpointException>(() => weights.Dino.Load());
        // Names are those of one set.
        _ = new MetricSet(metrics);
    }

    [Fact]
    public void A_folder_is_searched_for_files_and_folders_of_transformers()
    {
        File.WriteAllText(Path.Combine(_folder, "dino_vitbase16_pretrain.pth"), "");
        string clip = Directory.CreateDirectory(Path.Combine(_folder, "openai", "clip-vit-base-patch32")).FullName;
        File.WriteAllText(Path.Combine(clip, "pytorch_model.bin"), "");
        File.WriteAllText(Path.Combine(clip, "merges.txt"), "");
        using (MetricWeights weights = MetricWeights.Open(_folder, _backend))
        {
            Assert.Equal(Path.Combine(_folder, "dino_vitbase16_pretrain.pth"), weights.PathOf(MetricNetwork.DinoBase16));
            Assert.Equal(Path.Combine(clip, "pytorch_model.bin"), weights.PathOf(MetricNetwork.ClipBase32));
            Assert.Equal(Path.Combine(clip, "merges.txt"), weights.PathOf(MetricNetwork.ClipVocabulary));
            Assert.Null(weights.WhyNot(MetricNetwork.ClipBase32));
            Assert.Equal(
                $"it needs CLIP ViT-L/14, which is not in '{_folder}'; put ViT-L-14.pt of openai/CLIP there", weights.ClipLarge14.WhyNot);
            // What is there but unusable is reported as such.
            Assert.Contains("dino_vitbase16", Assert.Throws<CheckpointException>(() => weights.Dino.Load()).Message, StringComparison.Ordinal);
            Assert.Contains("merges.txt", Assert.Throws<CheckpointException>(() => weights.ClipText.Load()).Message, StringComparison.Ordinal);
        }
        File.WriteAllText(Path.Combine(clip, "model.safetensors"), "");
        using MetricWeights newer = MetricWeights.Open(_folder, _backend);
        Assert.Equal(clip, newer.PathOf(MetricNetwork.ClipBase32));
    }

    [Fact]
    public void The_fused_background_needs_all_of_the_ensemble()
    {
        string[] files = ["dino_vitbase16_pretrain.pth", "ViT-B-32.pt", "dreamsim/clip_vitb16_pretrain.pth.tar", "dreamsim/open_clip_vitb16_pretrain.pth.tar"];
        string[] adapters = ["dino_vitb16_lora", "clip_vitb16_lora", "open_clip_vitb16_lora"];
        Directory.CreateDirectory(Path.Combine(_folder, "dreamsim"));
        foreach (string file in files)
        {
            File.WriteAllText(Path.Combine(_folder, file), "");
        }
        VideoDescription video = Scripted.Video(40, 4);
        foreach (string adapter in adapters)
        {
            using MetricWeights without = MetricWeights.Open(_folder, _backend);
            Assert.Contains(adapter, Fused(without).WhyNot(video)!, StringComparison.Ordinal);
            string folder = Directory.CreateDirectory(Path.Combine(_folder, "dreamsim", adapter)).FullName;
            File.WriteAllText(Path.Combine(folder, "adapter_config.json"), "");
            File.WriteAllText(Path.Combine(folder, "adapter_model.bin"), "");
        }
        using MetricWeights weights = MetricWeights.Open(_folder, _backend);
        Assert.Null(Fused(weights).WhyNot(video));
        Assert.Equal(1792, weights.DreamSim.Dim);
        Assert.Contains("dino_vitbase16", Assert.Throws<CheckpointException>(() => weights.DreamSim.Load()).Message, StringComparison.Ordinal);

        static IVideoMetric Fused(MetricWeights weights) => NetworkMetrics.Long(weights).Single(m => m.Name == "vbench_long.background_consistency");
    }

    [Fact]
    public void Preference_and_faces_have_networks_of_their_own()
    {
        File.WriteAllText(Path.Combine(_folder, "HPS_v2.1_compressed.pt"), "");
        File.WriteAllText(Path.Combine(_folder, "arcface_r50.pth"), "");
        using MetricWeights weights = MetricWeights.Open(_folder, _backend);
        VideoDescription video = Scripted.Video(40, 4, ("a", 0));
        Dictionary<string, string?> whyNot = NetworkMetrics.WholeVideo(weights).ToDictionary(m => m.Name, m => m.WhyNot(video));
        Assert.Contains("CLIP's vocabulary", whyNot["hpsv2"]!, StringComparison.Ordinal);
        Assert.Contains("no detector of faces", whyNot["arcface"]!, StringComparison.Ordinal);
        Assert.Null(whyNot["arcface_centre"]);
        Assert.Equal((1024, 512), (weights.Hps.Dim, weights.ArcFace.Dim));
        Assert.Contains("arcface_r50.pth", Assert.Throws<CheckpointException>(weights.ArcFace.Load).Message, StringComparison.Ordinal);
        Assert.Contains("HPS_v2.1", Assert.Throws<CheckpointException>(weights.Hps.Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_refused() =>
        Assert.Contains(
            "no folder", Assert.Throws<CheckpointException>(() => MetricWeights.Open(Path.Combine(_folder, "x"), _backend)).Message, StringComparison.Ordinal);
}
