using LongTake.Generation.Samplers;

namespace LongTake.Generation.Streaming;

/// <summary>What all videos are asked for with, whatever kind of model makes them.</summary>
public abstract record VideoOptions
{
    /// <summary>Height of the video in pixels, a multiple of 16 (of the decoder's and the patches' factors).</summary>
    public required int Height { get; init; }

    /// <summary>Width of the video in pixels, a multiple of 16.</summary>
    public required int Width { get; init; }

    /// <summary>Sampler and guidance. Default: four steps, for distilled models.</summary>
    public SamplerOptions Sampler { get; init; } = new();

    /// <summary>Seed; the same seed, options and weights give the same bytes on any number of threads. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Latent frames of a chunk, as the model was trained; where videos are handed out and scenes begin. Default 3.</summary>
    public int ChunkFrames { get; init; } = 3;

    /// <summary>Frames a second of the video, for times in stories. Default 16.</summary>
    public double FrameRate { get; init; } = VideoTime.DefaultFrameRate;

    /// <summary>What is not to be seen, with guidance. Default: nothing said.</summary>
    public string NegativePrompt { get; init; } = string.Empty;

    /// <summary>Bytes that the run may use; null for what the system has.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>Whether latents are decoded to frames. Default true.</summary>
    public bool Decode { get; init; } = true;

    /// <summary>Pixels to a latent pixel, in either direction. Default 8 (the Wan 2.1 autoencoder).</summary>
    public int SpatialStride { get; init; } = 8;

    /// <summary>Name of the method.</summary>
    public abstract string MethodName { get; }

    /// <summary>What the method is set to, name and value.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, string>> MethodSettings { get; }

    /// <summary>What users should know of these settings before a run, a clause each.</summary>
    public virtual IReadOnlyList<string> MethodNotes => [];

    /// <summary>How latents are denoised, in words.</summary>
    public virtual string DescribeSampling() => Sampler.Describe();

    /// <summary>The method's settings in a line: "window=12, sink=3".</summary>
    public string DescribeSettings() => string.Join(", ", MethodSettings.Select(p => $"{p.Key}={p.Value}"));

    /// <summary>Checks single values; what depends on model and story is checked when a generator is made.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public virtual void Validate()
    {
        if (ChunkFrames is < 1 or > 1000)
        {
            throw new ArgumentException(
                $"The chunk length is {ChunkFrames} latent frames; it lies between 1 and 1000 (the released models use 3).");
        }
        if (!(FrameRate > 0 && FrameRate <= 1000))
        {
            throw new ArgumentException($"The frame rate is {FrameRate}; it lies above 0 and at most at 1000 frames a second.");
        }
        if (SpatialStride < 1)
        {
            throw new ArgumentException($"The spatial stride is {SpatialStride}; it is at least 1 (8 for the Wan 2.1 autoencoder).");
        }
        if (Height < SpatialStride || Width < SpatialStride || Height % SpatialStride != 0 || Width % SpatialStride != 0)
        {
            throw new ArgumentException(
                $"A video of {Width} x {Height} pixels cannot be made; width and height are multiples of {2 * SpatialStride}.");
        }
        if (MemoryLimit <= 0)
        {
            throw new ArgumentException($"The memory limit is {MemoryLimit} bytes; it is positive, or absent for what the system has.");
        }
    }
}
