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
        Assert.All(metrics, m => Assert.Contains("needs", m.WhyNot(video)!, StringComparison.Ordinal));
        Assert.Equal(
            "it needs DINO ViT-B/16, and no folder with the weights of metric networks is named; put dino_vitbase16_pretrain.pth of facebookresearch/dino into one and name it",
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
    public void A_folder_that_is_not_there_is_refused() =>
        Assert.Contains("no folder", Assert.Throws<CheckpointException>(() => MetricWeights.Open(Path.Combine(_folder, "x"), _backend)).Message, StringComparison.Ordinal);
}
