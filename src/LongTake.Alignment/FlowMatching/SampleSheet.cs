using LongTake.Alignment.Data;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Video;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Alignment.FlowMatching;

/// <summary>Draws samples of a fixed list of prompts during training: Euler steps with guidance, decoded, as a contact sheet.</summary>
/// <param name="vae">Decodes the latents.</param>
/// <param name="prompts">One clip each.</param>
/// <param name="seed">Of the initial noise: the same in every sheet of a training, so that sheets compare.</param>
public sealed class SampleSheet(WanVae vae, IReadOnlyList<string> prompts, ulong seed)
{
    /// <summary>Predicts a velocity: noisy latents [B, C, T, H, W], timesteps [B], with or without the prompts.</summary>
    public delegate Tensor Velocity(Tensor noisy, Tensor timesteps, bool conditional);

    /// <summary>The prompts.</summary>
    public IReadOnlyList<string> Prompts { get; } = prompts;

    /// <summary>Pixels a latent cell, in height and width.</summary>
    public int SpatialFactor => vae.Config.SpatialFactor;

    /// <summary>Euler steps a sample.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Classifier-free guidance scale.</summary>
    public float Guidance { get; init; } = 3;

    /// <summary>Shift of the sigma schedule.</summary>
    public double Shift { get; init; } = 3;

    /// <summary>About how many frames of each clip the sheet shows, evenly spaced.</summary>
    public int Columns { get; init; } = 8;

    /// <summary>Samples one clip a prompt and writes the sheet.</summary>
    public void Write(Compute compute, int frames, string pngPath, Velocity velocity)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor x = Draw(compute, frames, ShapesWorld.Size / SpatialFactor, velocity);
        WriteDecoded(compute, x, pngPath);
    }

    /// <summary>Decodes latents [B, C, T, H, W] and writes the sheet, one row a prompt.</summary>
    public void WriteDecoded(Compute compute, Tensor latents, string pngPath)
    {
        ContactSheet sheet = new(ShapesWorld.Size, ShapesWorld.Size);
        for (int i = 0; i < Prompts.Count; i++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor video = vae.Decode(compute, latents.Rows(i, 1));
            sheet.AddRow(Prompts[i], ShapesBatch.ToFrames(video, 0, Math.Max(1, video.Shape[2] / Columns)).Select(f => new ReadOnlyMemory<byte>(f)));
        }
        sheet.Save(pngPath);
    }

    private Tensor Draw(Compute compute, int frames, int side, Velocity velocity)
    {
        Tensor x = FlowTimesteps.Noise([Prompts.Count, vae.Config.ZDim, frames, side, side], seed, 0);
        Tensor timesteps = Tensor.Empty([Prompts.Count]);
        for (int i = 0; i < Steps; i++)
        {
            using TensorScope scope = TensorScope.Open();
            float sigma = Sigma(i), next = Sigma(i + 1);
            timesteps.Span.Fill(1000 * sigma);
            Tensor with = velocity(x, timesteps, true);
            Tensor without = velocity(x, timesteps, false);
            Span<float> values = x.Span;
            ReadOnlySpan<float> v1 = with.Span, v0 = without.Span;
            for (int j = 0; j < values.Length; j++)
            {
                values[j] += (next - sigma) * (v0[j] + (Guidance * (v1[j] - v0[j])));
            }
        }
        return x;
    }

    private float Sigma(int step)
    {
        double u = 1 - ((double)step / Steps);
        return (float)(Shift * u / (1 + ((Shift - 1) * u)));
    }
}
