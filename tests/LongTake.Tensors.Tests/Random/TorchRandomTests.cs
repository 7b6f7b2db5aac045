using System.Text.Json;
using LongTake.Tensors.Files;
using LongTake.Tensors.Random;

namespace LongTake.Tensors.Tests.Random;

[Trait("Category", "Golden")]
public class TorchRandomTests
{
    public static TheoryData<string> Cases()
    {
        TheoryData<string> data = [];
        if (GoldenFixture.IsAvailable)
        {
            using GoldenFixture fixture = GoldenFixture.Load("torch_random");
            foreach (JsonElement c in fixture.Json.GetProperty("cases").EnumerateArray())
            {
                data.Add(c.GetProperty("name").GetString()!);
            }
        }
        return data;
    }

    [GoldenTheory]
    [MemberData(nameof(Cases))]
    public void A_seed_gives_what_torch_gives(string name)
    {
        using GoldenFixture fixture = GoldenFixture.Load("torch_random");
        JsonElement testCase = fixture.Json.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        TorchRandom random = new(testCase.GetProperty("seed").GetUInt64());
        string operation = testCase.TryGetProperty("op", out JsonElement op) ? op.GetString()! : "randn";
        int calls = 0;
        foreach (JsonElement call in testCase.GetProperty("calls").EnumerateArray())
        {
            string label = fixture.Has($"outputs.{name}") ? $"outputs.{name}" : $"outputs.{name}_{calls}";
            Tensor expected = fixture.Tensor(label);
            using Tensor actual = Draw(random, operation, call, out bool isExact);
            if (isExact)
            {
                using Tensor want = TensorConversion.To(expected, DType.F64);
                using Tensor have = TensorConversion.To(actual, DType.F64);
                Assert.Equal(want.AsSpan<double>().ToArray(), have.AsSpan<double>().ToArray());
            }
            else
            {
                fixture.AssertClose(label, actual);
            }
            calls++;
        }
        Assert.NotEqual(0, calls);
    }

    private static Tensor Draw(TorchRandom random, string operation, JsonElement call, out bool isExact)
    {
        Shape shape = Shape.Create(call.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()).ToArray());
        DType type = call.TryGetProperty("dtype", out JsonElement d)
            ? d.GetString() switch { "bfloat16" => DType.BF16, "float64" => DType.F64, "float16" => DType.F16, _ => DType.F32 }
            : DType.F32;
        isExact = operation != "randn" || type == DType.BF16;
        switch (operation)
        {
            case "randn":
                return random.Normal(shape, type);
            case "rand":
                return random.Uniform(shape, type);
            case "randint [0,1000)":
                long[] values = new long[shape.Count];
                random.FillIntegers(values, 0, 1000);
                return Tensor.From<long>(values, shape);
            case "randperm 25":
                return Tensor.From<long>(random.Permutation(25).Select(i => (long)i).ToArray(), shape);
            default:
                throw new InvalidOperationException($"The fixture uses an unknown call '{operation}'.");
        }
    }
}
