using LongTake.Tensors;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// A low-rank adapter (LoRA) in the naming of PEFT: for some linear layers a pair A [rank, in] and B [out, rank] whose product,
/// times alpha / rank, is added to the weight. Source: spec autoregressive-streaming, sections 6.4 and 11.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    /// <summary>What the name of a layer's A has after the layer's own, in PEFT.</summary>
    public const string SuffixA = ".lora_A.weight";

    /// <summary>The same of B.</summary>
    public const string SuffixB = ".lora_B.weight";

    private static readonly (string Suffix, bool IsA)[] s_suffixes =
    [
        (SuffixA, true), (SuffixB, false),
        (".lora_A.default.weight", true), (".lora_B.default.weight", false),
        (".lora_down.weight", true), (".lora_up.weight", false),
    ];

    private readonly ITensorSource _source;
    private readonly Dictionary<string, Module> _modules = [];

    private LoraAdapter(ITensorSource source, string path, string prefix)
    {
        _source = source;
        Path = path;
        foreach (TensorInfo info in source.Tensors.Where(t => t.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            Add(info, info.Name[prefix.Length..]);
        }
        Check();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Names of the adapted linear layers, in original naming (<c>blocks.0.self_attn.q</c>).</summary>
    public IReadOnlyCollection<string> Modules => _modules.Keys;

    /// <summary>Largest rank of a pair.</summary>
    public int Rank => _modules.Values.Max(m => m.A!.Shape[0]);

    /// <summary>Opens an adapter.</summary>
    /// <param name="path">A <c>.pt</c> or safetensors file.</param>
    /// <param name="entry">Entry of the file; null takes <c>generator_lora</c> if there is one, or the whole file.</param>
    /// <exception cref="CheckpointException">The file holds no adapter, or half of one.</exception>
    public static LoraAdapter Open(string path, string? entry = null)
    {
        ITensorSource source = PartSources.StoredWeights(CheckpointFile.Open(path), path);
        try
        {
            IReadOnlyList<string> entries = TransformerCheckpoint.Entries(source);
            entry ??= entries.Contains("generator_lora") ? "generator_lora" : null;
            if (entry is not null && !entries.Contains(entry))
            {
                throw new CheckpointException($"'{path}' has no entry '{entry}' (it holds {string.Join(", ", entries)}).");
            }
            return new LoraAdapter(source, path, entry is null ? "" : entry + "/");
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Whether a tensor's name is that of a part of an adapter.</summary>
    public static bool IsAdapterKey(string name) =>
        s_suffixes.Any(s => name.EndsWith(s.Suffix, StringComparison.Ordinal)) || name.EndsWith(".alpha", StringComparison.Ordinal);

    /// <summary>Loads the pair of one layer in single precision, for the caller, who disposes it.</summary>
    /// <param name="module">One of <see cref="Modules"/>.</param>
    /// <returns>A [rank, in], B [out, rank], and alpha: the file's, or the rank where the file says nothing.</returns>
    public (Tensor A, Tensor B, float Alpha) LoadPair(string module)
    {
        Module m = _modules[module];
        Tensor a = LoadSingle(m.A!.Name), b = LoadSingle(m.B!.Name);
        return (a, b, AlphaOf(m, a.Shape[0]));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _source.Dispose();

    /// <summary>Whether the weight of that name is adapted.</summary>
    internal bool Adapts(string weight) => ModuleOf(weight) is string module && _modules.ContainsKey(module);

    /// <summary>The shape [out, in] that the adapted weight must have.</summary>
    internal Shape ShapeOf(string module) => [_modules[module].B!.Shape[0], _modules[module].A!.Shape[1]];

    /// <summary>Adds strength * alpha / rank * B A to a weight [out, in] in F32.</summary>
    internal void AddTo(string weight, Tensor w, float strength, float? alphaOverride)
    {
        Module module = _modules[ModuleOf(weight)!];
        using Tensor a = LoadSingle(module.A!.Name);
        using Tensor b = LoadSingle(module.B!.Name);
        int rank = a.Shape[0];
        LowRankUpdate.Add(w, b, a, strength * (alphaOverride ?? AlphaOf(module, rank)) / rank);
    }

    private float AlphaOf(Module module, int rank)
    {
        if (module.Alpha is not TensorInfo stored)
        {
            return rank;
        }
        using Tensor value = LoadSingle(stored.Name);
        return value.Span[0];
    }

    private static string? ModuleOf(string weight) => weight.EndsWith(".weight", StringComparison.Ordinal) ? weight[..^".weight".Length] : null;

    private Tensor LoadSingle(string name)
    {
        using Tensor stored = TensorScope.Detach(_source.Load(name));
        return TensorScope.Detach(TensorConversion.To(stored, DType.F32));
    }

    private void Add(TensorInfo info, string name)
    {
        if (name.EndsWith(".alpha", StringComparison.Ordinal))
        {
            Slot(name[..^".alpha".Length]).Alpha = info;
            return;
        }
        foreach ((string suffix, bool isA) in s_suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                Module module = Slot(name[..^suffix.Length]);
                // A layer that a model has under two names is in the file twice, with the same numbers.
                if ((isA ? module.A : module.B) is TensorInfo there && there.Shape != info.Shape)
                {
                    throw new CheckpointException($"'{Path}' holds two adapters of one layer, '{there.Name}' {there.Shape} and '{info.Name}' {info.Shape}.");
                }
                (module.A, module.B) = isA ? (info, module.B) : (module.A, info);
                return;
            }
        }
        throw new CheckpointException($"'{Path}' is not an adapter (LoRA): it holds the tensor '{info.Name}'.");
    }

    private Module Slot(string module)
    {
        const string peft = "base_model.model.";
        string name = module;
        // Models that were wrapped twice have the prefix twice.
        while (name.StartsWith(peft, StringComparison.Ordinal))
        {
            name = name[peft.Length..];
        }
        const string diffusers = "transformer.";
        name = name.StartsWith(diffusers, StringComparison.Ordinal) ? name[diffusers.Length..] : name;
        name = WrapperPrefixes.Strip(name);
        name = name.Contains(".attn1.", StringComparison.Ordinal)
            || name.Contains(".attn2.", StringComparison.Ordinal)
            || name.Contains(".ffn.net.", StringComparison.Ordinal)
            ? WanKeyMap.ToOriginal(name) ?? name
            : name;
        return _modules.TryGetValue(name, out Module? found) ? found : _modules[name] = new Module();
    }

    private void Check()
    {
        if (_modules.Count == 0)
        {
            throw new CheckpointException($"'{Path}' holds no adapter (LoRA): there is no tensor named like '....lora_A.weight'.");
        }
        foreach ((string name, Module m) in _modules)
        {
            if (m.A is null || m.B is null)
            {
                throw new CheckpointException($"'{Path}' holds only half of the adapter of '{name}': lora_{(m.A is null ? "A" : "B")} is missing.");
            }
            if (m.A.Shape.Rank != 2 || m.B.Shape.Rank != 2 || m.A.Shape[0] != m.B.Shape[1] || m.A.Shape[0] == 0 || m.Alpha?.Shape.Count is not (null or 1))
            {
                throw new CheckpointException(
                    $"'{Path}': the adapter of '{name}' has A {m.A.Shape} and B {m.B.Shape}, which do not fit as [rank, in] and [out, rank].");
            }
        }
    }

    private sealed class Module
    {
        public TensorInfo? A { get; set; }

        public TensorInfo? B { get; set; }

        public TensorInfo? Alpha { get; set; }
    }
}
