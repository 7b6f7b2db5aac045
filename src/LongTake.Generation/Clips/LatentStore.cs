using System.Globalization;
using LongTake.Generation.Streaming;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Clips;

/// <summary>
/// Latents in work, each with its place in the video, its noise level and what the solver remembers of it. A fixed number of slots in native memory, made
/// once; whoever owns the store decides what a slot means (a place of the video, a ring of a queue).
/// </summary>
public sealed class LatentStore : IDisposable
{
    private readonly Tensor _samples;
    private readonly Tensor? _history;
    private readonly float[] _noise;
    private readonly long[] _places;
    private readonly int[] _levels;
    private readonly SolverMemory[] _memories;
    private readonly ulong _seed;

    /// <summary>Makes a store.</summary>
    /// <param name="slots">Latents there is room for.</param>
    /// <param name="latent">Shape of a latent [C, h, w].</param>
    /// <param name="solver">What moves them.</param>
    /// <param name="seed">Seed of the noise of solvers that need some.</param>
    public LatentStore(int slots, Shape latent, LatentSolver solver, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        Solver = solver;
        LatentSize = checked((int)latent.Count);
        _seed = seed;
        _samples = TensorScope.Detach(Tensor.Zeros([slots, LatentSize]));
        _history = solver.HistoryLatents == 0 ? null : TensorScope.Detach(Tensor.Zeros([slots, solver.HistoryLatents, LatentSize]));
        _noise = solver.NeedsNoise ? new float[LatentSize] : [];
        _places = new long[slots];
        _levels = new int[slots];
        _memories = new SolverMemory[slots];
    }

    /// <summary>What moves the latents.</summary>
    public LatentSolver Solver { get; }

    /// <summary>Numbers of a latent.</summary>
    public int LatentSize { get; }

    /// <summary>Latents there is room for.</summary>
    public int Slots => _levels.Length;

    /// <summary>Bytes of a store.</summary>
    /// <param name="slots">Latents.</param>
    /// <param name="latentSize">Numbers of a latent.</param>
    /// <param name="solver">What moves them.</param>
    public static long BytesOf(long slots, int latentSize, LatentSolver solver) => sizeof(float) * slots * (1 + solver.HistoryLatents) * latentSize;

    /// <summary>The latent in a slot, C h w numbers.</summary>
    public Span<float> Sample(int slot) => _samples.Span.Slice(slot * LatentSize, LatentSize);

    /// <summary>Place in the video of the latent in a slot.</summary>
    public long Place(int slot) => _places[slot];

    /// <summary>Noise level of the latent in a slot: 0 is pure noise, <see cref="LatentSolver.Steps"/> clean.</summary>
    public int Level(int slot) => _levels[slot];

    /// <summary>What the network is told of the latent in a slot.</summary>
    public float Timestep(int slot) => Solver.Timestep(_levels[slot]);

    /// <summary>Says what a slot holds from now on; its numbers are the caller's to fill (<see cref="Sample"/>), its history is empty.</summary>
    public void Reset(int slot, long place, int level)
    {
        _places[slot] = place;
        _levels[slot] = level;
        _memories[slot] = default;
    }

    /// <summary>Noises a clean latent back to a level, with an empty history.</summary>
    public void Renoise(int slot, int level, ReadOnlySpan<float> noise)
    {
        Solver.AddNoise(Sample(slot), noise, level, Sample(slot));
        Reset(slot, _places[slot], level);
    }

    /// <summary>Moves the latent in a slot to the next level.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="prediction">The network's output for it.</param>
    public void Step(int slot, ReadOnlySpan<float> prediction)
    {
        if (Solver.NeedsNoise)
        {
            ClipNoise.Solver(_seed, _places[slot], _levels[slot], _noise);
        }
        Solver.Step(_levels[slot], prediction, Sample(slot), History(slot), ref _memories[slot], _noise);
        _levels[slot]++;
    }

    /// <summary>Copies a latent with all that belongs to it from a slot of a store of the same kind.</summary>
    public void Take(int slot, LatentStore source, int from)
    {
        source.Sample(from).CopyTo(Sample(slot));
        source.History(from).CopyTo(History(slot));
        _places[slot] = source._places[from];
        _levels[slot] = source._levels[from];
        _memories[slot] = source._memories[from];
    }

    /// <summary>Puts everything into a snapshot.</summary>
    /// <param name="state">The snapshot.</param>
    /// <param name="name">Prefix of the names in it.</param>
    public void Save(GenerationState state, string name)
    {
        state.Put($"{name}.samples", _samples);
        if (_history is not null)
        {
            state.Put($"{name}.history", _history);
        }
        state.Put($"{name}.places", Join(_places));
        state.Put($"{name}.levels", Join(_levels));
        state.Put($"{name}.estimates", Join(_memories.Select(m => m.Estimates)));
        state.Put($"{name}.orders", Join(_memories.Select(m => m.LastOrder)));
    }

    /// <summary>Takes a snapshot over.</summary>
    /// <exception cref="CheckpointException">It is damaged, or of another store.</exception>
    public void Restore(GenerationState state, string name)
    {
        Copy(state.Tensor($"{name}.samples"), _samples, name);
        if (_history is not null)
        {
            Copy(state.Tensor($"{name}.history"), _history, name);
        }
        long[] places = Split(state, $"{name}.places");
        long[] levels = Split(state, $"{name}.levels");
        long[] estimates = Split(state, $"{name}.estimates");
        long[] orders = Split(state, $"{name}.orders");
        for (int i = 0; i < Slots; i++)
        {
            _places[i] = places[i];
            _levels[i] = (int)levels[i];
            _memories[i] = new SolverMemory((int)estimates[i], (int)orders[i]);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _samples.Dispose();
        _history?.Dispose();
    }

    private Span<float> History(int slot)
    {
        int size = Solver.HistoryLatents * LatentSize;
        return _history is null ? default : _history.Span.Slice(slot * size, size);
    }

    private static void Copy(Tensor saved, Tensor target, string name)
    {
        if (saved.Shape != target.Shape)
        {
            throw new CheckpointException($"The saved state has {name} of shape {saved.Shape}; {target.Shape} is expected.");
        }
        target.CopyFrom(saved);
    }

    private static string Join<T>(IEnumerable<T> values) => string.Join(' ', values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v}")));

    private long[] Split(GenerationState state, string name)
    {
        string[] parts = state.Text(name).Split(' ');
        long[] values = new long[Slots];
        for (int i = 0; i < values.Length; i++)
        {
            if (parts.Length != Slots || !long.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out values[i]))
            {
                throw new CheckpointException($"The saved state's '{name}' is damaged, or was made by another version.");
            }
        }
        return values;
    }
}
