using LongTake.Generation.Clips;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Methods.ScalingNoise;

/// <summary>
/// One of the ways that a search pursues: a queue, and the latents that it has finished but that are not handed out yet, for other beams may
/// have finished others. A latent finished before two beams parted has the same number in both.
/// </summary>
internal sealed class SearchBeam : IDisposable
{
    private readonly Tensor _finished;
    private readonly long[] _numbers;
    private int _first;

    /// <summary>Makes an empty beam.</summary>
    /// <param name="run">The run.</param>
    /// <param name="solver">The solver.</param>
    /// <param name="queue">Latents of the queue.</param>
    /// <param name="waiting">Most finished latents that wait.</param>
    public SearchBeam(ClipRunInfo run, LatentSolver solver, int queue, int waiting)
    {
        Queue = new LatentQueue(queue, run.Latent, solver, run.Seed);
        _finished = TensorScope.Detach(Tensor.Zeros([waiting, run.LatentSize]));
        _numbers = new long[waiting];
    }

    /// <summary>Latents in work.</summary>
    public LatentQueue Queue { get; }

    /// <summary>The reward of the candidate that came into it last.</summary>
    public double Reward { get; set; }

    /// <summary>Finished latents that wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>Number of the one that has waited longest.</summary>
    public long OldestNumber => _numbers[_first];

    /// <summary>The one that has waited longest.</summary>
    public ReadOnlySpan<float> Oldest => Latent(_first);

    /// <summary>Number of one that waits, by how many have waited longer.</summary>
    public long NumberOf(int index) => _numbers[(_first + index) % _numbers.Length];

    /// <summary>Takes a finished latent in.</summary>
    public void Finish(long number, ReadOnlySpan<float> latent)
    {
        int slot = (_first + Waiting) % _numbers.Length;
        latent.CopyTo(Latent(slot));
        _numbers[slot] = number;
        Waiting++;
    }

    /// <summary>Drops the one that has waited longest.</summary>
    public void Drop()
    {
        _first = (_first + 1) % _numbers.Length;
        Waiting--;
    }

    /// <summary>Becomes a copy of another beam.</summary>
    public void CopyFrom(SearchBeam source)
    {
        Queue.Clear();
        for (int i = 0; i < source.Queue.Count; i++)
        {
            Queue.PushCopy(source.Queue, i);
        }
        _finished.CopyFrom(source._finished);
        source._numbers.CopyTo(_numbers, 0);
        _first = source._first;
        Waiting = source.Waiting;
        Reward = source.Reward;
    }

    /// <summary>Puts everything into a snapshot.</summary>
    public void Save(GenerationState state, string name)
    {
        using Tensor numbers = Tensor.From<long>(_numbers, [_numbers.Length]);
        using Tensor reward = Tensor.From<double>([Reward], [1]);
        Queue.Save(state, name + ".queue");
        state.Put(name + ".finished", _finished);
        state.Put(name + ".numbers", numbers);
        state.Put(name + ".reward", reward);
        state.Put(name + ".first", _first);
        state.Put(name + ".waiting", Waiting);
    }

    /// <summary>Takes a snapshot over.</summary>
    /// <exception cref="CheckpointException">It is damaged, or of another search.</exception>
    public void Restore(GenerationState state, string name)
    {
        Tensor finished = state.Tensor(name + ".finished");
        Tensor numbers = state.Tensor(name + ".numbers");
        long first = state.Int64(name + ".first");
        long waiting = state.Int64(name + ".waiting");
        int room = _numbers.Length;
        if (finished.Shape != _finished.Shape || numbers.Count != room || first < 0 || first >= room || waiting < 0 || waiting > room)
        {
            throw new CheckpointException($"The saved state's '{name}' is damaged, or of a search with other settings.");
        }
        Queue.Restore(state, name + ".queue");
        _finished.CopyFrom(finished);
        numbers.AsSpan<long>().CopyTo(_numbers);
        Reward = state.Tensor(name + ".reward").AsSpan<double>()[0];
        _first = (int)first;
        Waiting = (int)waiting;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Queue.Dispose();
        _finished.Dispose();
    }

    private Span<float> Latent(int slot) => _finished.Span.Slice(slot * Queue.LatentSize, Queue.LatentSize);
}
