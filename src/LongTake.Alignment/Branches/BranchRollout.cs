using LongTake.Alignment.Grpo;
using LongTake.Alignment.Rewards;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Cache;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Alignment.Branches;

/// <summary>
/// The branches of one group: the beginning that they share, each one's continuation, recorded steps where a method needs them, and what generation
/// held in its cache where they part. An anchor's continuation is the last. Clips are decoded as viewers would see them, as a continuation of the
/// shared beginning (KVPO's release decodes the section by itself, which shifts its frames and hides its seam).
/// </summary>
/// <param name="parts">Decodes.</param>
/// <param name="recipe">What is scored.</param>
/// <param name="point">Where members part.</param>
/// <param name="script">What the video shall show.</param>
/// <param name="prefix">Latents of the shared beginning, chunk by chunk; owned.</param>
/// <param name="fork">The cache of generation at the fork, before its chunk; owned.</param>
/// <param name="prompt">Features of the prompt that holds in the section, [1, n, text_dim]; owned.</param>
internal class BranchRollout(
    GeneratorParts parts,
    BranchRecipe recipe,
    ForkPoint point,
    ScriptClips script,
    IReadOnlyList<Tensor> prefix,
    KeyValueCache fork,
    Tensor prompt) : IGroupRollout
{
    private readonly List<IReadOnlyList<Tensor>> _members = [];
    private byte[]? _prefixFrames;
    private IReadOnlyList<Tensor> _decoderState = [];
    private int _decodedMember = -1;
    private byte[] _decoded = [];

    /// <inheritdoc/>
    public int Count => recipe.GroupSize;

    /// <summary>Where members part.</summary>
    public ForkPoint Point => point;

    /// <summary>The cache of generation at the fork, before its chunk.</summary>
    public KeyValueCache Fork => fork;

    /// <summary>Features of the prompt that holds in the section, [1, n, text_dim].</summary>
    public Tensor Prompt => prompt;

    /// <summary>Recorded steps of each branch; empty where a method needs none.</summary>
    public List<Trajectory> Trajectories { get; } = [];

    /// <summary>Latents of what the members share, chunk by chunk.</summary>
    public IReadOnlyList<Tensor> Prefix => prefix;

    /// <inheritdoc/>
    public virtual IReadOnlyList<KeyValuePair<string, double>> Figures => [new("fork", point.Fork)];

    /// <summary>Latents of a member's continuation from the fork on, chunk by chunk [1, n, C, h, w]; they are owned.</summary>
    public IReadOnlyList<Tensor> Continuation(int member) => _members[member];

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
            int start = FrameGrid.LatentStart(point.SectionStart), end = FrameGrid.LatentStart(point.SectionEnd);
            return [script.Clip(start, _decoded.AsMemory(start * size, (end - start) * size))];
        }
        List<RewardClip> clips = [];
        int changed = FrameGrid.LatentStart(point.Fork);
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

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        foreach (Tensor t in (IEnumerable<Tensor>)[.. prefix, .. _members.SelectMany(m => m), .. _decoderState, prompt])
        {
            t.Dispose();
        }
        Trajectories.ForEach(t => t.Dispose());
        Trajectories.Clear();
        _members.Clear();
        _decoderState = [];
        fork.Dispose();
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
            _prefixFrames = GeneratorParts.Decode(compute, decoder, prefix);
            _decoderState = prefix.Count == 0 ? [] : [.. decoder.Save().Select(TensorScope.Detach)];
        }
        else if (prefix.Count > 0)
        {
            decoder.Load(_decoderState);
        }
        byte[] rest = GeneratorParts.Decode(compute, decoder, _members[member]);
        _decoded = [.. _prefixFrames, .. rest];
        _decodedMember = member;
    }
}
