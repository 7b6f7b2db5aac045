using LongTake.Generation.Cache;
using LongTake.Generation.Frequencies;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Cache;

[Trait("Category", "Golden")]
public class GoldenCacheTests
{
    public static TheoryData<string> Fixtures => GoldenFixture.Names("causal_wan_");

    /// <summary>Three calls a chunk, then the cache's own contents, layer by layer.</summary>
    [GoldenTheory]
    [MemberData(nameof(Fixtures))]
    public void Streaming_calls_and_cache_contents_are_the_reference(string fixture)
    {
        using GoldenFixture golden = GoldenFixture.Load(fixture);
        using WanTransformer transformer = golden.Transformer(out ParameterStore parameters);
        using ParameterStore owned = parameters;
        using CpuBackend backend = new(2);
        Compute compute = new(backend);
        Tensor first = golden.Tensor("inputs.block0_call0_x");
        CacheLayout layout = CacheLayout.For(transformer.Config, first.Shape[0], first.Shape[3], first.Shape[4]);
        RunInfo run = new(0, golden.Int("num_frame_per_block"), null);
        StreamingMethod method = golden.Method();
        using KeyValueCache cache = new(compute, layout, transformer.Rotary, method.Context(run), method.Positions(run), new StandardFrequencies());
        using TextContext text = transformer.PrepareText(compute, golden.Tensor("inputs.context"));
        for (int b = 0; b < golden.Int("blocks"); b++)
        {
            cache.BeginChunk(b * run.ChunkFrames, run.ChunkFrames);
            for (int call = 0; call < 3; call++)
            {
                using TensorScope scope = TensorScope.Open();
                string name = $"block{b}_call{call}";
                Tensor flow = transformer.Forward(compute, golden.Tensor($"inputs.{name}_x"), golden.Tensor($"inputs.{name}_t"), text, cache);
                golden.AssertClose($"outputs.{name}_flow", flow);
            }
            AssertCache(golden, transformer, cache, $"intermediate.block{b}_k_cache_layer0", cache.Keys(0), isKeys: true);
            Assert.Equal(golden.I64("outputs.local_end_index")[b], cache.Frames.Length * layout.TokensPerFrame);
            Assert.Equal(golden.I64("outputs.global_end_index")[b], (cache.Frames[^1].Index + 1) * layout.TokensPerFrame);
            cache.Commit();
        }
        for (int layer = 0; layer < layout.Layers; layer++)
        {
            AssertCache(golden, transformer, cache, $"outputs.k_cache_layer{layer}", cache.Keys(layer), isKeys: true);
            AssertCache(golden, transformer, cache, $"outputs.v_cache_layer{layer}", cache.Values(layer), isKeys: false);
        }
    }

    /// <summary>The references keep rotated keys where positions are absolute, and the first frame rotated in infinity-rope.</summary>
    internal static void AssertCache(GoldenFixture golden, WanTransformer transformer, KeyValueCache cache, string name, Tensor pool, bool isKeys)
    {
        using TensorScope scope = TensorScope.Open();
        using ReferenceBackend backend = new();
        Compute compute = new(backend);
        int perFrame = cache.Layout.TokensPerFrame;
        Tensor held = Tensor.Empty(pool.Shape.With(1, cache.Frames.Length * perFrame));
        compute.CopyRows(pool, 0, held, 0, held.Shape[1]);
        if (isKeys && !golden.IsRelative())
        {
            double[] positions = [.. cache.Frames.ToArray().Select(f => (double)f.Index)];
            RotaryTables tables = transformer.Rotary.Create(positions, cache.Layout.Rows, cache.Layout.Columns);
            held = compute.Rope(held, tables.Cos, tables.Sin);
        }
        else if (isKeys && golden.Int("sink_size") == 1)
        {
            RotaryTables tables = transformer.Rotary.Create([0.0], cache.Layout.Rows, cache.Layout.Columns);
            Tensor rotated = compute.Rope(compute.Slice(held, 1, 0, perFrame), tables.Cos, tables.Sin);
            compute.CopyRows(rotated, 0, held, 0, perFrame);
        }
        golden.AssertClose(name, held);
    }
}
