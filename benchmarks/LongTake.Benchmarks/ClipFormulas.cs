using System.Globalization;
using LongTake.Generation.Clips;

namespace LongTake.Benchmarks;

/// <summary>Network calls a latent as specifications give them, so that what is counted has something to be held against that is not the program's own plan.</summary>
internal static class ClipFormulas
{
    /// <summary>The calls of a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="run">The run, with the method's steps in its sampler.</param>
    /// <param name="latents">Latents of the video, of methods that have all of them in work.</param>
    /// <returns>Calls a latent in the steady state, a guided one counted once; null where no formula is given.</returns>
    public static double? CallsPerLatent(ClipMethod method, ClipRunInfo run, long latents)
    {
        Dictionary<string, string> settings = method.Settings.ToDictionary(s => s.Key, s => s.Value);
        int Int(string name) => int.Parse(settings[name], CultureInfo.InvariantCulture);
        int frames = run.ClipFrames;
        int steps = run.Sampler.Steps;
        switch (method.Name)
        {
            // fifo-and-sliding-window.md 2.9.
            case "fifo":
                return settings["windows"] switch
                {
                    "lookahead" => 2 * Int("partitions"),
                    "blocks" => Int("partitions"),
                    _ => null,
                };

            // fifo-and-sliding-window.md 8.
            case "scalingnoise":
                return Int("beams") * ((2 * Int("partitions")) - 1 + Int("candidates"));

            // miga.md 4.3 and 9: W(L) windows for Z latents, L = S1 Z, and E / S a latent in the unified steps and as much again in each refinement.
            case "miga":
                int stride = Int("stride") > 0 ? Int("stride") : frames / 2;
                int guidance = Int("guidance");
                int unified = Int("unified-steps");
                int zigzag = Int("zigzag");
                double queue = steps > unified ? (Math.Ceiling((double)(((steps - unified) * zigzag) - frames + guidance) / stride) + 1) / zigzag : 0;
                return queue + ((double)(unified + (Int("refine") * Int("refine-steps"))) / stride);

            // fifo-and-sliding-window.md 3: a window begins every S latents in every step.
            case "gen-l-video":
                int window = Int("window") > 0 ? Int("window") : frames;
                int apart = Int("stride") > 0 ? Int("stride") : window / 2;
                return steps * ((double)((latents - window + apart - 1) / apart) + 1) / latents;

            // One call of all latents a step.
            case "direct":
                return (double)steps / latents;

            default:
                return null;
        }
    }
}
