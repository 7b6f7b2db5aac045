using LongTake.Tensors.Parameters;

namespace LongTake.Tensors.Tests.Files;

[Trait("Category", "Golden")]
public class GoldenFixtureTests
{
    [GoldenTheory]
    [MemberData(nameof(GoldenFixture.Names), "", MemberType = typeof(GoldenFixture))]
    public void Every_fixture_holds_the_tensors_that_it_lists(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load(name);
        if (fixture.Json.TryGetProperty("tensors", out System.Text.Json.JsonElement tensors))
        {
            foreach (System.Text.Json.JsonProperty t in tensors.EnumerateObject())
            {
                Tensor tensor = fixture.Tensor(t.Name);
                Assert.Equal(t.Value.GetProperty("dtype").GetString(), tensor.DType.ToString());
                Assert.Equal(t.Value.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()), tensor.Shape.ToArray());
                fixture.AssertClose(t.Name, tensor);
            }
        }
        if (fixture.Json.TryGetProperty("weights", out System.Text.Json.JsonElement weights))
        {
            using ParameterStore store = fixture.Weights();
            Assert.Equal(weights.EnumerateObject().Count(), store.Names.Count);
            Assert.All(weights.EnumerateObject(), w => Assert.Equal(w.Value.EnumerateArray().Select(s => s.GetInt32()), store[w.Name].Shape.ToArray()));
        }
    }

    [GoldenFact]
    public void A_difference_is_reported_with_its_place()
    {
        using GoldenFixture fixture = GoldenFixture.Load("wan_dit_basic");
        using Tensor wrong = fixture.Tensor("outputs.velocity0").Clone();
        wrong.Span[^1] += 0.5f;
        Xunit.Sdk.FailException e = Assert.Throws<Xunit.Sdk.FailException>(() => fixture.AssertClose("outputs.velocity0", wrong));
        Assert.Contains("worst at [3, 2, 5, 9]", e.Message, StringComparison.Ordinal);
        wrong.Span[^1] = float.NaN;
        Assert.Throws<Xunit.Sdk.FailException>(() => fixture.AssertClose("outputs.velocity0", wrong));
    }
}
