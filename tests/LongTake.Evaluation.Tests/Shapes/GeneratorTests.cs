using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Tests.Shapes;

public class GeneratorTests
{
    [Fact]
    public void First_outputs_of_state_0_are_the_published_ones()
    {
        SplitMix64 random = new(0UL);
        Assert.Equal(0xE220A8397B1DCDAFUL, random.NextUInt64());
        Assert.Equal(0x6E789E6AA1B965F4UL, random.NextUInt64());
        Assert.Equal(0x06C45D188009454FUL, random.NextUInt64());
    }

    [Fact]
    public void Stream_and_index_make_the_state()
    {
        Assert.Equal(new SplitMix64(3 * 1000003UL + 17).NextUInt64(), new SplitMix64(3, 17).NextUInt64());
    }

    [Fact]
    public void Integers_and_reals_use_the_high_bits()
    {
        // 0xE220A839 * 6 >> 32 = 5; (0xE220A8397B1DCDAF >> 11) * 2^-53 = 0.88331...
        Assert.Equal(5, new SplitMix64(0UL).NextInt(6));
        Assert.Equal(0.8833108082136426, new SplitMix64(0UL).NextDouble(), 15);
    }

    [Fact]
    public void States_split_into_98280_64296_and_13680()
    {
        int[] counts = new int[3];
        for (int i = 0; i < ShapesWorld.StateCount; i++)
        {
            counts[(int)SceneState.FromIndex(i).Level]++;
        }
        Assert.Equal([98_280, 64_296, 13_680], counts);
    }

    [Fact]
    public void Every_index_is_one_state()
    {
        for (int i = 0; i < ShapesWorld.StateCount; i += 7)
        {
            SceneState state = SceneState.FromIndex(i);
            Assert.Equal(i, state.Index);
            Assert.Equal(state, SceneState.FromArray(state.ToArray()));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneState.FromIndex(ShapesWorld.StateCount));
    }

    [Theory]
    [InlineData(new[] { 0, 0, 0, 0, 0, 0, 9, 0 })]
    [InlineData(new[] { 0, 8, 0, 0, 0, 0, 1, 0 })]
    [InlineData(new[] { 0, 0, 0, 0, 0, 0, 0, 1 })]
    [InlineData(new[] { 0, 0, 0, 0, 0, 0, 0 })]
    public void Arrays_that_are_no_state_are_refused(int[] values)
    {
        Assert.Throws<ArgumentException>(() => SceneState.FromArray(values));
    }

    [Fact]
    public void Colours_have_the_hue_angles_of_the_table()
    {
        double[] expected = [0, 32.0, 55.3, 129.5, 182.7, 231.6, 279.6, 324.8];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], ShapesWorld.Colours[i].HueDegrees, 0.051);
        }
    }
}
