using LongTake.Generation.Cache;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Alignment.Branches;

/// <summary>How the members of one group come to differ: parts of the generator that are told of every member before it is made.</summary>
/// <typeparam name="TRollout">What the group becomes.</typeparam>
internal interface IBranching<TRollout>
    where TRollout : BranchRollout
{
    /// <summary>Where members part.</summary>
    ForkPoint Point { get; }

    /// <summary>Members, the anchor included where there is one.</summary>
    int Members { get; }

    /// <summary>The parts of the generator, for what is shared and for what is not.</summary>
    StreamingMethod Method { get; }

    /// <summary>Its sampler.</summary>
    IChunkSampler Sampler { get; }

    /// <summary>The slots of the generator's cache that generation as users get it would hold.</summary>
    int[] Deployed(ReadOnlySpan<CachedFrame> held);

    /// <summary>Makes the group, which owns what it is given.</summary>
    /// <param name="prefix">Latents of the shared beginning, chunk by chunk [1, n, C, h, w].</param>
    /// <param name="fork">What generation has in its cache at the fork.</param>
    /// <param name="prompt">Features of the prompt that holds there, [1, n, text_dim].</param>
    TRollout Begin(IReadOnlyList<Tensor> prefix, KeyValueCache fork, Tensor prompt);

    /// <summary>Told before a member is made.</summary>
    void Start(int member, TRollout rollout);

    /// <summary>Told when the last member is made, or work is given up.</summary>
    void End();
}
