namespace LongTake.Generation.Methods;

/// <summary>Reads which part a method's user wants at a seam.</summary>
internal static class SeamChoice
{
    /// <summary>
    /// Reads the part, and notes what settings the other parts have, so that those are refused by saying whose they are.
    /// </summary>
    /// <param name="settings">What the user set.</param>
    /// <param name="seam">Name of the setting that chooses.</param>
    /// <param name="otherwise">The part that is taken if nothing is said.</param>
    /// <param name="read">Reads the settings of a part.</param>
    public static T Read<T>(MethodSettings settings, string seam, T otherwise, Action<T, MethodSettings> read)
        where T : struct, Enum
    {
        T chosen = settings.Choice(seam, otherwise);
        foreach (T other in Enum.GetValues<T>())
        {
            if (!EqualityComparer<T>.Default.Equals(other, chosen))
            {
                MethodSettings probe = new(settings.Method);
                read(other, probe);
                settings.NoteElsewhere(
                    probe.Used.Select(u => u.Key), $"{seam}={MethodSettings.Hyphenated(other)}", $"{seam}={MethodSettings.Hyphenated(chosen)}");
            }
        }
        return chosen;
    }
}
