using LongTake.Tensors.Backends;
using LongTake.Tensors.Tests.Gradients;

namespace LongTake.Tensors.Tests.Convolution;

/// <summary>The pool of native memory is shared, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(ConvolutionMemoryTests), DisableParallelization = true)]
[Collection(nameof(ConvolutionMemoryTests))]
public class ConvolutionMemoryTests
{
    [Fact]
    public void Inference_allocates_nothing_on_the_managed_heap()
    {
        using CpuBackend cpu = new(1);
        Compute compute = new(cpu);
        using TensorScope outer = TensorScope.Open();
        (Tensor x, Tensor weight, Tensor bias) = ConvolutionTests.Make([1, 8, 4, 16, 16], 8, [3, 3, 3]);
        Tensor gamma = Tensor.From(GradientCheck.Random(8, 1, 3, 3), [8, 1, 1, 1]);
        long before = 0;
        for (int i = 0; i < 60; i++)
        {
            if (i == 50)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            using TensorScope scope = TensorScope.Open();
            compute.UpsampleNearest2(compute.ChannelRmsNorm(compute.Conv3d(x, weight, bias, Conv3dOptions.Causal3), gamma, silu: true));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
