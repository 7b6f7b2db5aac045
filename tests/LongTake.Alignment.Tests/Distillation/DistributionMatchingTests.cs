using LongTake.Alignment.Distillation;
using LongTake.Tensors;
using LongTake.Tensors.Autograd;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Tests.Distillation;

public sealed class DistributionMatchingTests : IDisposable
{
    private static readonly Shape s_shape = [2, 3, 4];

    private readonly CpuBackend _backend = new(1);
    private readonly TensorScope _scope = TensorScope.Open();

    [Fact]
    public void The_direction_is_the_difference_of_the_clean_estimates_over_the_real_ones_distance()
    {
        Tensor x = Normal(1), noise = Normal(2), fake = Normal(3), real = Normal(4);
        Tensor timesteps = Tensor.From([200f, 900f], [2]);
        Tensor noisy = DistributionMatching.AddNoise(x, noise, timesteps);
        ReadOnlySpan<float> g = DistributionMatching.Direction(x, noisy, timesteps, fake, real).Span;
        for (int sample = 0; sample < 2; sample++)
        {
            double sigma = timesteps.Span[sample] / 1000.0;
            double[] f = new double[12], r = new double[12];
            double distance = 0;
            for (int i = 0; i < 12; i++)
            {
                int at = (sample * 12) + i;
                double xt = ((1 - sigma) * x.Span[at]) + (sigma * noise.Span[at]);
                f[i] = xt - (sigma * fake.Span[at]);
                r[i] = xt - (sigma * real.Span[at]);
                distance += Math.Abs(x.Span[at] - r[i]) / 12;
            }
            for (int i = 0; i < 12; i++)
            {
                Assert.Equal((f[i] - r[i]) / distance, g[(sample * 12) + i], 1e-5);
            }
        }
    }

    [Fact]
    public void The_gradient_of_the_loss_is_the_direction_over_the_number_of_elements()
    {
        Compute compute = new(_backend);
        Tensor x = Normal(1), g = Normal(2);
        x.RequiresGrad = true;
        using Tape tape = compute.Record();
        Tensor loss = DistributionMatching.Loss(compute, x, g);
        tape.Backward(loss);
        double squares = 0;
        for (int i = 0; i < x.Count; i++)
        {
            Assert.Equal(g.Span[i] / x.Count, x.Grad!.Span[i], 1e-7);
            squares += (double)g.Span[i] * g.Span[i];
        }
        Assert.Equal(0.5 * squares / x.Count, loss.Span[0], 1e-5);
        x.Grad!.Dispose();
    }

    [Fact]
    public void A_sample_that_equals_its_real_estimate_gets_no_gradient_instead_of_a_number_that_is_none()
    {
        Tensor zero = Tensor.Zeros(s_shape), timesteps = Tensor.From([500f, 500f], [2]);
        Assert.All(DistributionMatching.Direction(zero, zero, timesteps, zero, zero).Span.ToArray(), v => Assert.Equal(0f, v));
    }

    [Fact]
    public void Timesteps_are_shifted_and_clamped()
    {
        DistributionMatchingRecipe recipe = new();
        CounterRandom random = new(1, 1);
        float[] t = DistributionMatching.DrawTimesteps(random, 4000, recipe).Span.ToArray();
        Assert.Equal(20f, t.Min());
        Assert.Equal(980f, t.Max());
        // The middle of the draws, u = 1/2, lies at 5 u / (1 + 4 u) = 0.833.
        Assert.InRange(t.Order().ElementAt(2000), 820f, 846f);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _backend.Dispose();
    }

    private static Tensor Normal(ulong stream)
    {
        Tensor t = Tensor.Empty(s_shape);
        new CounterRandom(5, stream).FillNormal(t.Span);
        return t;
    }
}
