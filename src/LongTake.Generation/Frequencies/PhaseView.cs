namespace LongTake.Generation.Frequencies;

/// <summary>How a frame looks from another in time.</summary>
/// <param name="Distance">Latent frames between their temporal positions.</param>
/// <param name="Concentration">How far the phases of all temporal pairs agree there, 0 to 1 (<see cref="PhaseConcentration"/>).</param>
public readonly record struct PhaseView(double Distance, double Concentration);
