using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LongTake.Generation.Cache;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>
/// A trained policy on disk: a safetensors file whose header says its sizes, which generator it was trained for and under which context. Opening
/// reads the header alone.
/// </summary>
public sealed class InfLvgPolicyFile
{
    private const string FormatKey = "format";
    private const string Format = "longtake-inflvg-policy-1";
    private const string ContextPrefix = "context_";

    private InfLvgPolicyFile(string path, InfLvgPolicyConfig config, InfLvgContextSizes? context, string generator, string identity)
    {
        Path = path;
        Config = config;
        Context = context;
        Generator = generator;
        Identity = identity;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Sizes, and what of a generator it looks at.</summary>
    public InfLvgPolicyConfig Config { get; }

    /// <summary>The context that it was trained under; null for files from before it was kept.</summary>
    public InfLvgContextSizes? Context { get; }

    /// <summary>Fingerprint of the generator that it was trained for (<see cref="FingerprintOf"/>).</summary>
    public string Generator { get; }

    /// <summary>Sixteen hexadecimal digits that depend on all its weights.</summary>
    public string Identity { get; }

    /// <summary>Writes a policy; the file appears only when it is complete.</summary>
    /// <param name="path">File to make or replace.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="generator">The network that it was trained for.</param>
    /// <param name="parameters">The parameters of <see cref="InfLvgPolicy.Specs"/>.</param>
    /// <param name="context">The context that it was trained under; null leaves it out.</param>
    public static void Write(
        string path, InfLvgPolicyConfig config, WanTransformer generator, ParameterStore parameters, InfLvgContextSizes? context = null)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor t in parameters.Tensors)
        {
            hash.AppendData(MemoryMarshal.AsBytes(t.Span));
        }
        Dictionary<string, string> header = new()
        {
            [FormatKey] = Format,
            ["generator"] = FingerprintOf(generator, config.KeyLayer),
            ["identity"] = Convert.ToHexString(hash.GetHashAndReset())[..16],
            ["text"] = config.Text.ToString(),
            ["eps"] = config.Eps.ToString("R", CultureInfo.InvariantCulture),
        };
        foreach ((string name, int value) in Numbers(config))
        {
            header[name] = value.ToString(CultureInfo.InvariantCulture);
        }
        foreach ((string name, int value) in context?.Numbers ?? [])
        {
            header[ContextPrefix + name] = value.ToString(CultureInfo.InvariantCulture);
        }
        SafetensorsWriter.Write(path, parameters, header);
    }

    /// <summary>Reads the header of a policy.</summary>
    /// <exception cref="CheckpointException">The file is missing or no policy, or its weights are not those its header speaks of.</exception>
    public static InfLvgPolicyFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new CheckpointException($"There is no policy '{path}'; 'longtake align inflvg' trains one.");
        }
        using SafetensorsFile file = SafetensorsFile.Open(path);
        IReadOnlyDictionary<string, string> header = file.Metadata;
        if (header.GetValueOrDefault(FormatKey) != Format)
        {
            throw new CheckpointException($"'{path}' holds no policy of InfLVG ('{Format}'); 'longtake align inflvg' writes one.");
        }
        InfLvgPolicyConfig config;
        InfLvgContextSizes? context = null;
        try
        {
            config = new InfLvgPolicyConfig
            {
                Dim = Number("dim"),
                Heads = Number("heads"),
                ModelLayers = Number("model_layers"),
                KeyLayer = Number("key_layer"),
                Depth = Number("depth"),
                FfnDim = Number("ffn_dim"),
                ScorerDim = Number("scorer_dim"),
                SubjectTokens = Number("subject_tokens"),
                Transitions = Number("transitions"),
                Text = Enum.Parse<PolicyText>(Text("text")),
                Eps = float.Parse(Text("eps"), CultureInfo.InvariantCulture),
            };
            config.Validate();
            if (header.Keys.Any(k => k.StartsWith(ContextPrefix, StringComparison.Ordinal)))
            {
                context = new InfLvgContextSizes(Size("sink"), Size("keep"), Size("recent"), Size("scene"));
                context.Validate();
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw new CheckpointException($"The header of the policy '{path}' is damaged: {e.Message}", e);
        }
        if (WeightComparison.Compare(file, InfLvgPolicy.Specs(config)).Describe() is string problem)
        {
            throw new CheckpointException($"The weights of the policy '{path}' are not what its header says: {problem}.");
        }
        return new InfLvgPolicyFile(path, config, context, Text("generator"), Text("identity"));

        int Size(string name) => Number(ContextPrefix + name);

        int Number(string name) => int.Parse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        string Text(string name) => header.TryGetValue(name, out string? text) ? text : throw new FormatException($"it lacks '{name}'");
    }

    /// <summary>Loads the weights for the caller, who disposes them.</summary>
    /// <param name="use">What for.</param>
    /// <exception cref="CheckpointException">The file has changed since it was opened.</exception>
    public ParameterStore Load(WeightUse use = WeightUse.Inference)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path);
        if (file.Metadata.GetValueOrDefault("identity") != Identity)
        {
            throw new CheckpointException($"The policy '{Path}' was replaced by another one during the run.");
        }
        return WeightLoader.Load(file, InfLvgPolicy.Specs(Config), $"the policy '{Path}'", use);
    }

    /// <summary>Refuses a generator that the policy was not trained for.</summary>
    /// <exception cref="ArgumentException">It is another one; the message says how they differ.</exception>
    public void Check(WanTransformer transformer, CacheLayout layout)
    {
        const string Remedy = "use that model, or train a policy for this one with 'longtake align inflvg'";
        int width = layout.Heads * layout.HeadDim;
        if (Config.Dim != width || Config.Heads != layout.Heads || Config.ModelLayers != layout.Layers)
        {
            throw new ArgumentException(
                $"The policy '{Path}' was trained for a model of {Config.ModelLayers} blocks, width {Config.Dim} and {Config.Heads} heads; " +
                $"this one has {layout.Layers}, {width} and {layout.Heads}: {Remedy}.");
        }
        if (FingerprintOf(transformer, Config.KeyLayer) != Generator)
        {
            throw new ArgumentException(
                $"The policy '{Path}' was trained for a model of this size with other weights, whose keys mean something else: {Remedy}.");
        }
    }

    /// <summary>
    /// Sixteen hexadecimal digits that depend on the weights that make the keys a policy looks at. Other weights may change (a distilled
    /// sampler's head, say) without making the policy another model's.
    /// </summary>
    /// <param name="transformer">The generator.</param>
    /// <param name="keyLayer">Block whose keys are looked at, from 0.</param>
    public static string FingerprintOf(WanTransformer transformer, int keyLayer)
    {
        using Tensor weights = TensorScope.Detach(
            TensorConversion.To(transformer.Parameters[FormattableString.Invariant($"blocks.{keyLayer}.self_attn.k.weight")], DType.F32));
        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(weights.Span)))[..16];
    }

    private static (string Name, int Value)[] Numbers(InfLvgPolicyConfig config) =>
    [
        ("dim", config.Dim), ("heads", config.Heads), ("model_layers", config.ModelLayers), ("key_layer", config.KeyLayer),
        ("depth", config.Depth), ("ffn_dim", config.FfnDim), ("scorer_dim", config.ScorerDim),
        ("subject_tokens", config.SubjectTokens), ("transitions", config.Transitions),
    ];
}
