using LongTake.Generation.Clips;
using LongTake.Generation.Samplers;
using LongTake.Generation.Schedulers;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Clips;

public class LatentSolverTests
{
    /// <summary>Source: miga.md 3.3, computed in double precision.</summary>
    [Theory]
    [InlineData(1.0, 0, new[] { 0.991269, 0.980163, 0.965608, 0.945832, 0.917405, 0.873184, 0.795364, 0.635900 })]
    [InlineData(0.7, 4, new[] { 0.677518, 0.641830, 0.579479, 0.452455 })]
    public void UniPC_gives_the_golden_values(double start, int level, double[] expected)
    {
        LatentUniPC solver = new(8, 5);
        float[] sample = [(float)start];
        float[] history = new float[solver.HistoryLatents];
        SolverMemory memory = default;
        foreach (double value in expected)
        {
            double x = sample[0];
            float[] velocity = [(float)((0.5 * x) - (0.2 * solver.Sigmas[level]) + (0.1 * Math.Sin(3 * x)))];
            solver.Step(level++, velocity, sample, history, ref memory, []);
            Assert.Equal(value, sample[0], 2e-6);
        }
        Assert.Equal(8, level);
    }

    /// <summary>Source: miga.md 3.1.</summary>
    [Fact]
    public void Timesteps_and_landmarks_of_54_steps_are_the_golden_ones()
    {
        int[] expected =
        [
            999, 996, 992, 988, 984, 979, 975, 970, 966, 961, 956, 951, 945, 940, 934, 928, 922, 915, 908, 901, 894, 886, 878, 870, 861, 852, 843, 833, 822,
            811, 799, 787, 774, 760, 745, 730, 713, 696, 677, 657, 636, 612, 587, 560, 531, 499, 464, 426, 384, 337, 285, 227, 161, 86,
        ];
        LatentUniPC solver = new(54, 5);
        Assert.Equal(expected, Enumerable.Range(0, 54).Select(i => (int)solver.Timestep(i)));
        Assert.Equal(0, solver.Timestep(54));
        Assert.Equal(0.9563, solver.Sigmas[10], 5e-5);
        Assert.Equal(0.5609, solver.Sigmas[43], 5e-5);
        Assert.Equal(0.5316, solver.Sigmas[44], 5e-5);
        Assert.Equal(0.0861, solver.Sigmas[53], 5e-5);
    }

    [Theory]
    [InlineData(SamplerKind.Euler, 2)]
    [InlineData(SamplerKind.UniPC, 1)]
    [InlineData(SamplerKind.UniPC, 2)]
    [InlineData(SamplerKind.UniPC, 3)]
    public void From_noise_it_is_the_solver_of_whole_clips_bit_for_bit(SamplerKind kind, int order)
    {
        const int Steps = 9;
        const int Size = 24;
        FlowSolver whole = kind == SamplerKind.Euler ? new FlowEuler(Steps, 5) : new FlowUniPC(Steps, 5, order);
        LatentStore store = new(2, [6, 2, 2], LatentSolver.For(new SamplerOptions { Kind = kind, Steps = Steps, Shift = 5, Order = order }));
        float[] sample = new float[Size];
        new CounterRandom(1, 1).FillNormal(sample);
        store.Reset(1, 17, 0);
        sample.CopyTo(store.Sample(1));
        whole.Begin(Size);
        float[] velocity = new float[Size];
        for (int i = 0; i < Steps; i++)
        {
            Assert.Equal(whole.Timesteps[i], store.Timestep(1));
            new CounterRandom(2, (ulong)i).FillNormal(velocity);
            whole.Step(velocity, sample);
            store.Step(1, velocity);
            Assert.Equal(sample, store.Sample(1).ToArray());
        }
        Assert.Equal(Steps, store.Level(1));
        store.Dispose();
    }

    [Theory]
    [InlineData(SamplerKind.Euler)]
    [InlineData(SamplerKind.UniPC)]
    public void An_oracle_leads_to_its_target_from_any_level(SamplerKind kind)
    {
        const float Target = 0.37f;
        FlowLatentSolver solver = (FlowLatentSolver)LatentSolver.For(new SamplerOptions { Kind = kind, Steps = 12 });
        for (int start = 0; start < 12; start++)
        {
            float[] sample = [1.9f];
            float[] history = new float[solver.HistoryLatents];
            SolverMemory memory = default;
            for (int level = start; level < 12; level++)
            {
                float[] velocity = [(sample[0] - Target) / solver.Sigmas[level]];
                solver.Step(level, velocity, sample, history, ref memory, []);
            }
            Assert.Equal(Target, sample[0], 1e-5f);
        }
    }

    [Fact]
    public void Samplers_without_such_a_form_are_refused()
    {
        Assert.Contains("unipc", Assert.Throws<ArgumentException>(() => LatentSolver.For(new SamplerOptions { Kind = SamplerKind.DpmSolver })).Message);
        Assert.Contains("distilled", Assert.Throws<ArgumentException>(() => LatentSolver.For(new SamplerOptions())).Message);
    }

    [Fact]
    public void Ddim_steps_as_its_formula_says()
    {
        DdimSchedule schedule = new(64);
        Assert.Equal(0, schedule.Timesteps[0]);
        Assert.Equal(999, schedule.Timesteps[63]);
        Assert.Equal(16, schedule.Timesteps[1]);
        LatentDdim solver = new(schedule, eta: 0.7);
        Assert.Equal(999, solver.Timestep(0));
        int index = 63 - 5;
        (double a, double next) = (schedule.Alpha(index), schedule.Alpha(index - 1));
        double sigma = 0.7 * Math.Sqrt((1 - next) / (1 - a) * (1 - (a / next)));
        float[] sample = [0.8f];
        SolverMemory memory = default;
        solver.Step(5, [0.3f], sample, [], ref memory, [1.5f]);
        double clean = (0.8 - (Math.Sqrt(1 - a) * 0.3)) / Math.Sqrt(a);
        Assert.Equal((Math.Sqrt(next) * clean) + (Math.Sqrt(1 - next - (sigma * sigma)) * 0.3) + (sigma * 1.5), sample[0], 1e-6);
    }

    [Fact]
    public void Ddim_with_an_oracle_ends_at_the_least_noise_and_its_last_step_changes_nothing()
    {
        DdimSchedule schedule = new(20);
        LatentDdim solver = new(schedule, eta: 0);
        const float Target = -0.6f;
        const float Noise = 1.1f;
        float[] sample = [0];
        solver.AddNoise([Target], [Noise], 0, sample);
        SolverMemory memory = default;
        for (int level = 0; level < 20; level++)
        {
            float before = sample[0];
            solver.Step(level, [Noise], sample, [], ref memory, []);
            if (level == 19)
            {
                Assert.Equal(before, sample[0], 1e-6f);
            }
        }
        Assert.Equal((Math.Sqrt(schedule.Alpha(0)) * Target) + (Math.Sqrt(1 - schedule.Alpha(0)) * Noise), sample[0], 1e-5);
        float[] clean = [0];
        solver.ToClean(sample, [Noise], 19, clean);
        Assert.Equal(Target, clean[0], 1e-5f);
    }

    [Fact]
    public void What_a_solver_remembers_goes_with_the_latent()
    {
        LatentSolver solver = new LatentUniPC(10);
        using LatentQueue a = new(3, [3, 2, 2], solver, 1);
        using LatentQueue b = new(5, [3, 2, 2], solver, 1);
        a.PushNoise(0);
        a.PushNoise(1);
        float[] velocity = new float[12];
        for (int i = 0; i < 3; i++)
        {
            new CounterRandom(8, (ulong)i).FillNormal(velocity);
            a.Step(1, velocity);
        }
        b.PushNoise(7);
        b.PushCopy(a, 1);
        a.Pop(1);
        a.PushNoise(2);
        new CounterRandom(8, 9).FillNormal(velocity);
        a.Step(0, velocity);
        b.Step(1, velocity);
        Assert.Equal(a.Sample(0).ToArray(), b.Sample(1).ToArray());
        Assert.Equal((1, 4), (b.Place(1), b.Level(1)));

        // Without a history the step is another one, so the history above was really there.
        b.PushCopy(a, 0);
        b.Relabel(2, b.Level(2));
        a.Step(0, velocity);
        b.Step(2, velocity);
        Assert.NotEqual(a.Sample(0).ToArray(), b.Sample(2).ToArray());
    }
}
