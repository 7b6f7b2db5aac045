using LongTake.Models.Text;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints;

/// <summary>
/// Says what a file or folder is, what it lacks and what memory it will take, from its configuration and the tables of contents
/// of its checkpoints alone: before anything is loaded.
/// </summary>
public static partial class ModelInspector
{
    /// <summary>Inspects a model folder, a checkpoint of any format, an adapter, a network of metrics, or a SentencePiece model.</summary>
    /// <returns>The report; parts that are damaged or do not fit say so there.</returns>
    /// <exception cref="CheckpointException">There is no such file or folder, or it is nothing that is known.</exception>
    public static ModelReport Inspect(string path)
    {
        if (Directory.Exists(path))
        {
            return InspectFolder(path);
        }
        if (!File.Exists(path))
        {
            throw new CheckpointException($"There is no file or folder '{path}'.");
        }
        return IsTokenizer(path) ? new ModelReport(path, "SentencePiece model", [Tokenizer(path)]) : InspectFile(path);
    }

    private static ModelReport InspectFolder(string folder)
    {
        ModelPaths paths;
        try
        {
            paths = ModelPaths.Find(folder);
        }
        catch (CheckpointException) when (Directory.EnumerateFiles(folder, "*.safetensors").Any())
        {
            return InspectFile(folder);
        }
        using ModelFolder model = ModelFolder.Open(folder);
        List<PartReport> parts = [];
        foreach (TransformerKind kind in model.Transformers)
        {
            string name = kind switch
            {
                TransformerKind.Causal => "causal transformer",
                TransformerKind.CausalTeacher => "causal teacher",
                _ => "transformer",
            };
            parts.Add(Guard(name, PartKind.Transformer, paths.Transformer(kind)!.Weights, at => Transformer(name, at, () => model.TransformerConfig(kind))));
        }
        if (paths.Vae is PartPaths vae)
        {
            parts.Add(Guard("vae", PartKind.Vae, vae.Weights, at => Vae("vae", at, model.VaeConfig())));
        }
        if (paths.TextEncoder is PartPaths text)
        {
            parts.Add(Guard("text encoder", PartKind.TextEncoder, text.Weights, at => TextEncoder("text encoder", at, model.TextEncoderConfig())));
        }
        if (paths.Tokenizer is string tokenizer)
        {
            parts.Add(Tokenizer(tokenizer));
        }
        string[] missing =
        [
            .. new (bool There, string Name)[]
            {
                (model.Transformers.Count > 0, "transformer"), (paths.Vae is not null, "vae"),
                (paths.TextEncoder is not null, "text encoder"), (paths.Tokenizer is not null, "tokenizer"),
            }.Where(p => !p.There).Select(p => p.Name),
        ];
        string layout = paths.Layout == ModelLayout.Diffusers ? "model folder in the diffusers layout" : "model folder in the original Wan layout";
        layout += paths.Base is string origin ? $", what it lacks from '{origin}'" : "";
        return new ModelReport(folder, missing.Length == 0 ? layout : $"{layout}, without {string.Join(", ", missing)}", parts);
    }

    private static ModelReport InspectFile(string path)
    {
        using ITensorSource source = CheckpointFile.Open(path);
        string format = source is TorchCheckpoint ? "PyTorch checkpoint" : "safetensors checkpoint";
        if (MetricNetwork(path) is PartReport network)
        {
            return new ModelReport(path, $"{format} of {Describe(network.Kind)}", [network]);
        }
        IReadOnlyList<string> entries = TransformerCheckpoint.Entries(source);
        if (entries.Count == 0)
        {
            PartReport part = Entry(path, "", source);
            return new ModelReport(path, $"{format} of {Describe(part.Kind)}", [part]);
        }
        PartReport[] parts = [.. entries.Select(e => Entry(path, e, source))];
        return new ModelReport(path, $"{format} with {string.Join(", ", parts.Select(p => $"{p.Name} ({Describe(p.Kind)})"))}", parts);
    }

    /// <summary>One network of a checkpoint: everything under an entry, or all tensors.</summary>
    private static PartReport Entry(string path, string entry, ITensorSource file)
    {
        string prefix = entry.Length == 0 ? "" : entry + "/";
        TensorInfo[] tensors = [.. file.Tensors
            .Where(t => t.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(t => t with { Name = t.Name[prefix.Length..] })];
        PartKind kind = TensorRecognition.KindOf(tensors);
        string name = entry.Length > 0 ? entry : Describe(kind);
        string? selected = entry.Length > 0 ? entry : null;
        return kind switch
        {
            PartKind.Transformer => Guard(name, kind, path, at => Transformer(name, at, null, selected)),
            PartKind.LoraAdapter => Guard(name, kind, path, at => Adapter(name, at, selected, tensors)),
            PartKind.Vae when selected is null => Guard(name, kind, path, at => Vae(name, at, Wan.Vae.WanVaeConfig.Wan21)),
            PartKind.TextEncoder when selected is null => Guard(name, kind, path, at => TextEncoder(name, at, null)),
            _ => Facts(tensors, new PartReport { Name = name, Kind = kind, Path = path, Summary = Unknown(tensors) }),
        };
    }

    private static PartReport Guard(string name, PartKind kind, string path, Func<string, PartReport> inspect)
    {
        try
        {
            return inspect(path);
        }
        catch (CheckpointException e)
        {
            return new PartReport { Name = name, Kind = kind, Path = path, Summary = Describe(kind), Problem = e.Message };
        }
    }

    private static PartReport Tokenizer(string path) => Guard("tokenizer", PartKind.Tokenizer, path, at =>
    {
        WanTokenizer tokenizer = WanTokenizer.Load(at);
        return new PartReport
        {
            Name = "tokenizer",
            Kind = PartKind.Tokenizer,
            Path = at,
            Summary = $"SentencePiece, {tokenizer.Tokenizer.Vocabulary.Count:N0} pieces, normalisation {tokenizer.Tokenizer.NormalizationName}",
        };
    });

    private static bool IsTokenizer(string path)
    {
        if (!path.EndsWith(".model", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        using FileStream stream = File.OpenRead(path);
        // A SentencePiece model starts with its first piece: field 1, length-delimited.
        return stream.ReadByte() == 0x0A;
    }

    private static string Describe(PartKind kind) => kind switch
    {
        PartKind.Transformer => "a transformer",
        PartKind.Vae => "an autoencoder",
        PartKind.TextEncoder => "a text encoder",
        PartKind.Tokenizer => "a tokenizer",
        PartKind.LoraAdapter => "an adapter (LoRA)",
        PartKind.MetricNetwork => "a network of metrics",
        _ => "unknown tensors",
    };
}
