using System.Buffers.Binary;
using System.Text.Json;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;

namespace LongTake.Alignment.Data;

/// <summary>
/// Latents of the Shapes world's training clips, encoded once and kept in a file as half precision: encoding costs more
/// than a training step. The file grows clip by clip, so that an interrupted build goes on where it stopped; beside it
/// lies a small description, and a cache made with another VAE or length is refused.
/// </summary>
public sealed class LatentCache
{
    private readonly Half[] _values;

    private LatentCache(LatentCacheInfo info, Half[] values)
    {
        Info = info;
        _values = values;
    }

    /// <summary>What the cache holds.</summary>
    public LatentCacheInfo Info { get; }

    /// <summary>Clips in the cache.</summary>
    public int Clips => _values.Length / Info.ElementsPerClip;

    /// <summary>Opens a cache and encodes what it lacks.</summary>
    /// <param name="compute">Where to encode.</param>
    /// <param name="vae">The trained VAE.</param>
    /// <param name="world">What part of the world the clips show.</param>
    /// <param name="path">The file of values; its description gets <c>.json</c> appended.</param>
    /// <param name="clips">Clips wanted.</param>
    /// <param name="latentFrames">Latent frames a clip.</param>
    /// <param name="vaeFingerprint">Identifies the VAE's weights.</param>
    /// <param name="progress">Told the number of clips in the cache.</param>
    /// <param name="cancellation">Stops between clips; what is encoded stays.</param>
    /// <exception cref="InvalidDataException">The file belongs to another VAE, world or length.</exception>
    public static LatentCache OpenOrBuild(
        Compute compute,
        WanVae vae,
        WorldProfile world,
        string path,
        int clips,
        int latentFrames,
        string vaeFingerprint,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        int side = ShapesWorld.Size / 8;
        LatentCacheInfo wanted = new(world.Version, vaeFingerprint, vae.Config.ZDim, latentFrames, side, side);
        string description = path + ".json";
        if (File.Exists(path) && File.Exists(description))
        {
            if (CacheDescription.Read<LatentCacheInfo>(description, path) != wanted)
            {
                throw new InvalidDataException(
                    $"The latents in '{path}' were made with another VAE, world or clip length; delete the file or name another in the recipe.");
            }
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.Delete(path);
            File.WriteAllText(description, JsonSerializer.Serialize(wanted));
        }
        using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        long clipBytes = wanted.ElementsPerClip * 2L;
        int have = (int)(file.Length / clipBytes);
        // A clip cut off in the middle is encoded again.
        file.SetLength(have * clipBytes);
        Append(compute, vae, world, file, wanted, have, clips, progress, cancellation);
        int use = (int)Math.Min(clips, file.Length / clipBytes);
        return new LatentCache(wanted, ReadAll(file, use * wanted.ElementsPerClip));
    }

    /// <summary>Copies the first <paramref name="frames"/> latent frames of a clip, from frame <paramref name="start"/> on, into [C, frames, H, W].</summary>
    public void CopyFrames(int clip, int start, int frames, Span<float> destination, int destinationStart, int destinationFrames)
    {
        int plane = Info.Height * Info.Width;
        for (int c = 0; c < Info.Channels; c++)
        {
            long source = ((long)clip * Info.ElementsPerClip) + ((((long)c * Info.Frames) + start) * plane);
            Span<float> target = destination.Slice(((c * destinationFrames) + destinationStart) * plane, frames * plane);
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = (float)_values[source + i];
            }
        }
    }

    private static void Append(
        Compute compute,
        WanVae vae,
        WorldProfile world,
        FileStream file,
        LatentCacheInfo info,
        int have,
        int clips,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        file.Seek(0, SeekOrigin.End);
        byte[] bytes = new byte[info.ElementsPerClip * 2];
        for (int clip = have; clip < clips && !cancellation.IsCancellationRequested; clip++)
        {
            using TensorScope scope = TensorScope.Open();
            Tensor video = ShapesBatch.Video([clip], info.PixelFrames, world);
            ReadOnlySpan<float> latents = vae.Encode(compute, video).Span;
            for (int i = 0; i < latents.Length; i++)
            {
                BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)latents[i]);
            }
            file.Write(bytes);
            if ((clip & 15) == 15)
            {
                file.Flush();
            }
            progress?.Report(clip + 1);
        }
        file.Flush();
    }

    private static Half[] ReadAll(FileStream file, int count)
    {
        Half[] values = new Half[count];
        byte[] bytes = new byte[1 << 20];
        file.Seek(0, SeekOrigin.Begin);
        int done = 0;
        while (done < count)
        {
            int n = Math.Min(bytes.Length, (count - done) * 2);
            file.ReadExactly(bytes, 0, n);
            for (int i = 0; i < n / 2; i++)
            {
                values[done + i] = BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(2 * i));
            }
            done += n / 2;
        }
        return values;
    }
}

/// <summary>What a <see cref="LatentCache"/> holds.</summary>
/// <param name="World">Version and profile of the world that was rendered.</param>
/// <param name="Vae">Fingerprint of the VAE's weights.</param>
/// <param name="Channels">Latent channels.</param>
/// <param name="Frames">Latent frames a clip.</param>
/// <param name="Height">Latent rows.</param>
/// <param name="Width">Latent columns.</param>
public sealed record LatentCacheInfo(string World, string Vae, int Channels, int Frames, int Height, int Width)
{
    /// <summary>Numbers a clip.</summary>
    public int ElementsPerClip => Channels * Frames * Height * Width;

    /// <summary>Pixel frames a clip.</summary>
    public int PixelFrames => (4 * (Frames - 1)) + 1;
}
