using LongTake.Models.Checkpoints;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Files;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Lora;

/// <summary>
/// A set of adapters (LoRA) for a transformer: for each adapted layer A [rank, in], random, and B [out, rank], zero at first, so that
/// training begins with the network as it is. Several sets can take turns on one network (<see cref="AttachTo"/>), which costs their own
/// parameters only, not the network's. In single precision, as small learning rates need.
/// </summary>
public sealed class LoraWeights : IDisposable
{
    private readonly Dictionary<string, float> _scales;
    private readonly Dictionary<string, LowRankPair> _pairs = [];
    private readonly bool _owns;

    private LoraWeights(ParameterStore parameters, Dictionary<string, float> scales, bool owns)
    {
        Parameters = parameters;
        _scales = scales;
        _owns = owns;
        foreach ((string layer, float scale) in scales)
        {
            _pairs.Add(layer, new LowRankPair(parameters[layer + LoraAdapter.SuffixA], parameters[layer + LoraAdapter.SuffixB], scale));
        }
    }

    /// <summary>A and B of all layers, <c>blocks.0.self_attn.q.lora_A.weight</c>: what is trained.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>The adapted layers, in the naming of the original network.</summary>
    public IReadOnlyCollection<string> Layers => _pairs.Keys;

    /// <summary>Makes adapters that change nothing yet.</summary>
    /// <param name="transformer">The network that they are for.</param>
    /// <param name="options">Layers and sizes.</param>
    /// <param name="seed">Seed of A.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static LoraWeights Create(WanTransformer transformer, LoraOptions options, ulong seed)
    {
        options.Validate();
        List<ParameterSpec> specs = [];
        Dictionary<string, float> scales = [];
        foreach (string layer in options.LayersOf(transformer))
        {
            Shape w = transformer.Parameters[layer + ".weight"].Shape;
            specs.Add(new ParameterSpec(layer + LoraAdapter.SuffixA, [options.Rank, w[1]], ParameterInit.FanInUniform));
            specs.Add(new ParameterSpec(layer + LoraAdapter.SuffixB, [w[0], options.Rank]));
            scales.Add(layer, options.Scale);
        }
        return new LoraWeights(ParameterStore.CreateRandom(specs, seed), scales, owns: true);
    }

    /// <summary>Loads adapters, of either layout, to go on training them.</summary>
    /// <param name="path">A <c>.pt</c> or safetensors file.</param>
    /// <param name="transformer">The network that they are for.</param>
    /// <exception cref="CheckpointException">The file holds no adapters, or those of another network: the message names the layer.</exception>
    public static LoraWeights Load(string path, WanTransformer transformer)
    {
        using LoraAdapter file = LoraAdapter.Open(path);
        string[] unknown = [.. file.Modules.Except(transformer.LinearLayers).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            throw new CheckpointException(
                $"The adapter '{path}' is for another network: this one has no {unknown[0]}{(unknown.Length > 1 ? $" (and {unknown.Length - 1} more)" : "")}.");
        }
        ParameterStore store = new();
        Dictionary<string, float> scales = [];
        try
        {
            foreach (string layer in transformer.LinearLayers.Where(file.Modules.Contains))
            {
                (Tensor a, Tensor b, float alpha) = file.LoadPair(layer);
                store.Add(layer + LoraAdapter.SuffixA, a);
                store.Add(layer + LoraAdapter.SuffixB, b);
                scales.Add(layer, alpha / a.Shape[0]);
                Shape w = transformer.Parameters[layer + ".weight"].Shape;
                if (a.Shape[1] != w[1] || b.Shape[0] != w[0])
                {
                    throw new CheckpointException(
                        $"The adapter '{path}' is for another network: '{layer}' is {w} in this one and [{b.Shape[0]}, {a.Shape[1]}] in the adapter.");
                }
            }
            return new LoraWeights(store, scales, owns: true);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>A copy with parameters of its own.</summary>
    public LoraWeights Clone() => new(Parameters.Clone(), _scales, owns: true);

    /// <summary>The same adapters with other parameters, which stay the caller's: an average, say.</summary>
    /// <param name="parameters">As many, of the same names and shapes.</param>
    public LoraWeights With(ParameterStore parameters) => new(parameters, _scales, owns: false);

    /// <summary>Takes the values of another set's parameters.</summary>
    /// <exception cref="KeyNotFoundException">The sets are not for the same layers.</exception>
    public void CopyFrom(LoraWeights other)
    {
        foreach (string name in Parameters.Names)
        {
            Parameters[name].CopyFrom(other.Parameters[name]);
        }
    }

    /// <summary>Puts these adapters on a network, in place of those attached before. Prompts must be prepared anew.</summary>
    /// <exception cref="ArgumentException">They are of another network.</exception>
    public void AttachTo(WanTransformer transformer) => transformer.Attach(_pairs);

    /// <summary>Adds the adapters to a network's weights, for good.</summary>
    /// <param name="weights">Weights of the network, in F32.</param>
    /// <exception cref="ArgumentException">A weight is missing, of another type or of another size.</exception>
    public void MergeInto(ParameterStore weights)
    {
        foreach ((string layer, LowRankPair pair) in _pairs)
        {
            if (!weights.TryGet(layer + ".weight", out Tensor? w) || w.DType != DType.F32
                || w.Shape != Shape.Create([pair.B.Shape[0], pair.A.Shape[1]]))
            {
                throw new ArgumentException(
                    $"The adapter of '{layer}' [{pair.B.Shape[0]}, {pair.A.Shape[1]}] cannot be merged into " +
                    $"{(w is null ? "a network without that layer" : w.ToString())}; "
                    + "load the weights for training (F32).",
                    nameof(weights));
            }
            pair.MergeInto(w);
        }
    }

    /// <summary>Writes the adapters; the file appears when it is complete.</summary>
    /// <param name="path">A safetensors file to make or replace.</param>
    /// <param name="layout">Names. Default: those of diffusers.</param>
    public void Save(string path, LoraLayout layout = LoraLayout.Diffusers)
    {
        using TensorScope scope = TensorScope.Open();
        List<KeyValuePair<string, Tensor>> tensors = [];
        foreach ((string layer, LowRankPair pair) in _pairs)
        {
            string name = layout == LoraLayout.Peft ? "base_model.model." + layer : "transformer." + DiffusersName(layer);
            tensors.Add(new(name + LoraAdapter.SuffixA, pair.A));
            tensors.Add(new(name + LoraAdapter.SuffixB, pair.B));
            if (pair.Scale != 1)
            {
                // Without it, readers take alpha for the rank.
                tensors.Add(new(name + ".alpha", Tensor.From<float>([pair.Scale * pair.A.Shape[0]], [])));
            }
        }
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Frees the parameters, unless they are the caller's.</summary>
    public void Dispose()
    {
        if (_owns)
        {
            Parameters.Dispose();
        }
    }

    private static string DiffusersName(string layer)
    {
        const string weight = ".weight";
        return WanKeyMap.ToDiffusers(layer + weight)![..^weight.Length];
    }
}
