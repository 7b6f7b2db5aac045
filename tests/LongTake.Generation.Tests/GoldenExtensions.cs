using LongTake.Tensors;

namespace LongTake.Generation.Tests;

/// <summary>Short forms for comparing plain numbers with a fixture.</summary>
internal static class GoldenExtensions
{
    /// <summary>A tensor's numbers.</summary>
    public static ReadOnlySpan<float> F32(this GoldenFixture golden, string name) => golden.Tensor(name).Span;

    /// <summary>A tensor's whole numbers.</summary>
    public static ReadOnlySpan<long> I64(this GoldenFixture golden, string name) => golden.Tensor(name).AsSpan<long>();

    public static void AssertClose(this GoldenFixture golden, string name, float[] actual) => golden.AssertClose(name, golden.F32(name), actual);

    public static void AssertClose(this GoldenFixture golden, string label, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        using TensorScope scope = TensorScope.Open();
        golden.AssertClose(label, Tensor.From(expected, [expected.Length]), Tensor.From(actual, [actual.Length]));
    }
}
