using LongTake.Generation.Clips;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Cli.Generate;

/// <summary>What a request and its model come to: a generator for causal or for bidirectional models, and its options.</summary>
/// <param name="request">What the user asks for.</param>
/// <param name="model">The model, its weights not loaded yet.</param>
internal sealed class RequestedGenerator(GenerateRequest request, LoadedModel model)
{
    /// <summary>The options in force.</summary>
    public VideoOptions Options { get; } = request.Clips is null ? Streaming(request, model) : Clips(request, model);

    /// <summary>Finds what does not go together before the weights are read.</summary>
    public void Check()
    {
        if (Options is ClipOptions clips)
        {
            ClipGenerator.Check(request.Story, clips, model.TransformerConfig);
        }
        else
        {
            StreamingGenerator.Check(request.Story, (GenerationOptions)Options);
        }
    }

    /// <summary>Makes the generator; the model is loaded.</summary>
    public VideoGenerator Start(Compute compute, IPromptEncoder encoder) => Options is ClipOptions clips
        ? new ClipGenerator(compute, model.Transformer!, model.Decoder!, encoder, request.Story, clips)
        : new StreamingGenerator(compute, model.Transformer!, model.Decoder!, encoder, request.Story, (GenerationOptions)Options);

    private static GenerationOptions Streaming(GenerateRequest request, LoadedModel model)
    {
        (int width, int height) = SizeOf(request, model);
        return new GenerationOptions
        {
            Method = request.Method!,
            CacheType = request.CacheType,
            Width = width,
            Height = height,
            Sampler = model.Sampler(request),
            Seed = request.Seed,
            ChunkFrames = model.Settings.FramesPerBlock,
            FrameRate = model.Settings.FramesPerSecond,
            NegativePrompt = request.NegativePrompt,
            MemoryLimit = request.MemoryLimit,
            SpatialStride = model.Vae.SpatialFactor,
        };
    }

    private static ClipOptions Clips(GenerateRequest request, LoadedModel model)
    {
        (int width, int height) = SizeOf(request, model);
        return new ClipOptions
        {
            Method = request.Clips!,
            ClipFrames = model.Settings.TrainedFrames,
            Width = width,
            Height = height,
            Sampler = model.Sampler(request),
            Seed = request.Seed,
            ChunkFrames = model.Settings.FramesPerBlock,
            FrameRate = model.Settings.FramesPerSecond,
            NegativePrompt = request.NegativePrompt,
            MemoryLimit = request.MemoryLimit,
            SpatialStride = model.Vae.SpatialFactor,
        };
    }

    private static (int Width, int Height) SizeOf(GenerateRequest request, LoadedModel model) =>
        request.Size ?? (model.Settings.Width, model.Settings.Height);
}
