using LongTake.Generation.Methods.FreeNoise;
using LongTake.Generation.Methods.UltraViCo;
using LongTake.Models.Wan;
using LongTake.Tensors;

namespace LongTake.Generation.Tests.Windows;

public class AttentionAllocationTests
{
    [Theory]
    [InlineData("freenoise")]
    [InlineData("ultravico")]
    public void Warm_attention_allocates_nothing_on_the_managed_heap(string method)
    {
        using AttentionFixture fixture = new(new TokenGrid(12, 2, 2), batch: 2);
        using WindowFusionAttention windows = new(fixture.Rotary, fixture.Grid, 5, 2);
        using ConcentratedAttention concentrated = new(fixture.Rotary, fixture.Grid, new DistanceDecay(5, 0.9), 5);
        ISelfAttention attention = method == "freenoise" ? windows : concentrated;
        long before = 0;
        for (int i = 0; i < 20; i++)
        {
            if (i == 10)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            using TensorScope scope = TensorScope.Open();
            attention.Attend(fixture.Compute, 0, fixture.Q, fixture.K, fixture.V);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256);
    }
}
