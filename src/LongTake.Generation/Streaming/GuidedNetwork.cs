using LongTake.Generation.Samplers;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

/// <summary>Sees a network call: sample [B, n, C, H, W], timestep, velocity (null where the call only wrote keys and values).</summary>
internal delegate void NetworkCallObserver(Tensor x, float timestep, Tensor? velocity);

/// <summary>
/// A transformer under a prompt, as samplers see it. With guidance the positive and the negative prompt run side by side as one batch, so
/// that weights are read once; a cache then holds both halves and neither sees the other.
/// </summary>
/// <param name="compute">What to compute with.</param>
/// <param name="transformer">The network.</param>
/// <param name="attention">Its self-attention, for the doubled batch if guided.</param>
/// <param name="guidance">1 for none.</param>
internal sealed class GuidedNetwork(Compute compute, WanTransformer transformer, ISelfAttention attention, double guidance)
    : IVelocityField, IDisposable
{
    private TextContext? _text;
    private int _promptTokens;

    /// <summary>Samples side by side in the network for one sample outside.</summary>
    public int Copies { get; } = guidance == 1.0 ? 1 : 2;

    /// <summary>Calls so far.</summary>
    public long Calls { get; private set; }

    /// <summary>Latent frames in all calls so far.</summary>
    public long Frames { get; private set; }

    public NetworkCallObserver? Observer { get; set; }

    private TextContext Text => _text ?? throw new InvalidOperationException("Set a prompt before the first chunk.");

    /// <summary>Prepares text features [B, n, text_dim] and forgets the ones before.</summary>
    public void SetPrompt(Tensor prompt, Tensor? negative)
    {
        TextContext text = Prepare(prompt, negative);
        _text?.Dispose();
        _text = text;
        _promptTokens = prompt.Shape[1];
    }

    /// <summary>Prepares text features [B, n, text_dim] for calls that name their prompt; the caller's.</summary>
    public TextContext Prepare(Tensor prompt, Tensor? negative, bool keepsKeys = true)
    {
        if ((negative is null) != (Copies == 1))
        {
            throw new ArgumentException(
                negative is null
                    ? $"Guidance {guidance} needs a negative prompt (it may be empty text)."
                    : "A negative prompt has no effect without guidance; set guidance above 1.",
                nameof(negative));
        }
        using TensorScope scope = TensorScope.Open();
        Tensor both = negative is null ? prompt : Stack(prompt, negative);
        return transformer.PrepareText(compute, both, keepsKeys);
    }

    /// <inheritdoc/>
    public void Velocity(Tensor x, float timestep, Tensor velocity) => Velocity(x, [timestep], velocity);

    /// <summary>Predicts noise minus clean sample for latents whose frames are noised to different levels.</summary>
    /// <param name="x">Noisy latents [B, n, C, H, W].</param>
    /// <param name="timesteps">One for all, or n.</param>
    /// <param name="velocity">Takes the result; the shape of <paramref name="x"/>.</param>
    public void Velocity(Tensor x, ReadOnlySpan<float> timesteps, Tensor velocity) => Velocity(x, timesteps, Text, attention, velocity);

    /// <summary>The same under prompts and with a self-attention of the call's own.</summary>
    public void Velocity(Tensor x, ReadOnlySpan<float> timesteps, TextInput text, ISelfAttention seen, Tensor velocity)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor y = Forward(x, timesteps, text, seen);
        if (Copies == 1)
        {
            LatentLayout.Swap(y, velocity);
        }
        else
        {
            Guide(y, x.Shape[0]);
            LatentLayout.Swap(y.Rows(0, x.Shape[0]), velocity);
        }
        Observer?.Invoke(x, timesteps[0], velocity);
    }

    /// <summary>Runs clean latents [B, n, C, H, W] through for their keys and values.</summary>
    public void Write(Tensor x)
    {
        using TensorScope scope = TensorScope.Open();
        Forward(x, [0f], Text, attention);
        Observer?.Invoke(x, 0f, null);
    }

    /// <summary>Keys [B, text_len, H, D] of a layer's cross-attention to the prompt.</summary>
    public Tensor TextKeys(int layer) =>
        transformer.TextKeys(compute, Text, layer);

    /// <summary>Text tokens [n, d] of a sample's prompt (with guidance the positive one), without padding.</summary>
    public Tensor TextTokens(int sample)
    {
        TextContext text = Text;
        return text.Tokens.Row(sample % (text.BatchSize / Copies)).Rows(0, _promptTokens);
    }

    public void Dispose() => _text?.Dispose();

    private Tensor Forward(Tensor x, ReadOnlySpan<float> timesteps, TextInput text, ISelfAttention seen)
    {
        Shape s = x.Shape;
        int batch = s[0] * Copies;
        Tensor input = Tensor.Empty([batch, s[2], s[1], s[3], s[4]]);
        LatentLayout.Swap(x, input);
        Tensor levels = Tensor.Empty(timesteps.Length == 1 ? [batch] : [batch, timesteps.Length]);
        for (int i = 0; i < batch; i++)
        {
            timesteps.CopyTo(levels.Span[(i * timesteps.Length)..]);
        }
        Calls++;
        Frames += s[1];
        return transformer.Forward(compute, input, levels, text, seen);
    }

    /// <summary>v = v_negative + g (v_positive - v_negative), into the first half.</summary>
    private void Guide(Tensor y, int batch)
    {
        Span<float> positive = y.Rows(0, batch).Span;
        ReadOnlySpan<float> negative = y.Rows(batch, batch).Span;
        float g = (float)guidance;
        for (int i = 0; i < positive.Length; i++)
        {
            positive[i] = negative[i] + (g * (positive[i] - negative[i]));
        }
    }

    /// <summary>Two prompts in one batch, the shorter padded with zeros.</summary>
    private static Tensor Stack(Tensor a, Tensor b)
    {
        if (a.Rank != 3 || b.Rank != 3 || a.Shape[0] != b.Shape[0] || a.Shape[2] != b.Shape[2])
        {
            throw new ArgumentException($"The negative prompt's features {b.Shape} do not go with the prompt's {a.Shape}.");
        }
        int tokens = Math.Max(a.Shape[1], b.Shape[1]);
        int width = a.Shape[2];
        int batch = a.Shape[0];
        Tensor both = Tensor.Zeros([2 * batch, tokens, width]);
        for (int i = 0; i < batch; i++)
        {
            a.Row(i).Span.CopyTo(both.Row(i).Span);
            b.Row(i).Span.CopyTo(both.Row(batch + i).Span);
        }
        return both;
    }
}
