using LongTake.Generation.Methods.Flex;
using LongTake.Generation.Noise;
using LongTake.Generation.Streaming;

namespace LongTake.Generation.Methods;

/// <summary>The setting <c>noise</c> of presets that leave it open: a law by name, and the law's own settings.</summary>
internal static class NoiseChoice
{
    /// <summary>Reads it.</summary>
    /// <exception cref="ArgumentException">A value is out of its range or belongs to another law.</exception>
    public static Func<RunInfo, INoisePolicy> Read(MethodSettings settings)
    {
        NoiseLaw law = SeamChoice.Read(settings, "noise", NoiseLaw.Iid, (other, s) => Of(other, s));
        CorrelatedNoiseOptions noise = Of(law, settings);
        noise.Validate();
        return noise.Create;
    }

    private static CorrelatedNoiseOptions Of(NoiseLaw law, MethodSettings settings) =>
        law == NoiseLaw.Iid ? new() { Law = law } : FlexPresets.Correlation(law, settings, NoiseScope.Stream);
}
