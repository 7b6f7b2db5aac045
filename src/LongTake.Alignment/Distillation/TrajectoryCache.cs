using System.Runtime.InteropServices;
using System.Text.Json;
using LongTake.Alignment.Data;
using Microsoft.Win32.SafeHandles;

namespace LongTake.Alignment.Distillation;

/// <summary>
/// The teacher's trajectories, computed once and kept in a file as half precision: the states at the student's timesteps and the
/// clean end. The file grows batch by batch, so that an interrupted computation goes on where it stopped; beside it lies a small
/// description, and a file of another teacher or other settings is refused. Trajectories are read when they are asked for.
/// </summary>
public sealed class TrajectoryCache : IDisposable
{
    private readonly SafeFileHandle _file;

    private TrajectoryCache(TrajectoryCacheInfo info, SafeFileHandle file, int count)
    {
        Info = info;
        _file = file;
        Count = count;
    }

    /// <summary>
    /// Computes <paramref name="count"/> trajectories from number <paramref name="first"/> on, each [K + 1, C, T, H, W].
    /// </summary>
    public delegate Half[] Source(int first, int count);

    /// <summary>What the file holds.</summary>
    public TrajectoryCacheInfo Info { get; }

    /// <summary>Trajectories to learn from.</summary>
    public int Count { get; }

    /// <summary>Opens a file and computes what it lacks.</summary>
    /// <param name="path">The file of states; its description gets <c>.json</c> appended.</param>
    /// <param name="info">What is wanted.</param>
    /// <param name="count">Trajectories wanted.</param>
    /// <param name="batch">Trajectories computed at once.</param>
    /// <param name="source">Computes them.</param>
    /// <param name="progress">Told the number of trajectories in the file.</param>
    /// <param name="cancellation">Stops between batches; what is computed stays.</param>
    /// <exception cref="InvalidDataException">The file is of another teacher or other settings, or not of trajectories.</exception>
    /// <exception cref="IOException">Another program uses the file.</exception>
    public static TrajectoryCache OpenOrBuild(
        string path,
        TrajectoryCacheInfo info,
        int count,
        int batch,
        Source source,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        CheckDescription(path, info);
        int have = Complete(path, info.Elements * 2L, count, batch, source, progress, cancellation);
        return new TrajectoryCache(info, File.OpenHandle(path), Math.Min(have, count));
    }

    /// <summary>Reads a trajectory, [K + 1, C, T, H, W].</summary>
    public void Read(int index, Span<Half> states)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(states[..Info.Elements]);
        long offset = (long)index * bytes.Length;
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(_file, bytes[done..], offset + done);
            done += read > 0
                ? read
                : throw new EndOfStreamException($"Trajectory {index} is cut off; delete the file of trajectories to make it anew.");
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Appends what a file lacks; nobody else may write to it meanwhile.</summary>
    /// <returns>Trajectories in the file.</returns>
    private static int Complete(
        string path, long bytes, int count, int batch, Source source, IProgress<int>? progress, CancellationToken cancellation)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        int have = (int)(RandomAccess.GetLength(file) / bytes);
        while (have < count && !cancellation.IsCancellationRequested)
        {
            // Always the same batches, whenever the computation stopped: how many are computed at once may round differently.
            int first = have / batch * batch;
            int size = Math.Min(batch, count - first);
            RandomAccess.Write(file, MemoryMarshal.AsBytes(source(first, size).AsSpan()), first * bytes);
            have = first + size;
            progress?.Report(have);
        }
        return have;
    }

    private static void CheckDescription(string path, TrajectoryCacheInfo wanted)
    {
        string description = path + ".json";
        if (!File.Exists(description))
        {
            if (File.Exists(path))
            {
                throw new InvalidDataException(
                    $"'{path}' is there already, but without the description that a file of trajectories has; name another in the recipe.");
            }
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(description, JsonSerializer.Serialize(wanted));
            return;
        }
        TrajectoryCacheInfo? found = CacheDescription.Read<TrajectoryCacheInfo>(description, path);
        if (found != wanted)
        {
            string how = found?.Teacher != wanted.Teacher
                ? "by another teacher"
                : "with other settings (frames, chunk_frames, step_list, timestep_shift, teacher_steps, teacher_guidance, preset or seed)";
            throw new InvalidDataException(
                $"The trajectories in '{path}' were made {how}; delete the file and its .json, or name another in the recipe.");
        }
    }
}
