using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>
/// A context that is chosen once a scene. Where a scene changes, sink and newest frames stay whole, and of all tokens between them so many
/// are kept as a number of frames has, the same ones in every layer, head and step; after that the scene's own frames are added. A scene that
/// outgrows its window slides: the oldest whole frames go, recent ones of the scene before first; sink and chosen tokens stay. What was not
/// chosen is forgotten, so that memory and work do not depend on the length of the video; in the release the whole past stays in memory and can be
/// chosen from again. Source: spec inflvg, section 3 (arXiv 2505.17574).
/// </summary>
public sealed class InfLvgContext : IContextPolicy, IStatefulPart, IDisposable
{
    private readonly IContextChoice _choice;
    private float[][] _subjects = [];
    private int[][] _rows = [];
    private int _transition;
    private int _first;
    private int _end;
    private int _held;
    private bool _isPending;

    /// <summary>Makes the policy.</summary>
    /// <param name="sink">First frames of the video that stay.</param>
    /// <param name="keep">Frames' worth of tokens that are chosen, K = keep x P; at least 1.</param>
    /// <param name="recent">Newest frames of a scene that stay whole when the next one begins.</param>
    /// <param name="scene">Frames of a scene that are attended to, the chunk in work included.</param>
    /// <param name="choice">What chooses; disposed with the policy.</param>
    /// <exception cref="ArgumentException">The numbers do not fit together.</exception>
    public InfLvgContext(int sink, int keep, int recent, int scene, IContextChoice choice)
    {
        if (sink < 0 || keep < 1 || recent < 0 || scene < 1)
        {
            throw new ArgumentException(
                $"A sink of {sink}, {keep} frames' worth of chosen tokens, {recent} recent frames and {scene} of a scene make no context; " +
                "chosen tokens and scene are at least 1, the others at least 0.",
                nameof(keep));
        }
        Sink = sink;
        ChosenSlots = keep;
        Recent = recent;
        Scene = scene;
        _choice = choice;
    }

    /// <inheritdoc/>
    public int Capacity => Sink + ChosenSlots + Recent + Scene;

    /// <inheritdoc/>
    public SceneAnswer Answer(SceneChangeKind kind) => SceneAnswer.Usual(kind, Sink);

    /// <summary>First frames that stay.</summary>
    public int Sink { get; }

    /// <inheritdoc/>
    public int ChosenSlots { get; }

    /// <summary>Newest frames that stay whole where a scene changes.</summary>
    public int Recent { get; }

    /// <summary>Frames of a scene that are attended to.</summary>
    public int Scene { get; }

    /// <inheritdoc/>
    public void Check(WanTransformer transformer, CacheLayout layout) => _choice.Check(transformer, layout);

    /// <inheritdoc/>
    public void MakeRoom(ReadOnlySpan<CachedFrame> held, int incoming, Span<bool> keep)
    {
        if (incoming > Scene)
        {
            throw new InvalidOperationException($"A chunk of {incoming} latent frames is longer than the {Scene} of a scene that are attended to.");
        }

        // Where frames were dropped since the choice (a second change of the prompt that flushes), it speaks of tokens that are gone.
        _isPending = _isPending && held.Length == _held;
        if (_isPending)
        {
            keep[_first.._end].Clear();
            return;
        }
        int evict = held.Length + incoming - Capacity;
        for (int i = 0; i < held.Length && evict > 0; i++)
        {
            if (held[i].Role == FrameRole.Frame && held[i].Index >= Sink)
            {
                keep[i] = false;
                evict--;
            }
        }
    }

    /// <inheritdoc/>
    public TokenChoice? ChooseSlots(ReadOnlySpan<CachedFrame> held, int incoming)
    {
        if (!_isPending)
        {
            return null;
        }
        _isPending = false;
        return new TokenChoice(_first, ChosenSlots, held[_end - 1].Index);
    }

    /// <inheritdoc/>
    public void ChooseTokens(in CacheCall call, int layer, int sample, Tensor queries, KeyValueCache cache, Span<int> rows) =>
        _rows[sample % _rows.Length].CopyTo(rows);

    /// <inheritdoc/>
    public void OnCommit(KeyValueCache cache)
    {
        if (_choice.SubjectTokens == 0 || _subjects.Length > 0)
        {
            return;
        }
        _subjects = new float[VideosOf(cache)][];
        for (int i = 0; i < _subjects.Length; i++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor tokens = ContextCandidates.TokensOf(cache, i);
            _subjects[i] = tokens.Rows(0, Math.Min(_choice.SubjectTokens, tokens.Shape[0])).Span.ToArray();
        }
    }

    /// <summary>The choice, the place in the story, the subject's tokens, and a choice made and not yet applied.</summary>
    public byte[] SaveState()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(_choice.Identity);
        writer.Write(_transition);
        writer.Write(_first);
        writer.Write(_end);
        writer.Write(_held);
        writer.Write(_isPending);
        writer.Write(_subjects.Length);
        foreach (float[] subject in _subjects)
        {
            writer.Write(subject.Length);
            Array.ForEach(subject, writer.Write);
        }
        int[][] pending = _isPending ? _rows : [];
        writer.Write(pending.Length);
        foreach (int[] rows in pending)
        {
            writer.Write(rows.Length);
            Array.ForEach(rows, writer.Write);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <inheritdoc/>
    /// <exception cref="CheckpointException">The state is none, or tokens were chosen in another way.</exception>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        try
        {
            using BinaryReader reader = new(new MemoryStream(state.ToArray()));
            string identity = reader.ReadString();
            if (identity != _choice.Identity)
            {
                throw new CheckpointException($"The saved run chose its context by {identity}, this one by {_choice.Identity}; use the same to go on.");
            }
            _transition = reader.ReadInt32();
            _first = reader.ReadInt32();
            _end = reader.ReadInt32();
            _held = reader.ReadInt32();
            _isPending = reader.ReadBoolean();
            _subjects = ReadAll(reader, r => r.ReadSingle());
            _rows = ReadAll(reader, r => r.ReadInt32());
        }
        catch (Exception e) when (e is EndOfStreamException or OverflowException)
        {
            throw new CheckpointException("The saved state of the chosen context is damaged.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _choice.Dispose();

    /// <summary>Chooses for the scene that begins. Everything held is still in place; tokens move when the next chunk begins.</summary>
    internal void StartScene(KeyValueCache cache)
    {
        _transition++;
        _held = cache.Frames.Length;
        _first = Math.Min(Sink, _held);
        _end = Math.Max(_first, _held - Recent);

        // With no more candidates than are kept there is nothing to choose: all of them stay.
        _isPending = _end - _first > ChosenSlots;
        if (!_isPending)
        {
            return;
        }
        int perFrame = cache.Layout.TokensPerFrame;
        _rows = new int[VideosOf(cache)][];
        for (int i = 0; i < _rows.Length; i++)
        {
            float[] subject = _subjects.Length == 0 ? [] : _subjects[i];
            ContextCandidates candidates = new(cache, i, _transition, _first, _end - _first, subject);
            int[] chosen = new int[ChosenSlots * perFrame];
            _choice.Choose(candidates, chosen);
            Array.Sort(chosen);
            for (int k = 0; k < chosen.Length; k++)
            {
                if (chosen[k] < 0 || chosen[k] >= candidates.Count || (k > 0 && chosen[k] == chosen[k - 1]))
                {
                    throw new InvalidOperationException($"Among {candidates.Count} candidates number {chosen[k]} was chosen twice, or is not there.");
                }
            }
            _rows[i] = Array.ConvertAll(chosen, row => (_first * perFrame) + row);
        }
    }

    private static int VideosOf(KeyValueCache cache) => cache.Layout.Batch / cache.Copies;

    private static T[][] ReadAll<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        T[][] all = new T[reader.ReadInt32()][];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = new T[reader.ReadInt32()];
            for (int k = 0; k < all[i].Length; k++)
            {
                all[i][k] = read(reader);
            }
        }
        return all;
    }
}
