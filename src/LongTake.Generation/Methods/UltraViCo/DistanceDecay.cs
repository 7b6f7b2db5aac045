namespace LongTake.Generation.Methods.UltraViCo;

/// <summary>
/// By how much a positive attention score of a query and a key is lowered, by their distance: not at all within the window that the model was
/// trained on; by beta where the distance is near a whole number of periods, for models that repeat themselves; by alpha anywhere else.
/// Source: rope-extension-bidirectional.md 4.
/// </summary>
/// <param name="Window">Latents of the window; half of it lies to either side.</param>
/// <param name="Alpha">Factor outside the window, 0 to 1; 1 is none.</param>
/// <param name="Beta">Factor near multiples of the period, 0 to 1.</param>
/// <param name="Period">Latents after which the model repeats itself; 0 for models that do not.</param>
/// <param name="Gamma">Latents around a multiple of the period that count as near.</param>
public readonly record struct DistanceDecay(double Window, double Alpha, double Beta = 1, double Period = 0, double Gamma = 0)
{
    /// <summary>The factor of a distance.</summary>
    /// <param name="distance">Query less key along the sequence, in tokens.</param>
    /// <param name="tokensPerFrame">Tokens of a latent frame.</param>
    public double FactorAt(long distance, int tokensPerFrame)
    {
        double latents = Math.Abs(distance) / (double)tokensPerFrame;
        if (latents <= Window / 2)
        {
            return 1;
        }
        if (Period > 0)
        {
            double multiple = Math.Round(latents / Period, MidpointRounding.AwayFromZero) * Period;
            if (Math.Abs(latents - multiple) <= Gamma)
            {
                return Beta;
            }
        }
        return Alpha;
    }
}
