using LongTake.Tensors;

namespace LongTake.Models.Wan;

// Samples of different sizes in one batch.
public sealed partial class WanTransformer
{
    /// <summary>
    /// Predicts the velocity of samples of different sizes at once: every sample's tokens are padded with zeros to the
    /// attention's length, padded keys are not seen, padded queries are dropped. Gives what each sample gives alone.
    /// </summary>
    /// <param name="compute">What to compute with.</param>
    /// <param name="latents">Noisy latents, each [C, F, H, W].</param>
    /// <param name="timesteps">One a sample, [B].</param>
    /// <param name="text">As many prompts as samples.</param>
    /// <param name="attention">Bidirectional attention for the samples' grids.</param>
    /// <returns>Velocities, each [C_out, F, H, W].</returns>
    /// <exception cref="ArgumentException">Shapes do not fit together.</exception>
    public Tensor[] ForwardBatch(Compute compute, IReadOnlyList<Tensor> latents, Tensor timesteps, TextContext text, PaddedAttention attention)
    {
        ArgumentNullException.ThrowIfNull(latents);
        int batch = latents.Count;
        if (attention.Grids.Count != batch || text.BatchSize != batch || timesteps.Shape != [batch])
        {
            throw new ArgumentException(
                $"{batch} samples need as many grids, prompts and timesteps, not {attention.Grids.Count}, {text.BatchSize} and {timesteps.Shape}.");
        }
        using OperationScope scope = compute.Scope();
        Tensor[] padded = new Tensor[batch];
        for (int i = 0; i < batch; i++)
        {
            Shape s = latents[i].Shape;
            if (s.Rank != 4 || s[0] != Config.InChannels || Config.GridOf(s[1], s[2], s[3]) != attention.Grids[i])
            {
                throw new ArgumentException(
                    $"Sample {i} has shape {s}, which is not [{Config.InChannels}, frames, height, width] of the attention's {attention.Grids[i]}.",
                    nameof(latents));
            }
            Tensor sample = compute.Reshape(latents[i], [1, s[0], s[1], s[2], s[3]]);
            padded[i] = PadTokens(compute, Patchify(compute, sample, attention.Grids[i]), attention.Length);
        }
        Tensor x = Tokens(compute, compute.Concat(padded, 0), timesteps, text, attention);
        Tensor[] velocities = new Tensor[batch];
        for (int i = 0; i < batch; i++)
        {
            TokenGrid grid = attention.Grids[i];
            Tensor tokens = compute.Slice(compute.Rows(x, i, 1), 1, 0, grid.Count);
            Tensor video = Unpatchify(compute, tokens, grid);
            velocities[i] = scope.Keep(compute.Reshape(video, video.Shape.Sub(1, 5)));
        }
        return velocities;
    }
}
