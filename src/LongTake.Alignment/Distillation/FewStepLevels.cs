using LongTake.Generation.Schedulers;

namespace LongTake.Alignment.Distillation;

/// <summary>The student's timesteps and their noise levels. Source: spec autoregressive-streaming.md 3.2 and 4.1.</summary>
internal sealed class FewStepLevels
{
    private readonly FlowMatchSchedule _table;

    public FewStepLevels(IReadOnlyList<int> steps, double shift)
    {
        _table = new FlowMatchSchedule(shift);
        Timesteps = _table.FewStepTimesteps(steps);
        Sigmas = Array.ConvertAll(Timesteps, _table.SigmaOf);
    }

    /// <summary>Number of steps K.</summary>
    public int Count => Timesteps.Length;

    /// <summary>What the network is told at each step, falling.</summary>
    public float[] Timesteps { get; }

    /// <summary>Noise level at each step.</summary>
    public float[] Sigmas { get; }

    /// <summary>Noise level of the table entry nearest to a timestep.</summary>
    public float SigmaOf(double timestep) => _table.SigmaOf((float)timestep);
}
