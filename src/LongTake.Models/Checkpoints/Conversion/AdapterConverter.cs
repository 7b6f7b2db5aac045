using System.Text.Json;
using System.Text.Json.Nodes;
using LongTake.Models.Checkpoints.Adapted;
using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>
/// Stores transformers of a model folder by what they differ from another one there (<see cref="AdaptedTransformer"/>): of every matrix the
/// best product of low rank, everything else whole where it differs. Nothing of a matrix is lost that was trained with that rank.
/// </summary>
internal static class AdapterConverter
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Writes one part into a folder that has the others.</summary>
    /// <param name="name">Name of the part.</param>
    /// <param name="network">Its tensors.</param>
    /// <param name="origin">The tensors of the transformer that it is stored beside.</param>
    /// <param name="folder">The part's new folder.</param>
    /// <param name="options">Rank, type of the factors.</param>
    /// <param name="advance">Told bytes of <paramref name="network"/> that are done.</param>
    /// <exception cref="CheckpointException">The transformers are of different sizes.</exception>
    public static ConvertedPart Write(
        string name, ITensorSource network, ITensorSource origin, string folder, ConversionOptions options, Action<long> advance)
    {
        CheckSizes(name, network, origin, options);
        using TensorScope scope = TensorScope.Open();
        // They own nothing; the network stays the caller's.
        ComposedSource factors = new(network), own = new(network);
        List<string> layers = [];
        foreach (TensorInfo info in network.Tensors)
        {
            using TensorScope inner = TensorScope.Open();
            Tensor weight = TensorConversion.To(network.Load(info.Name), DType.F32), from = TensorConversion.To(origin.Load(info.Name), DType.F32);
            bool differs = !weight.Span.SequenceEqual(from.Span);
            if (differs && LowRankFactors.Saves(info.Name, info.Shape, options.Rank))
            {
                string layer = info.Name[..^".weight".Length];
                Tensor a = inner.Keep(Tensor.Empty([options.Rank, info.Shape[1]])), b = inner.Keep(Tensor.Empty([info.Shape[0], options.Rank]));
                LowRankFactors.OfDifference(weight, from, a, b);
                factors.Make(new TensorInfo(layer + LoraAdapter.SuffixA, DType.F32, a.Shape), () => a.Clone());
                factors.Make(new TensorInfo(layer + LoraAdapter.SuffixB, DType.F32, b.Shape), () => b.Clone());
                layers.Add(layer);
            }
            else if (differs)
            {
                own.Keep(info.Name, info);
            }
            advance(info.Bytes);
        }
        Dictionary<string, string> metadata = new() { ["format"] = "pt" };
        Store(factors, Path.Combine(folder, AdaptedTransformer.Adapter));
        if (own.Tensors.Count > 0)
        {
            Store(own, Path.Combine(folder, AdaptedTransformer.Own));
        }
        File.WriteAllText(Path.Combine(folder, PeftConfig.FileName), Configuration(layers, options));
        return new ConvertedPart(
            name,
            layers.Count,
            network.Tensors.Count,
            network.Tensors.Sum(t => t.StoredBytes),
            AdaptedTransformer.StoredBytes(folder),
            SignalToNoise(network, folder));

        void Store(ITensorSource tensors, string path)
        {
            SafetensorsWriter.Write(path, new ConvertedSource(tensors, options.Format, _ => { }), metadata);
        }
    }

    /// <summary>What reading it back gives, against what was stored.</summary>
    private static double SignalToNoise(ITensorSource network, string folder)
    {
        using ITensorSource stored = AdaptedTransformer.Open(folder);
        double signal = 0, noise = 0;
        foreach (TensorInfo info in network.Tensors)
        {
            using TensorScope scope = TensorScope.Open();
            ReadOnlySpan<float> before = TensorConversion.To(network.Load(info.Name), DType.F32).Span;
            ReadOnlySpan<float> after = TensorConversion.To(stored.Load(info.Name), DType.F32).Span;
            for (int i = 0; i < before.Length; i++)
            {
                double lost = (double)before[i] - after[i];
                signal += (double)before[i] * before[i];
                noise += lost * lost;
            }
        }
        return noise == 0 ? double.PositiveInfinity : 10 * Math.Log10(signal / noise);
    }

    private static string Configuration(List<string> layers, ConversionOptions options) => new JsonObject
    {
        ["peft_type"] = "LORA",
        ["base_model_name_or_path"] = "../" + options.Base,
        ["r"] = options.Rank,
        ["lora_alpha"] = options.Rank,
        ["target_modules"] = new JsonArray([.. layers.Select(End).Distinct().Select(t => (JsonNode)t)]),
    }.ToJsonString(s_json) + "\n";

    /// <summary>The name of a layer within its block: <c>self_attn.q</c> of <c>blocks.3.self_attn.q</c>.</summary>
    private static string End(string layer) => layer.StartsWith("blocks.", StringComparison.Ordinal) ? layer[(layer.IndexOf('.', "blocks.".Length) + 1)..] : layer;

    private static void CheckSizes(string name, ITensorSource network, ITensorSource origin, ConversionOptions options)
    {
        Dictionary<string, Shape> shapes = origin.Tensors.ToDictionary(t => t.Name, t => t.Shape);
        if (network.Tensors.FirstOrDefault(t => !shapes.TryGetValue(t.Name, out Shape shape) || shape != t.Shape) is TensorInfo other)
        {
            throw new CheckpointException(
                $"'{name}' cannot be stored as an adapter of '{options.Base}': '{other.Name}' is {other.Shape}, " +
                (shapes.TryGetValue(other.Name, out Shape there) ? $"and {there} there." : "and missing there."));
        }
    }
}
