using LongTake.Alignment.Grpo;
using LongTake.Alignment.Rewards;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Cache;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Alignment.Kvpo;

/// <summary>
/// The branches of one group: the beginning that they share, each one's continuation and recorded steps, and what generation held in its cache
/// where they part. The last continuation is the anchor's. Clips are decoded as viewers would see them, as a continuation of the shared beginning
/// (the release decodes the section by itself, which shifts its frames and hides its seam).
/// </summary>
internal sealed class KvpoRollout(
    KvpoParts parts, KvpoRecipe recipe, ForkPlan plan, ScriptClips script, IReadOnlyList<Tensor> prefix, KeyValueCache fork) : IGroupRollout
{
    private readonly List<IReadOnlyList<Tensor>> _members = [];
    private byte[]? _prefixFrames;
    private IReadOnlyList<Tensor> _decoderState = [];
    private int _decodedMember = -1;
    private byte[] _decoded = [];

    /// <inheritdoc/>
    public int Count => Trajectories.Count;

    /// <summary>Where branches part and what they read.</summary>
    public ForkPlan Plan { get; } = plan;

    /// <summary>The cache of generation at the fork, before its chunk.</summary>
    public KeyValueCache Fork { get; } = fork;

    /// <summary>Features of the prompt that holds in the section, [1, n, text_dim].</summary>
    public required Tensor Prompt { get; init; }

    /// <summary>Recorded steps of each branch.</summary>
    public List<Trajectory> Trajectories { get; } = [];

    /// <summary>Those of the anchor, if they were recorded.</summary>
    public Trajectory? Anchor { get; set; }

    /// <summary>Energies under the policy that acted and the initial one, once computed: they do not change from epoch to epoch.</summary>
    public (double[] Acting, double[] Initial)? References { get; set; }

    /// <summary>Latents of what the members share, chunk by chunk.</summary>
    public IReadOnlyList<Tensor> Prefix { get; } = prefix;

    /// <summary>Latents of a member's continuation from the fork on, chunk by chunk; they are owned.</summary>
    public IReadOnlyList<Tensor> Continuation(int member) => _members[member];

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Figures => [new("fork", Plan.Fork), new("overlap", Plan.Overlap)];

    /// <summary>Adds the next member's latents, which are owned from here on.</summary>
    public void Add(IReadOnlyList<Tensor> continuation) => _members.Add(continuation);

    /// <inheritdoc/>
    public IReadOnlyList<RewardClip> Clips(Compute compute, int signal, int member)
    {
        Decode(compute, member);
        int size = parts.Settings.Height * parts.Settings.Width * 3;
        bool local = recipe.LocalWeight > 0 && signal == 0;
        if (local)
        {
            int start = FrameGrid.LatentStart(Plan.SectionStart), end = FrameGrid.LatentStart(Plan.SectionEnd);
            return [script.Clip(start, _decoded.AsMemory(start * size, (end - start) * size))];
        }
        List<RewardClip> clips = [];
        int changed = FrameGrid.LatentStart(Plan.Fork);
        for (int scene = 0, first = 0; first < script.FrameCount; scene++)
        {
            (first, int end) = script.FramesOf(scene);
            int count = Math.Min(recipe.GlobalFrames, end - first), from = first + ((end - first - count) / 2);
            // Clips that end before the fork are the same for all members: their scores would cancel.
            if (from + count > changed)
            {
                clips.Add(script.Clip(from, _decoded.AsMemory(from * size, count * size)));
            }
            first = end;
        }
        return clips;
    }

    public void Dispose()
    {
        foreach (Tensor t in (IEnumerable<Tensor>)[.. Prefix, .. _members.SelectMany(m => m), .. _decoderState, Prompt])
        {
            t.Dispose();
        }
        Trajectories.ForEach(t => t.Dispose());
        Anchor?.Dispose();
        Trajectories.Clear();
        _members.Clear();
        _decoderState = [];
        Fork.Dispose();
    }

    /// <summary>Decodes the shared beginning once, and one member at a time.</summary>
    private void Decode(Compute compute, int member)
    {
        if (_decodedMember == member)
        {
            return;
        }
        using WanVaeStreamingDecoder decoder = new(parts.Vae.Decoder);
        if (_prefixFrames is null)
        {
            _prefixFrames = KvpoParts.Decode(compute, decoder, Prefix);
            _decoderState = [.. decoder.Save().Select(TensorScope.Detach)];
        }
        else
        {
            decoder.Load(_decoderState);
        }
        byte[] rest = KvpoParts.Decode(compute, decoder, _members[member]);
        _decoded = [.. _prefixFrames, .. rest];
        _decodedMember = member;
    }
}
