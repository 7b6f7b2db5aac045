using LongTake.Generation.Samplers;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Clips;

/// <summary>What a clip method may depend on when a run starts.</summary>
public sealed record ClipRunInfo
{
    /// <summary>Sizes of the transformer.</summary>
    public required WanTransformerConfig Model { get; init; }

    /// <summary>Latent frames of the clips that the model was trained on (f0).</summary>
    public required int ClipFrames { get; init; }

    /// <summary>Rows of a latent frame.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of a latent frame.</summary>
    public required int Width { get; init; }

    /// <summary>Solver, steps, shift and guidance.</summary>
    public required SamplerOptions Sampler { get; init; }

    /// <summary>Seed of the video.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Latent frames of the video (N); null while there is no end.</summary>
    public required long? Latents { get; init; }

    /// <summary>
    /// The latent frame that each prompt begins with, rising from 0. Where a story blends prompts, each step of the blend is a prompt of its own.
    /// </summary>
    public IReadOnlyList<long> PromptStarts { get; init; } = [0];

    /// <summary>Shape of a latent frame [C, h, w].</summary>
    public Shape Latent => [Model.InChannels, Height, Width];

    /// <summary>Numbers of a latent frame.</summary>
    public int LatentSize => Model.InChannels * Height * Width;

    /// <summary>Bytes of a latent frame.</summary>
    public long LatentBytes => sizeof(float) * (long)LatentSize;

    /// <summary>Number of the prompt that a latent frame is under; the first for places before the video.</summary>
    public int PromptAt(long place)
    {
        int low = 0;
        int high = PromptStarts.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (PromptStarts[middle] <= place)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }
        return low;
    }
}
