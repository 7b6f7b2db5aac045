using System.Runtime.InteropServices;
using LongTake.Generation.Streaming;
using LongTake.Tensors;

namespace LongTake.Cli.Generate;

/// <summary>
/// What a stopped run needs to go on as if it had never stopped, in the folder "OUTPUT.journal": the run's identity
/// (run.json), the generator's state after a chunk (state.safetensors), and, for outputs whose encoder cannot be taken up
/// again, the latents of all chunks (latents.bin), from which the earlier frames are decoded once more.
/// </summary>
internal sealed class GenerationJournal : IDisposable
{
    private const string StateFile = "state.safetensors";

    private readonly string _folder;
    private readonly FileStream? _latents;

    private GenerationJournal(string folder, bool keepLatents)
    {
        _folder = folder;
        if (keepLatents)
        {
            _latents = new FileStream(Path.Combine(folder, "latents.bin"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
    }

    /// <summary>Whether a state has been saved, so that a resume is possible.</summary>
    public bool HasState => File.Exists(StatePath);

    private string StatePath => Path.Combine(_folder, StateFile);

    /// <summary>Folder of the journal of an output.</summary>
    public static string FolderOf(string output) => Path.TrimEndingDirectorySeparator(output) + ".journal";

    /// <summary>Whether a stopped run of an output can be resumed.</summary>
    public static bool Exists(string output) => File.Exists(Path.Combine(FolderOf(output), StateFile));

    /// <summary>Starts a journal; one that an earlier run left is forgotten.</summary>
    public static GenerationJournal Create(string output, RunIdentity identity, bool keepLatents)
    {
        string folder = FolderOf(output);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
        Directory.CreateDirectory(folder);
        identity.Save(Path.Combine(folder, "run.json"));
        return new GenerationJournal(folder, keepLatents);
    }

    /// <summary>Opens the journal of a stopped run.</summary>
    /// <exception cref="CliException">There is none, or it belongs to another run; the message names the differences.</exception>
    public static GenerationJournal Open(string output, RunIdentity identity, bool keepLatents)
    {
        string folder = FolderOf(output);
        string run = Path.Combine(folder, "run.json");
        if (!File.Exists(run))
        {
            throw new CliException($"There is no stopped run of {output} to resume ({run} is missing); start it without --resume.");
        }
        string[] differences = [.. RunIdentity.Load(run).Differences(identity)];
        if (differences.Length > 0)
        {
            throw new CliException(
                $"The stopped run of {output} had {string.Join("; ", differences)}. "
                + "Resume with the options it began with, or start again without --resume.");
        }
        GenerationJournal journal = new(folder, keepLatents);
        if (!journal.HasState)
        {
            journal.Dispose();
            throw new CliException($"The stopped run of {output} had not finished a chunk; start it again without --resume.");
        }
        return journal;
    }

    /// <summary>Reads the saved state; the caller's.</summary>
    public GenerationState LoadState() => GenerationState.Load(StatePath);

    /// <summary>Keeps the latents of a chunk, if this journal keeps them.</summary>
    public void Append(Tensor latents) => _latents?.Write(MemoryMarshal.AsBytes(latents.Span));

    /// <summary>Reads the latents of the first chunks one by one into <paramref name="chunk"/> and forgets later ones.</summary>
    /// <exception cref="CliException">There are fewer.</exception>
    public void Replay(long chunks, Tensor chunk, Action decode)
    {
        if (_latents is null)
        {
            return;
        }
        if (_latents.Length < chunks * chunk.Bytes)
        {
            throw new CliException($"{_latents.Name} has fewer than {chunks} chunks; start again without --resume.");
        }
        _latents.SetLength(chunks * chunk.Bytes);
        _latents.Position = 0;
        for (long i = 0; i < chunks; i++)
        {
            _latents.ReadExactly(MemoryMarshal.AsBytes(chunk.Span));
            decode();
        }
    }

    /// <summary>Saves the state after a chunk whose frames and latents are all written.</summary>
    public void Save(GenerationState state)
    {
        _latents?.Flush(flushToDisk: true);
        state.Save(StatePath);
    }

    /// <summary>The run is over: nothing is left to resume.</summary>
    public void Delete()
    {
        Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    public void Dispose() => _latents?.Dispose();
}
