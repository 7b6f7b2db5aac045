namespace LongTake.Generation.Methods.InfLvg;

/// <summary>
/// How much of the past a scene attends to. A policy is trained under one such context and chooses well under that one: it is kept in the policy's
/// file. Source: spec inflvg, section 3.
/// </summary>
/// <param name="Sink">First latent frames of the video that stay, at least 0.</param>
/// <param name="Keep">Latent frames' worth of chosen tokens, at least 1.</param>
/// <param name="Recent">Newest latent frames that stay whole where a scene changes, at least 0.</param>
/// <param name="Scene">Latent frames of a scene that are attended to, the current chunk included, at least 1.</param>
public sealed record InfLvgContextSizes(int Sink, int Keep, int Recent, int Scene)
{
    /// <summary>Latent frames attended to at most.</summary>
    public int Capacity => Sink + Keep + Recent + Scene;

    /// <summary>Names and values as settings and the headers of files have them.</summary>
    internal IReadOnlyList<(string Name, int Value)> Numbers => [("sink", Sink), ("keep", Keep), ("recent", Recent), ("scene", Scene)];

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A size is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(Sink >= 0, $"sink is {Sink}; it counts latent frames and is at least 0");
        Require(Keep >= 1, $"keep is {Keep}; it counts latent frames' worth of chosen tokens and is at least 1");
        Require(Recent >= 0, $"recent is {Recent}; it counts latent frames and is at least 0");
        Require(Scene >= 1, $"scene is {Scene}; it counts latent frames, the current chunk included, and is at least 1");
    }

    /// <summary>"sink=1, keep=6, recent=2, scene=48", as settings are shown.</summary>
    public override string ToString() => string.Join(", ", Numbers.Select(n => FormattableString.Invariant($"{n.Name}={n.Value}")));

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"inflvg: {otherwise}.");
        }
    }
}
