using LongTake.Generation.Clips;
using LongTake.Generation.WholeVideos;
using LongTake.Generation.Windows;
using LongTake.Models.Wan;

namespace LongTake.Generation.Methods.UltraViCo;

/// <summary>
/// UltraViCo: one pass over the longer video at plain positions, with attention kept from dispersing: positive scores of keys beyond the window
/// that the model was trained on are lowered.
/// Source: rope-extension-bidirectional.md 4.
/// </summary>
public sealed record UltraViCoOptions
{
    private const string Name = "ultravico";
    private const double DefaultBeta = 0.6;
    private const double DefaultGamma = 4;

    /// <summary>The preset <c>ultravico</c>.</summary>
    public static ClipPreset Preset { get; } = new(
        Name, "UltraViCo: attention beyond the trained window is damped", settings =>
    {
        UltraViCoOptions o = new();
        return new UltraViCoOptions
        {
            Window = settings.Int("window", o.Window),
            Alpha = settings.Double("alpha", o.Alpha),
            Period = settings.Double("period", o.Period),
            Beta = settings.Double("beta", o.Beta),
            Gamma = settings.Double("gamma", o.Gamma),
            MaskFirst = settings.Switch("mask-first", o.MaskFirst),
        }.ToMethod();
    })
    {
        Keeps = "all latents of the video in one call",
        Paper = "UltraViCo, arXiv 2511.20123",
    };

    /// <summary>Latents of the window, half of it to either side. Default 0: the length that the model was trained on.</summary>
    public int Window { get; init; }

    /// <summary>Factor of positive scores outside the window, above 0 and at most 1 (none). Default 0.9.</summary>
    public double Alpha { get; init; } = 0.9;

    /// <summary>Latents after which the model repeats itself. Default 0: it does not, as Wan.</summary>
    public double Period { get; init; }

    /// <summary>Factor near multiples of the period, above 0 and at most alpha. Default 0.6.</summary>
    public double Beta { get; init; } = DefaultBeta;

    /// <summary>Latents around a multiple of the period that count as near. Default 4.</summary>
    public double Gamma { get; init; } = DefaultGamma;

    /// <summary>Whether the first latent sees the window from the beginning of the video alone. Default true.</summary>
    public bool MaskFirst { get; init; } = true;

    /// <summary>Makes the method.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range or two conflict; the message names them.</exception>
    public ClipMethod ToMethod()
    {
        WindowOptions.Check(Name, Window);
        if (!(Alpha > 0 && Alpha <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: alpha is {Alpha}; it lies above 0 and at most at 1 (0.9 in the paper)."));
        }
        if (!(Period >= 0 && Gamma >= 0))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: period {Period} and gamma {Gamma} count latents and are 0 or more (period 0: the model does not repeat itself)."));
        }
        if (Period == 0 && (Beta != DefaultBeta || Gamma != DefaultGamma))
        {
            throw new ArgumentException($"{Name}: beta and gamma have no effect with period=0; set the period, or leave them out.");
        }
        if (Period > 0 && !(Beta > 0 && Beta <= Alpha))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{Name}: beta {Beta} conflicts with alpha {Alpha}; it damps repetition and lies above 0 and at most at alpha."));
        }
        return new SinglePassMethod(Name)
        {
            ExtraBytes = FactorBytes,
            Attention = (run, rotary, grid) => Attention(rotary, grid, WindowOptions.SizeOf(run, Window)),
        }.ToMethod();
    }

    /// <summary>Factors by distance: one or two tables, none longer than twice the sequence.</summary>
    private long FactorBytes(ClipRunInfo run)
    {
        int latents = WholeVideoPlan.Latents(run);
        int window = WindowOptions.SizeOf(run, Window);
        return latents <= window ? 0 : sizeof(float) * ((2L * latents) + window) * run.Model.GridOf(1, run.Height, run.Width).Count;
    }

    private ConcentratedAttention? Attention(RotaryEmbedding rotary, TokenGrid grid, int window) => grid.Frames <= window
        ? null
        : new ConcentratedAttention(rotary, grid, new DistanceDecay(window, Alpha, Beta, Period, Gamma), MaskFirst ? window : null);
}
