using System.Diagnostics;
using LongTake.Generation.Methods;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Memory;
using LongTake.Tensors.Parameters;

namespace LongTake.Benchmarks;

/// <summary>
/// Generates latents chunk after chunk with a streaming method and reports, beside the time, what each chunk of the steady
/// state allocates: memory must not grow with the length of the video. Random weights; height and width are in tokens.
/// </summary>
internal static class StreamCommand
{
    /// <summary>How it is called.</summary>
    public static BenchmarkCommand Command { get; } = new(
        "stream",
        "Latents chunk after chunk with a streaming method and random weights, and what a chunk allocates.",
        Run,
        [
            .. ChunkCommand.Network("48"),
            new("method", "longlive"),
            new("frames", "3", "latent frames of a chunk"),
            new("chunks", "30", "measured chunks"),
            new("height", "4", "tokens"),
            new("width", "4", "tokens"),
            BenchmarkOption.Threads,
        ]);

    private static int Run(Arguments arguments)
    {
        WanTransformerConfig config = ChunkCommand.Config(arguments);
        string method = arguments.Text("method");
        int frames = arguments.Integer("frames");
        int chunks = arguments.Integer("chunks");
        using CpuBackend backend = new(arguments.Integer("threads"));
        Compute compute = new(backend);
        using ParameterStore parameters = ParameterStore.CreateRandom(WanTransformer.Specs(config), seed: 1);
        parameters.Freeze();
        using WanTransformer model = new(config, parameters);
        using ChunkGenerator generator = new(
            compute,
            model,
            MethodPresets.Create(method),
            new SamplerOptions(),
            new RunInfo(1, frames, null),
            1,
            arguments.Integer("height") * config.PatchHeight,
            arguments.Integer("width") * config.PatchWidth);
        using Tensor prompt = MatMulCommand.Random([1, config.TextLength, config.TextDim], 2);
        generator.SetPrompt(prompt);
        bool isFinite = true;

        // Until the window is full and the code is compiled for good.
        Next(chunks);
        long managed = GC.GetAllocatedBytesForCurrentThread();
        long native = NativeMemoryPool.Shared.BytesHeld;
        long calls = generator.NetworkCalls;
        Measurement time = Measurement.Take(chunks, () => Next(1), warmupSeconds: 0);
        Measurement.Print(
            arguments,
            ("engine", "longtake"),
            ("work", "stream"),
            ("method", method),
            ("threads", backend.Workers.Threads),
            ("chunks", chunks),
            ("latent_frames_per_chunk", frames),
            ("network_calls_per_chunk", (generator.NetworkCalls - calls) / (chunks + 1.0)),
            ("seconds_min", time.Minimum),
            ("seconds_median", time.Median),
            ("cpu_seconds", time.ProcessorSeconds),
            ("managed_bytes_per_chunk", (GC.GetAllocatedBytesForCurrentThread() - managed) / (chunks + 1)),
            ("native_bytes_grown", NativeMemoryPool.Shared.BytesHeld - native),
            ("peak_rss_mib", Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0),
            ("finite", isFinite));
        return 0;

        void Next(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using Tensor latents = generator.Next();
                isFinite &= float.IsFinite(latents.Span[0]);
            }
        }
    }
}
