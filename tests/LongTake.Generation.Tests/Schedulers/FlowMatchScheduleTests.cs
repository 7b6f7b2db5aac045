using LongTake.Generation.Schedulers;

namespace LongTake.Generation.Tests.Schedulers;

public class FlowMatchScheduleTests
{
    [GoldenTheory]
    [Trait("Category", "Golden")]
    [InlineData("scheduler_flowmatch_shift5")]
    [InlineData("scheduler_flowmatch_shift8")]
    public void Tables_and_conversions_are_the_reference(string fixture)
    {
        using GoldenFixture golden = GoldenFixture.Load(fixture);
        double shift = golden.Config.GetProperty("shift").GetDouble();
        FlowMatchSchedule table = new(shift);
        golden.AssertClose("outputs.sigmas", [.. table.Sigmas]);
        golden.AssertClose("outputs.timesteps", [.. table.Timesteps]);
        golden.AssertClose("outputs.warped_step_list", table.FewStepTimesteps(ToInts(golden.I64("inputs.denoising_step_list"))));
        int[] extended = ToInts(golden.I64("inputs.step_list_extended"));
        if (extended[^1] == 0)
        {
            extended = extended[..^1];
        }
        golden.AssertClose(
            "outputs.warped_step_list_extended", golden.F32("outputs.warped_step_list_extended")[..extended.Length], table.FewStepTimesteps(extended));

        FlowMatchSchedule fifty = new(shift, 50);
        golden.AssertClose("outputs.sigmas_50", [.. fifty.Sigmas]);
        golden.AssertClose("outputs.timesteps_50", [.. fifty.Timesteps]);
        float[] weights = table.TrainingWeights();
        golden.AssertClose("outputs.training_weights", weights);

        ReadOnlySpan<float> times = golden.F32("inputs.t");
        int n = golden.F32("inputs.x0").Length / times.Length;
        float[] result = new float[n];
        for (int i = 0; i < times.Length; i++)
        {
            float sigma = table.SigmaOf(times[i]);
            FlowMatchSchedule.AddNoise(golden.F32("inputs.x0").Slice(i * n, n), golden.F32("inputs.noise").Slice(i * n, n), sigma, result);
            golden.AssertClose("outputs.noisy", golden.F32("outputs.noisy").Slice(i * n, n), result);
            ReadOnlySpan<float> noisy = golden.F32("outputs.noisy").Slice(i * n, n);
            FlowMatchSchedule.ToClean(noisy, golden.F32("inputs.flow").Slice(i * n, n), sigma, result);
            golden.AssertClose("outputs.x0_from_flow", golden.F32("outputs.x0_from_flow").Slice(i * n, n), result);
            FlowMatchSchedule.ToVelocity(noisy, golden.F32("outputs.x0_from_flow").Slice(i * n, n), sigma, result);
            golden.AssertClose("outputs.flow_from_x0", golden.F32("outputs.flow_from_x0").Slice(i * n, n), result);
            Assert.Equal(golden.F32("outputs.training_weight_at_t")[i], weights[table.IndexOf(times[i])], 1e-5);
        }
    }

    [GoldenTheory]
    [Trait("Category", "Golden")]
    [InlineData("scheduler_flowmatch_shift5")]
    [InlineData("scheduler_flowmatch_shift8")]
    public void Eight_euler_steps_are_the_reference(string fixture)
    {
        using GoldenFixture golden = GoldenFixture.Load(fixture);
        FlowEuler solver = new(8, golden.Config.GetProperty("shift").GetDouble());
        golden.AssertClose("outputs.euler8_timesteps", [.. solver.Timesteps]);
        ReadOnlySpan<float> trajectory = golden.F32("outputs.euler8_trajectory");
        int n = trajectory.Length / 9;
        float[] x = trajectory[..n].ToArray();
        float[] v = new float[n];
        solver.Begin(n);
        for (int i = 0; i < 8; i++)
        {
            for (int j = 0; j < n; j++)
            {
                v[j] = (0.7f * x[j]) + (0.3f * golden.F32("inputs.noise")[j]);
            }
            solver.Step(v, x);
            golden.AssertClose($"trajectory[{i + 1}]", trajectory.Slice((i + 1) * n, n), x);
        }
    }

    [Fact]
    public void Default_schedule_of_the_toolkit_ends_at_its_own_minimum()
    {
        FlowMatchSchedule schedule = new(3.0, 20, FlowMatchSchedule.DefaultSigmaMin, extraStep: false);
        Assert.Equal(1f, schedule.Sigmas[0]);
        Assert.Equal(SigmaGrids.Shift(FlowMatchSchedule.DefaultSigmaMin, 3.0), schedule.Sigmas[^1], 1e-6);
    }

    [Fact]
    public void Timestep_zero_finds_the_last_entry()
    {
        Assert.Equal(0.00498008f, new FlowMatchSchedule().SigmaOf(0f), 1e-7);
    }

    [Fact]
    public void Bad_step_lists_are_refused()
    {
        FlowMatchSchedule table = new();
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => table.FewStepTimesteps([])).Message);
        Assert.Contains("step 1 is 750", Assert.Throws<ArgumentException>(() => table.FewStepTimesteps([500, 750])).Message);
        Assert.Contains("step 1 is 0", Assert.Throws<ArgumentException>(() => table.FewStepTimesteps([500, 0])).Message);
        Assert.Contains("step 0 is 1001", Assert.Throws<ArgumentException>(() => table.FewStepTimesteps([1001])).Message);
        Assert.Throws<InvalidOperationException>(() => new FlowMatchSchedule(5, 50).FewStepTimesteps([1000]));
        Assert.Equal([1000f, 500f], table.FewStepTimesteps([1000, 500], warp: false));
    }

    private static int[] ToInts(ReadOnlySpan<long> values)
    {
        int[] result = new int[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (int)values[i];
        }
        return result;
    }
}
