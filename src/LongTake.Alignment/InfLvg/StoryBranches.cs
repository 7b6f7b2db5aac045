using LongTake.Alignment.Grpo;
using LongTake.Alignment.Rewards;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Alignment.InfLvg;

/// <summary>Beginnings of one scene under different contexts. Latents are kept; frames are decoded when they are asked for.</summary>
internal sealed class StoryBranches : IGroupRollout
{
    private readonly InfLvgParts _parts;
    private readonly ScriptClips _clips;
    private readonly int _firstFrame;
    private readonly byte[] _history;
    private readonly IReadOnlyList<Tensor> _decoderState;
    private readonly List<Tensor[]> _latents = [];
    private readonly List<IDisposable> _owned = [];

    /// <summary>Takes over what branches have in common.</summary>
    /// <param name="parts">The decoder.</param>
    /// <param name="clips">What frames shall show.</param>
    /// <param name="firstFrame">Number of the first frame of <paramref name="history"/> in the video.</param>
    /// <param name="history">Frames that come before, as rewards see them.</param>
    /// <param name="decoderState">State of the decoder after the history.</param>
    /// <param name="orders">The context of each branch, in the order of draws.</param>
    /// <param name="scores">Scores that contexts were drawn by.</param>
    public StoryBranches(
        InfLvgParts parts,
        ScriptClips clips,
        int firstFrame,
        byte[] history,
        IReadOnlyList<Tensor> decoderState,
        int[][] orders,
        double[] scores)
    {
        (_parts, _clips, _firstFrame, _history, _decoderState) = (parts, clips, firstFrame, history, decoderState);
        Orders = orders;
        Scores = scores;
    }

    /// <summary>The context of each branch, in the order of draws.</summary>
    public IReadOnlyList<int[]> Orders { get; }

    /// <summary>Scores that contexts were drawn by.</summary>
    public IReadOnlyList<double> Scores { get; }

    /// <summary>Candidates' keys [N, d], where they were kept.</summary>
    public Tensor? Keys { get; private set; }

    /// <summary>Text [L, d] that the policy was told, where it was kept.</summary>
    public Tensor? Text { get; private set; }

    /// <summary>Change of scene, from 1.</summary>
    public int Transition { get; private set; }

    /// <inheritdoc/>
    public int Count => Orders.Count;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Figures =>
        [KeyValuePair.Create("candidates", (double)Scores.Count), KeyValuePair.Create("overlap", Overlap())];

    /// <summary>Takes a branch over.</summary>
    public void Add(Tensor[] latents) => _latents.Add(latents);

    /// <summary>Takes over what a policy needs to score the candidates again.</summary>
    public void Keep(int transition, Tensor keys, Tensor text)
    {
        (Transition, Keys, Text) = (transition, keys, text);
        _owned.Add(keys);
        _owned.Add(text);
    }

    /// <inheritdoc/>
    public IReadOnlyList<RewardClip> Clips(Compute compute, int signal, int member)
    {
        using WanVaeStreamingDecoder decoder = new(_parts.Vae.Decoder);
        decoder.Load(_decoderState);
        byte[] frames = StoryTelling.Join([_history, .. _latents[member].Select(chunk => StoryTelling.Decode(compute, decoder, chunk))]);
        return [_clips.Clip(_firstFrame, frames)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable d in _owned.Concat(_decoderState).Concat(_latents.SelectMany(l => l)))
        {
            d.Dispose();
        }
        _owned.Clear();
        _latents.Clear();
    }

    /// <summary>Share of a context that the next branch's has too, mean over the branches: 1 when a policy has made up its mind.</summary>
    private double Overlap()
    {
        double sum = 0;
        for (int i = 0; i < Count; i++)
        {
            sum += Orders[i].Intersect(Orders[(i + 1) % Count]).Count() / (double)Orders[i].Length / Count;
        }
        return sum;
    }
}
