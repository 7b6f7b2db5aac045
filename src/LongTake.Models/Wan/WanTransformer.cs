using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Wan;

/// <summary>The diffusion transformer of Wan 2.1.</summary>
public sealed class WanTransformer : IDisposable
{
    /// <summary>Makes the network from its parameters.</summary>
    public WanTransformer(WanTransformerConfig config, ParameterStore parameters)
    {
        Config = config;
        Parameters = parameters;
        Rotary = new RotaryEmbedding(config.HeadDim, config.RotaryBase);
    }

    /// <summary>The sizes.</summary>
    public WanTransformerConfig Config { get; }

    /// <summary>The parameters.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>The rotary embedding.</summary>
    public RotaryEmbedding Rotary { get; }

    /// <summary>Whether blocks are recomputed in the backward pass instead of storing their intermediates. Default false.</summary>
    public bool RecomputeBlocks { get; set; }

    /// <summary>Names, shapes and initial values of all parameters.</summary>
    public static IReadOnlyList<ParameterSpec> Specs(WanTransformerConfig config) => [];

    /// <summary>Projects text embeddings [B, n, text_dim], n at most text_len.</summary>
    public TextContext PrepareText(Compute compute, Tensor embeddings) => throw new InvalidOperationException("The network is not part of this build.");

    /// <summary>Velocity [B, C_out, F, H, W] of latents [B, C, F, H, W] at timesteps [B] or [B, F] (F32, 0 ... 1000).</summary>
    public Tensor Forward(Compute compute, Tensor latents, Tensor timesteps, TextContext text, ISelfAttention attention) =>
        throw new InvalidOperationException("The network is not part of this build.");

    /// <summary>Velocity of the noisy latents, with the clean ones before them in the sequence.</summary>
    public Tensor ForwardTeacherForcing(
        Compute compute, Tensor noisy, Tensor timesteps, Tensor clean, Tensor cleanTimesteps, TextContext text, ISelfAttention attention) =>
        throw new InvalidOperationException("The network is not part of this build.");

    /// <summary>Frees what the network made beside its parameters.</summary>
    public void Dispose() => Rotary.Dispose();
}
