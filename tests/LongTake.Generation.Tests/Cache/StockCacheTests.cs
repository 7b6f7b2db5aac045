using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Cache;

public class StockCacheTests
{
    /// <summary>
    /// Test 3 of flex.md 11 and test 2 of kv-cache-strategies.md 9: keys rotated when they are read are those of a cache that stores them rotated.
    /// </summary>
    [Theory]
    [InlineData(DType.F32, 1e-5f)]
    [InlineData(DType.BF16, 0.03f)]
    public void Reading_raw_keys_is_reading_rotated_ones(DType type, float tolerance)
    {
        using CacheFixture f = new(new SlidingWindowContext(9, 3));
        using KeyValueCache cache = f.Make(type);
        using RotaryEmbedding rotary = new(CacheFixture.Layout.HeadDim);
        using TensorScope scope = TensorScope.Open();
        List<(Tensor Keys, Tensor Values)> stock = [];
        for (int c = 0; c < 8; c++)
        {
            Tensor[] qkv = [.. Enumerable.Range(0, 3).Select(i => Random((ulong)((3 * c) + i)))];
            RotaryTables tables = rotary.Create([3.0 * c, (3 * c) + 1, (3 * c) + 2], CacheFixture.Layout.Rows, CacheFixture.Layout.Columns);
            stock.Add((Stored(f.Compute.Rope(qkv[1], tables.Cos, tables.Sin)), Stored(qkv[2])));
            if (stock.Count > 3)
            {
                stock.RemoveAt(1);
            }
            Tensor expected = f.Compute.Attention(
                f.Compute.Rope(qkv[0], tables.Cos, tables.Sin),
                f.Compute.Concat([.. stock.Select(s => s.Keys)], 1),
                f.Compute.Concat([.. stock.Select(s => s.Values)], 1));
            cache.BeginChunk(3 * c, 3);
            Tensor actual = cache.Attend(f.Compute, 0, qkv[0], qkv[1], qkv[2]);
            cache.Commit();
            for (int i = 0; i < expected.Count; i++)
            {
                Assert.Equal(expected.Span[i], actual.Span[i], tolerance);
            }
        }

        Tensor Stored(Tensor x) => type == DType.F32 ? x : f.Compute.Cast(f.Compute.Cast(x, type), DType.F32);
    }

    private static Tensor Random(ulong stream)
    {
        CacheLayout layout = CacheFixture.Layout;
        Tensor t = Tensor.Empty([1, 3 * layout.TokensPerFrame, layout.Heads, layout.HeadDim]);
        new CounterRandom(3, stream).FillNormal(t.Span);
        return t;
    }
}
