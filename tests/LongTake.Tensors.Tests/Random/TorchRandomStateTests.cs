using LongTake.Tensors.Random;

namespace LongTake.Tensors.Tests.Random;

public class TorchRandomStateTests
{
    [Fact]
    public void A_saved_state_goes_on_where_it_was_saved()
    {
        TorchRandom random = new(11);
        // An odd number of scalar draws leaves a kept deviate behind, which belongs to the state.
        random.FillNormal(new float[5]);
        TorchRandom copy = TorchRandom.FromState(random.SaveState());
        float[] a = new float[3];
        float[] b = new float[3];
        random.FillNormal(a);
        copy.FillNormal(b);
        Assert.Equal(a, b);
        Assert.Equal(random.NextUInt64(), copy.NextUInt64());
        Assert.Throws<ArgumentException>(() => TorchRandom.FromState(new byte[10]));
        byte[] broken = random.SaveState();
        broken[3] = 0x7F;
        Assert.Throws<ArgumentException>(() => TorchRandom.FromState(broken));
    }

    [Fact]
    public void Integer_ranges_of_any_width_are_kept_and_empty_ones_refused()
    {
        TorchRandom random = new(3);
        long[] values = new long[1000];
        random.FillIntegers(values, -5, 5);
        Assert.All(values, v => Assert.InRange(v, -5, 4));
        Assert.Equal(10, values.Distinct().Count());
        random.FillIntegers(values, long.MinValue, long.MaxValue);
        Assert.Contains(values, v => v < long.MinValue / 2);
        Assert.Contains(values, v => v > long.MaxValue / 2);
        Assert.Throws<ArgumentException>(() => random.FillIntegers(values, 4, 4));
        Assert.Throws<ArgumentException>(() => random.Normal([2], DType.I32));
    }
}
