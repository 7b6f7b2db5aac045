using LongTake.Alignment.Tests.Distillation;
using LongTake.Alignment.Training;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Quantization;

namespace LongTake.Alignment.Tests.Training;

public class WeightRoundingTests
{
    [Fact]
    public void Matrices_of_blocks_are_rounded_for_a_while_and_come_back_bit_for_bit()
    {
        using ParameterStore weights = TinyTeacher.Weights(3), untouched = TinyTeacher.Weights(3);
        using WeightRounding rounding = new(weights);
        rounding.Round();
        int rounded = 0;
        foreach (string name in weights.Names)
        {
            float[] before = untouched[name].Span.ToArray(), want = [.. before];
            if (weights[name].Rank == 2 && name.StartsWith("blocks.", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal))
            {
                NormalFloat4.RoundScalar(before, want);
                Assert.NotEqual(before, want);
                rounded++;
            }
            Assert.Equal(want, weights[name].Span.ToArray());
        }
        Assert.True(rounded > 0);
        rounding.Restore();
        Assert.All(weights.Names, n => Assert.Equal(untouched[n].Span.ToArray(), weights[n].Span.ToArray()));
    }
}
