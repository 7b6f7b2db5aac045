using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Tests.Operations;

/// <summary>The operation tests again, in processes that may use narrower vectors only.</summary>
public class VectorWidthTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(128)]
    [InlineData(0)]
    public void Kernels_agree_with_the_reference_at(int bits)
    {
        if (Environment.GetEnvironmentVariable(ChildProcess.ExpectedBitsVariable) is null)
        {
            ChildProcess.RunTestsAtVectorWidth(
                bits,
                "FullyQualifiedName~Vector_kernels_agree_with_the_reference|FullyQualifiedName~The_runtime_uses_the_vectors",
                typeof(VectorWidthTests).Assembly);
        }
    }

    [Fact]
    public void The_runtime_uses_the_vectors_that_it_was_limited_to()
    {
        int widest = Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128 : 0;
        string? limit = Environment.GetEnvironmentVariable(ChildProcess.ExpectedBitsVariable);
        Assert.True(limit is null || widest <= int.Parse(limit), $"{widest} bits in use, limited to {limit}");
    }
}
