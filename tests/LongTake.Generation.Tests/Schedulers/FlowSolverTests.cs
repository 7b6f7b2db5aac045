using System.Text.Json;
using LongTake.Generation.Schedulers;

namespace LongTake.Generation.Tests.Schedulers;

public class FlowSolverTests
{
    public static TheoryData<string> Fixtures =>
    [
        "scheduler_dpmpp_10steps_shift3", "scheduler_dpmpp_10steps_shift5", "scheduler_dpmpp_12steps_shift5_3",
        "scheduler_dpmpp_12steps_shift5_heun", "scheduler_dpmpp_25steps_shift3", "scheduler_dpmpp_25steps_shift5",
        "scheduler_unipc_10steps_shift3", "scheduler_unipc_10steps_shift5", "scheduler_unipc_12steps_shift5_3",
        "scheduler_unipc_25steps_shift3", "scheduler_unipc_25steps_shift5",
    ];

    [GoldenTheory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Fixtures))]
    public void Trajectory_is_the_reference(string fixture)
    {
        using GoldenFixture golden = GoldenFixture.Load(fixture);
        FlowSolver solver = SolverOf(golden.Config);
        golden.AssertClose("outputs.sigmas", [.. solver.Sigmas]);
        Assert.Equal(golden.I64("outputs.timesteps").ToArray(), solver.Timesteps.Select(t => (long)t));

        float[] sample = golden.F32("inputs.sample").ToArray();
        ReadOnlySpan<float> velocities = golden.F32("inputs.model_outputs");
        ReadOnlySpan<float> samples = golden.F32("outputs.samples");
        int n = sample.Length;
        for (int run = 0; run < 2; run++)
        {
            // A second run starts afresh.
            golden.F32("inputs.sample").CopyTo(sample);
            solver.Begin(n);
            for (int i = 0; i < solver.Steps; i++)
            {
                golden.AssertClose($"samples[{i}]", samples.Slice(i * n, n), sample);
                solver.Step(velocities.Slice(i * n, n), sample);
            }
            golden.AssertClose("last sample", samples.Slice(solver.Steps * n, n), sample);
        }
    }

    [Fact]
    public void UniPC_meets_the_scalar_trajectory_of_the_specification()
    {
        FlowUniPC solver = new(6, 5.0);
        float[] x = [1.25f];
        double[] expected = [1.223945998, 1.189437460, 1.140911506, 1.065638218, 0.928855636, 0.596792073];
        solver.Begin(1);
        for (int i = 0; i < 6; i++)
        {
            float v = (float)((0.7 * x[0]) + (0.2 * Math.Cos(3 * solver.Sigmas[i])));
            solver.Step([v], x);
            Assert.Equal(expected[i], x[0], 2e-6);
        }
    }

    [Fact]
    public void Euler_with_a_constant_velocity_reaches_the_clean_sample()
    {
        FlowEuler solver = new(7, 3.0);
        float[] x = [2f, -1f];
        solver.Begin(2);
        for (int i = 0; i < solver.Steps; i++)
        {
            solver.Step([0.5f, -3f], x);
        }
        Assert.Equal(1.5, x[0], 1e-6);
        Assert.Equal(2.0, x[1], 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_solver_recovers_the_clean_sample_of_a_straight_flow(int order)
    {
        // v = noise - clean all along, so every clean estimate is exact.
        FlowSolver[] solvers =
        [
            new FlowUniPC(9, 5.0, order), new FlowDpmSolver(9, 5.0, order), new FlowDpmSolver(20, 1.0, order, DpmSecondOrder.Heun), new FlowUniPC(1, 5.0, order),
        ];
        foreach (FlowSolver solver in solvers)
        {
            float sigma = solver.Sigmas[0];
            float clean = 0.25f, noise = -1.5f;
            float[] x = [((1 - sigma) * clean) + (sigma * noise)];
            solver.Begin(1);
            for (int i = 0; i < solver.Steps; i++)
            {
                solver.Step([noise - clean], x);
            }
            Assert.Equal(clean, x[0], 1e-5);
        }
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Contains("between 1 and 1000", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowEuler(0)).Message);
        Assert.Contains("between 1 and 1000", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowUniPC(1001)).Message);
        Assert.Contains("positive", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowEuler(4, 0)).Message);
        Assert.Contains("positive", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowEuler(4, double.NaN)).Message);
        Assert.Contains("orders 1, 2 and 3", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowUniPC(4, 5, 4)).Message);
        Assert.Contains("orders 1, 2 and 3", Assert.Throws<ArgumentOutOfRangeException>(() => new FlowDpmSolver(4, 5, 0)).Message);
        FlowEuler solver = new(2);
        Assert.Contains("Begin", Assert.Throws<InvalidOperationException>(() => solver.Step([1f], new float[1])).Message);
        solver.Begin(2);
        Assert.Contains("2 elements", Assert.Throws<ArgumentException>(() => solver.Step([1f], new float[2])).Message);
        solver.Step([1f, 1f], new float[2]);
        solver.Step([1f, 1f], new float[2]);
        Assert.Contains("All 2 steps", Assert.Throws<InvalidOperationException>(() => solver.Step([1f, 1f], new float[2])).Message);
    }

    private static FlowSolver SolverOf(JsonElement config)
    {
        int steps = config.GetProperty("steps").GetInt32();
        double shift = config.GetProperty("shift").GetDouble();
        int order = config.GetProperty("solver_order").GetInt32();
        string type = config.GetProperty("solver_type").GetString()!;
        return config.GetProperty("solver").GetString() == "unipc"
            ? new FlowUniPC(steps, shift, order)
            : new FlowDpmSolver(steps, shift, order, type == "heun" ? DpmSecondOrder.Heun : DpmSecondOrder.Midpoint);
    }
}
