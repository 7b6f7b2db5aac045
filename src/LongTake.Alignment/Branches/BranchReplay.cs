using LongTake.Alignment.Grpo;
using LongTake.Generation.Cache;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Alignment.Branches;

/// <summary>
/// Goes through the chunks of a branch again under the context of generation, with whatever adapters are attached. Gradients flow through single
/// network calls, not through the cache: each call is recorded and propagated before the next begins, so that memory is that of one call.
/// Source: spec rewards-and-grpo, section B7; kvpo, section 6.2.
/// </summary>
/// <param name="transformer">The network.</param>
/// <param name="cache">Works in it; has the context of generation. Owned.</param>
/// <param name="calls">Takes the calls.</param>
internal sealed class BranchReplay(WanTransformer transformer, KeyValueCache cache, GeneratorCalls calls) : IDisposable
{
    private readonly int[] _slots = [.. Enumerable.Range(0, cache.Capacity)];

    /// <summary>Goes through consecutive chunks of one length.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="fork">What generation had in its cache before the first of them.</param>
    /// <param name="text">The prompt, prepared with the adapters that are attached.</param>
    /// <param name="firstFrame">First latent frame of the first chunk.</param>
    /// <param name="frames">Latent frames of a chunk.</param>
    /// <param name="chunks">How many.</param>
    /// <param name="visit">
    /// Makes a chunk's calls and gives the clean latents [1, C, n, h, w] that the next one follows; what it gives for the last is not looked at.
    /// </param>
    public void Run(
        Compute compute, KeyValueCache fork, TextContext text, long firstFrame, int frames, int chunks, Func<int, Tensor?> visit)
    {
        cache.TakeOver(fork, _slots.AsSpan(0, fork.Frames.Length));
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            using TensorScope scope = TensorScope.Open();
            cache.BeginChunk(firstFrame + (chunk * frames), frames);
            Tensor? clean = visit(chunk);
            if (chunk + 1 < chunks)
            {
                Forward(compute, clean!, 0, text);
                cache.Commit();
            }
        }
    }

    /// <summary>One call on the chunk that is visited; with a tape that records, its velocity carries the gradient.</summary>
    /// <param name="compute">Where to compute.</param>
    /// <param name="x">[1, C, n, h, w].</param>
    /// <param name="timestep">What the network is told.</param>
    /// <param name="text">The prompt.</param>
    public Tensor Forward(Compute compute, Tensor x, float timestep, TextContext text)
    {
        calls.AddReplay(compute.IsRecording);
        Tensor timesteps = Tensor.From([timestep], [1]);
        return transformer.Forward(compute, x, timesteps, text, cache);
    }

    /// <summary>Gives the cache's memory back.</summary>
    public void Dispose() => cache.Dispose();
}
