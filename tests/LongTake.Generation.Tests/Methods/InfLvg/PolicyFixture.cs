using LongTake.Generation.Methods;
using LongTake.Generation.Methods.InfLvg;
using LongTake.Generation.Streaming;
using LongTake.Models.Wan;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Tests.Methods.InfLvg;

/// <summary>A folder with policies of random weights for the tiny model.</summary>
public sealed class PolicyFixture : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"longtake-policy-{Guid.NewGuid():N}");
    private readonly TinyModel _model = new();

    public PolicyFixture() => Directory.CreateDirectory(_folder);

    public static InfLvgPolicyConfig Config { get; } = InfLvgPolicyConfig.For(TinyModel.Config, 2);

    public string At(string name) => Path.Combine(_folder, name);

    /// <summary>Writes a policy.</summary>
    public string Write(
        InfLvgPolicyConfig? config = null, WanTransformer? generator = null, ulong seed = 3, InfLvgContextSizes? context = null)
    {
        config ??= Config;
        string path = At($"{Guid.NewGuid():N}.safetensors");
        using ParameterStore parameters = ParameterStore.CreateRandom(InfLvgPolicy.Specs(config), seed);
        InfLvgPolicyFile.Write(path, config, generator ?? _model.Transformer, parameters, context);
        return path;
    }

    /// <summary>A method with short scenes: 2 frames' worth of chosen tokens, scenes of 6 frames.</summary>
    public static StreamingMethod Method(string policy, string settings = "") => MethodPresets.Create("inflvg", new Dictionary<string, string>(
        settings.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=')).Select(s => KeyValuePair.Create(s[0], s[1])))
    {
        ["policy"] = policy,
        ["keep"] = "2",
        ["scene"] = "6",
    });

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
