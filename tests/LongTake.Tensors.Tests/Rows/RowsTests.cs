using LongTake.Tensors.Backends;

namespace LongTake.Tensors.Tests.Rows;

public class RowsTests
{
    [Theory]
    [InlineData(0, 2, 3)]
    [InlineData(2, 0, 3)]
    [InlineData(1, 1, 4)]
    [InlineData(4, 0, 1)]
    [InlineData(3, 5, 0)]
    public void Overlapping_ranges_move_as_through_a_copy(int from, int to, int count)
    {
        foreach (DType type in (DType[])[DType.F32, DType.BF16])
        {
            foreach (Backend backend in (Backend[])[new CpuBackend(1), new ReferenceBackend()])
            {
                using TensorScope scope = TensorScope.Open();
                Tensor x = Tensor.Empty([2, 5, 3], type);
                Span<byte> bytes = Bytes(x);
                for (int i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)i;
                }
                byte[] before = bytes.ToArray();
                new Compute(backend).CopyRows(x, from, x, to, count);
                int row = 3 * type.Size();
                for (int i = 0; i < bytes.Length; i++)
                {
                    int r = i / row % 5;
                    int source = r >= to && r < to + count ? i + ((from - to) * row) : i;
                    Assert.Equal(before[source], bytes[i]);
                }
                backend.Dispose();
            }
        }
    }

    [Fact]
    public void Selected_rows_come_in_the_order_asked_for()
    {
        foreach (Backend backend in (Backend[])[new CpuBackend(1), new ReferenceBackend()])
        {
            using TensorScope scope = TensorScope.Open();
            Tensor x = Tensor.From([0f, 1, 2, 3, 4, 5, 6, 7], [2, 4, 1]);
            Assert.Equal([3f, 0, 3, 7, 4, 7], new Compute(backend).GatherRows(x, [3, 0, 3]).Span.ToArray());
            backend.Dispose();
        }
    }

    [Fact]
    public void Bad_ranges_and_types_are_refused()
    {
        using CpuBackend backend = new(1);
        Compute compute = new(backend);
        using TensorScope scope = TensorScope.Open();
        Tensor x = Tensor.Zeros([2, 4, 3]);
        Assert.Contains("leave dimension 1", Assert.Throws<ArgumentException>(() => compute.CopyRows(x, 3, x, 0, 2)).Message);
        Assert.Contains("leave dimension 1", Assert.Throws<ArgumentException>(() => compute.CopyRows(x, 0, x, -1, 2)).Message);
        Assert.Contains("leave dimension 1", Assert.Throws<ArgumentException>(() => compute.GatherRows(x, [4])).Message);
        Assert.Contains("must agree", Assert.Throws<ArgumentException>(() => compute.CopyRows(x, 0, Tensor.Zeros([2, 4, 2]), 0, 1)).Message);
        Assert.Contains("must agree", Assert.Throws<ArgumentException>(() => compute.CopyRows(x, 0, Tensor.Zeros([2, 4, 3], DType.BF16), 0, 1)).Message);
    }

    private static unsafe Span<byte> Bytes(Tensor t) => new(t.Pointer, (int)t.Bytes);
}
