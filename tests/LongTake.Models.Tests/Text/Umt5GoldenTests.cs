using System.Text.Json;
using LongTake.Models.Text.Umt5;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Tests.Text;

[Trait("Category", "Golden")]
public class Umt5GoldenTests
{
    public static TheoryData<string> Fixtures => GoldenFixture.Names("umt5_");

    [GoldenTheory]
    [MemberData(nameof(Fixtures))]
    public void Features_match_the_reference_implementation(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        using CpuBackend backend = new();
        using ParameterStore weights = fixture.Weights();
        using Umt5Encoder encoder = new(ConfigOf(fixture), weights);
        int[][] ids = Ids(fixture);
        using TensorScope scope = TensorScope.Open();
        int layers = 0;
        Tensor result = encoder.Run(new Compute(backend), ids, (layer, x) =>
        {
            // Padding is not computed here, so only the prompts' own tokens are compared.
            Tensor expected = fixture.Tensor($"intermediate.block{layer}");
            for (int p = 0; p < ids.Length; p++)
            {
                fixture.AssertClose($"block {layer}, prompt {p}", expected.Row(p).Rows(0, ids[p].Length), x.Row(p).Rows(0, ids[p].Length));
            }
            layers++;
        });
        Assert.Equal(encoder.Config.LayerCount, layers);
        fixture.AssertClose("outputs.hidden_zero_padded", result);
        for (int p = 0; p < ids.Length; p++)
        {
            Assert.True(result.Row(p).Rows(ids[p].Length, result.Shape[1] - ids[p].Length).Span.IndexOfAnyExcept(0f) < 0);
        }
    }

    [GoldenTheory]
    [MemberData(nameof(Fixtures))]
    public void Buckets_match_the_reference_implementation(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        Umt5Config config = ConfigOf(fixture);
        RelativePositionBuckets buckets = new(config.BucketCount, config.MaxDistance);
        long[] distances = fixture.Tensor("intermediate.relative_distance").AsSpan<long>().ToArray();
        long[] expected = fixture.Tensor("intermediate.relative_bucket").AsSpan<long>().ToArray();
        Assert.Equal(expected, distances.Select(d => (long)buckets[(int)d]));
    }

    [GoldenFact]
    public void The_full_model_has_the_published_parameters()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(GoldenFixture.PathOf("wan_keys", "umt5_xxl_encoder.json")));
        IReadOnlyList<ParameterSpec> specs = Umt5Encoder.Specs(Umt5Config.Xxl);
        Assert.Equal(
            document.RootElement.GetProperty("keys").EnumerateArray().Select(k =>
                (k.GetProperty("key").GetString()!, string.Join(',', k.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32())))),
            specs.Select(s => (s.Name, string.Join(',', s.Shape.ToArray()))));
        Assert.Equal(document.RootElement.GetProperty("parameter_count").GetInt64(), specs.Sum(s => s.Shape.Count));
        Assert.Equal(242, specs.Count);
    }

    private static Umt5Config ConfigOf(GoldenFixture fixture) => Umt5Config.Parse(fixture.Config.GetRawText(), fixture.Name);

    private static int[][] Ids(GoldenFixture fixture)
    {
        Tensor ids = fixture.Tensor("inputs.ids");
        Tensor mask = fixture.Tensor("inputs.mask");
        return
        [
            .. Enumerable.Range(0, ids.Shape[0]).Select(p =>
            {
                int length = (int)mask.Row(p).AsSpan<long>().ToArray().Sum();
                return ids.Row(p).AsSpan<long>()[..length].ToArray().Select(id => (int)id).ToArray();
            }),
        ];
    }
}
