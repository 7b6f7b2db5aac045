namespace LongTake.Tensors.Tests.MatMul;

/// <summary>The tests of matrix products and attention again, in processes that may use narrower vectors only.</summary>
public class VectorWidthTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(128)]
    [InlineData(0)]
    public void Products_and_attention_agree_with_the_reference_at(int bits)
    {
        // The filter does not match this test, so the child does not start children.
        ChildProcess.RunTestsAtVectorWidth(
            bits,
            "FullyQualifiedName~LinearTests|FullyQualifiedName~MatMulTests|FullyQualifiedName~AttentionTests"
                + "|FullyQualifiedName~VectorMathTests|FullyQualifiedName~The_runtime_uses_the_vectors",
            typeof(VectorWidthTests).Assembly);
    }
}
