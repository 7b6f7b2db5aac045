using LongTake.Models.Checkpoints.Adapted;
using LongTake.Tensors.Files;

namespace LongTake.Models.Checkpoints.Conversion;

/// <summary>
/// Stores a model in another element type: a folder, whose other parts are copied, or one network's file. Names of parameters become the
/// original ones. What is written lies beside its place until it is whole; a stopped conversion leaves nothing behind.
/// </summary>
public static class CheckpointConverter
{
    private static readonly Dictionary<string, string> s_metadata = new() { ["format"] = "pt" };

    /// <summary>Converts.</summary>
    /// <param name="source">Model folder, or checkpoint of a transformer or text encoder in any format that can be opened.</param>
    /// <param name="target">Folder, or <c>.safetensors</c> file, to make.</param>
    /// <param name="options">Type, parts, progress.</param>
    /// <param name="stop">Ends the work; nothing stays.</param>
    /// <exception cref="ArgumentException">Options do not go together.</exception>
    /// <exception cref="CheckpointException">The source cannot be converted, the target exists or has no room; said before anything is written.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static ConversionReport Convert(string source, string target, ConversionOptions options, CancellationToken stop = default)
    {
        options.Validate();
        string from = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        string to = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        if (!File.Exists(from) && !Directory.Exists(from))
        {
            throw new CheckpointException($"There is no file or folder '{source}'.");
        }
        if (from == to || to.StartsWith(from + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new CheckpointException($"'{target}' is, or lies in, what is converted; name another place.");
        }
        if (from.StartsWith(to + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new CheckpointException($"'{target}' holds what is converted; name another place.");
        }
        if (IsModelFolder(from))
        {
            return ConvertFolder(from, to, options, stop);
        }
        if (Directory.Exists(from) && !Directory.EnumerateFiles(from, "*.safetensors").Any())
        {
            // Says what a model folder would have.
            _ = ModelPaths.Find(from);
        }
        if (options.Base is string origin)
        {
            throw new ArgumentException($"Adapters of '{origin}' are stored in a model folder, and '{source}' is none.");
        }
        if (options.Average.Count > 0)
        {
            throw new ArgumentException($"Parts of model folders are averaged, and '{source}' is none.");
        }
        return options.Parts is null
            ? ConvertFile(from, to, options, stop)
            : throw new ArgumentException($"Parts are those of a model folder, and '{source}' is none; leave them out.");
    }

    private static bool IsModelFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            return false;
        }
        try
        {
            _ = ModelPaths.Find(path);
            return true;
        }
        catch (CheckpointException)
        {
            return false;
        }
    }

    private static ConversionReport ConvertFile(string from, string to, ConversionOptions options, CancellationToken stop)
    {
        if (!to.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new CheckpointException($"One network's weights become a .safetensors file; '{to}' is named otherwise.");
        }
        if (Directory.Exists(to) || (File.Exists(to) && !options.Overwrite))
        {
            throw Exists(to);
        }
        PartKind kind;
        using (ITensorSource file = CheckpointFile.Open(from))
        {
            // A few-step checkpoint holds several networks, each under its entry.
            kind = TransformerCheckpoint.Entries(file).Count > 0 ? PartKind.Transformer : TensorRecognition.KindOf(file.Tensors);
        }
        using ITensorSource network = kind switch
        {
            PartKind.Transformer => TransformerCheckpoint.Open(from),
            PartKind.TextEncoder => PartSources.OpenTextEncoder(from),
            _ => throw new CheckpointException($"'{from}' is neither a transformer nor a text encoder; only these are converted as single files."),
        };
        Work work = new(options, stop);
        using ConvertedSource converted = work.Open(kind == PartKind.Transformer ? "transformer" : "text_encoder", network);
        DiskSpace.Require(to, converted.Tensors.Sum(t => t.Bytes));
        SafetensorsWriter.Write(to, converted, s_metadata);
        ConvertedPart part = work.Finish(network, converted);
        return new ConversionReport([part], part.BytesBefore, new FileInfo(to).Length);
    }

    private static ConversionReport ConvertFolder(string from, string to, ConversionOptions options, CancellationToken stop)
    {
        CheckTargetFolder(to, options);
        using ModelFolder model = ModelFolder.Open(from);

        // What comes from another folder stays there; the copy names it as well.
        ModelPaths paths = ModelPaths.Own(from);
        List<ConvertiblePart> parts = Parts(paths, model, options);
        string[] all = Directory.GetFiles(from, "*", SearchOption.AllDirectories);
        string[] copies = [.. all.Where(f => !parts.Any(p => p.Replaces(f)))];
        Work work = new(options, stop);
        List<(ConvertiblePart Part, ITensorSource Network, ConvertedSource Converted)> opened = [];
        string temporary = $"{to}.{Guid.NewGuid():N}.partial";
        try
        {
            foreach (ConvertiblePart part in parts)
            {
                ITensorSource network = OpenAverage(part, from, options);
                opened.Add((part, network, work.Open(part.Name, network)));
            }
            ConvertiblePart? origin = options.Base is null ? null : Origin(paths, model, options.Base);
            DiskSpace.Require(to, opened.Sum(o => o.Converted.Tensors.Sum(t => t.Bytes)) + copies.Sum(f => new FileInfo(f).Length));
            foreach (string file in copies)
            {
                stop.ThrowIfCancellationRequested();
                string copy = Path.Combine(temporary, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
            if (paths.Base is string origins)
            {
                ModelFolderWriter.NameBase(temporary, origins);
            }
            List<ConvertedPart> results = [];
            foreach ((ConvertiblePart part, ITensorSource network, ConvertedSource converted) in opened)
            {
                work.Part = part.Name;
                if (origin is not null)
                {
                    using ITensorSource other = origin.Open();
                    string place = Path.GetDirectoryName(Path.Combine(temporary, Path.GetRelativePath(from, part.File)))!;
                    results.Add(AdapterConverter.Write(part.Name, network, other, place, options, work.Advance));
                    continue;
                }
                SafetensorsWriter.Write(Path.Combine(temporary, Path.GetRelativePath(from, part.File)), converted, s_metadata);
                results.Add(work.Finish(network, converted));
            }
            Replace(to, temporary);
            return new ConversionReport(results, all.Sum(f => new FileInfo(f).Length), SizeOf(to));
        }
        catch
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
            throw;
        }
        finally
        {
            opened.ForEach(o => o.Converted.Dispose());
        }
    }

    private static List<ConvertiblePart> Parts(ModelPaths paths, ModelFolder model, ConversionOptions options)
    {
        string[] usual = [ModelPaths.FolderOf(TransformerKind.Bidirectional), ModelPaths.FolderOf(TransformerKind.Causal)];
        string[] names = [.. options.Parts ?? usual.Where(n => n != options.Base)];
        List<ConvertiblePart> parts = [];
        foreach (string name in names)
        {
            if (ConvertiblePart.Find(paths, model, name) is ConvertiblePart part)
            {
                parts.Add(part);
            }
            else if (options.Parts is not null)
            {
                throw new CheckpointException($"The model in '{paths.Folder}' has no part '{name}' to convert.");
            }
        }
        return parts.Count > 0 ? parts : throw new CheckpointException(
            $"The model in '{paths.Folder}' has neither a transformer nor a causal transformer to convert; " +
            $"name its parts ({string.Join(", ", ConversionOptions.AllParts)}).");
    }

    /// <summary>A part's tensors, averaged with those of other models if that is asked for.</summary>
    private static ITensorSource OpenAverage(ConvertiblePart part, string from, ConversionOptions options)
    {
        if (options.Average.Count == 0)
        {
            return part.Open();
        }
        List<ITensorSource> sources = [part.Open()];
        try
        {
            foreach (string folder in options.Average)
            {
                using ModelFolder other = ModelFolder.Open(folder);
                ConvertiblePart same = ConvertiblePart.Find(ModelPaths.Find(folder), other, part.Name)
                    ?? throw new CheckpointException($"The model in '{folder}' has no part '{part.Name}' to average.");
                sources.Add(same.Open());
            }
            double equal = 1.0 / sources.Count;
            return new AveragedSource(sources, options.Shares ?? [.. sources.Select(_ => equal)], [from, .. options.Average]);
        }
        catch
        {
            sources.ForEach(s => s.Dispose());
            throw;
        }
    }

    private static ConvertiblePart Origin(ModelPaths paths, ModelFolder model, string name)
    {
        if (paths.Layout != ModelLayout.Diffusers || ConvertiblePart.Find(paths, model, name) is not ConvertiblePart part)
        {
            throw new CheckpointException($"The model in '{paths.Folder}' has no folder '{name}' to store other transformers beside.");
        }
        return AdaptedTransformer.IsIn(Path.Combine(paths.Folder, name))
            ? throw new CheckpointException($"The transformer '{name}' of '{paths.Folder}' is an adapter itself; name a whole one as the base.")
            : part;
    }

    private static void CheckTargetFolder(string to, ConversionOptions options)
    {
        if (File.Exists(to))
        {
            throw new CheckpointException($"'{to}' is a file, and a model folder becomes a folder; name another place.");
        }
        if (!Directory.Exists(to))
        {
            return;
        }
        if (!options.Overwrite)
        {
            throw Exists(to);
        }
        // Replacing a folder deletes all that is in it.
        if (Directory.EnumerateFileSystemEntries(to).Any() && !IsModelFolder(to))
        {
            throw new CheckpointException($"'{to}' is no model folder and is not replaced; name another place.");
        }
    }

    private static CheckpointException Exists(string to) => new($"'{to}' exists already; name another place, or allow it to be replaced (--force).");

    /// <summary>Puts a finished folder in its place; an older one goes when its successor is there.</summary>
    private static void Replace(string to, string temporary)
    {
        string old = $"{to}.{Guid.NewGuid():N}.old";
        bool isReplacing = Directory.Exists(to);
        if (isReplacing)
        {
            Directory.Move(to, old);
        }
        Directory.Move(temporary, to);
        if (isReplacing)
        {
            Directory.Delete(old, recursive: true);
        }
    }

    private static long SizeOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);

    /// <summary>Counts what is written.</summary>
    private sealed class Work(ConversionOptions options, CancellationToken stop)
    {
        private long _done;
        private long _total;

        public string Part { get; set; } = "";

        public ConvertedSource Open(string part, ITensorSource network)
        {
            Part = part;
            ConvertedSource converted = new(network, options.Format, Advance);
            _total += (options.Base is null ? converted : network).Tensors.Sum(t => t.Bytes);
            return converted;
        }

        public ConvertedPart Finish(ITensorSource network, ConvertedSource converted) => new(
            Part,
            converted.ConvertedCount,
            network.Tensors.Count,
            network.Tensors.Sum(t => t.StoredBytes),
            converted.Tensors.Sum(t => t.Bytes),
            converted.SignalToNoise);

        public void Advance(long bytes)
        {
            stop.ThrowIfCancellationRequested();
            _done += bytes;
            options.Progress?.Invoke(new ConversionProgress(Part, _done, _total));
        }
    }
}
