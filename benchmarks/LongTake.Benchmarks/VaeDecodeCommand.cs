using System.Diagnostics;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Benchmarks;

/// <summary>
/// Times the streaming decoder of the video autoencoder in its steady state: one chunk of latent frames to pixels, with
/// the features of the frames before it cached. Random weights; height and width are in latent pixels.
/// </summary>
internal static class VaeDecodeCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "vae-decode",
        "The streaming video decoder, one chunk in its steady state, random weights.",
        Run,
        new("dim", "12"),
        new("frames", "3", "latent frames of the chunk"),
        new("height", "8", "latent pixels"),
        new("width", "8", "latent pixels"),
        BenchmarkOption.Threads,
        BenchmarkOption.Runs(3));

    private static int Run(Arguments arguments)
    {
        WanVaeConfig config = new() { Dim = arguments.Integer("dim") };
        int frames = arguments.Integer("frames");
        int height = arguments.Integer("height");
        int width = arguments.Integer("width");
        using CpuBackend backend = new(arguments.Integer("threads"));
        Compute compute = new(backend);
        using ParameterStore parameters = ParameterStore.CreateRandom(WanVaeDecoder.Specs(config), seed: 1);
        parameters.Freeze();
        using WanVaeDecoder decoder = new(config, parameters);
        using WanVaeStreamingDecoder stream = new(decoder);
        using Tensor latents = MatMulCommand.Random([1, config.ZDim, frames, height, width], 1);
        int pixelFrames = 0;
        bool isFinite = true;
        Measurement time = Measurement.Take(arguments.Integer("runs"), () =>
        {
            using TensorScope scope = TensorScope.Open();
            Tensor video = stream.Decode(compute, latents);
            pixelFrames = video.Shape[2];
            isFinite &= float.IsFinite(video.Span[0]) && float.IsFinite(video.Span[^1]);
        });
        Measurement.Print(
            arguments,
            ("engine", "longtake"),
            ("work", "vae decode"),
            ("threads", backend.Workers.Threads),
            ("dim", config.Dim),
            ("latent_frames", frames),
            ("latent_height", height),
            ("latent_width", width),
            ("pixel_frames", pixelFrames),
            ("seconds_min", time.Minimum),
            ("seconds_median", time.Median),
            ("frames_per_second", pixelFrames / time.Minimum),
            ("cpu_seconds", time.ProcessorSeconds),
            ("peak_rss_mib", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0),
            ("finite", isFinite));
        return 0;
    }
}
