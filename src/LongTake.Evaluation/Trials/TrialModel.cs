using LongTake.Evaluation.Analysis;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Samplers;
using LongTake.Generation.Streaming;
using LongTake.Models.Checkpoints;
using LongTake.Models.Text;
using LongTake.Models.Text.Umt5;
using LongTake.Models.Wan;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Backends;

namespace LongTake.Evaluation.Trials;

/// <summary>A model folder on trial: loads each part when it is first needed, encodes prompts, decodes and reads videos.</summary>
internal sealed class TrialModel : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly VideoAnalyser _analyser;
    private readonly Dictionary<(string Kind, int Prompt), IReadOnlyList<double>> _ceilings = [];
    private WanVae? _vae;
    private WanTokenizer? _tokenizer;
    private Umt5Encoder? _encoder;

    /// <summary>Opens a folder and reads its small files.</summary>
    /// <exception cref="Tensors.Files.CheckpointException">There is no model in it.</exception>
    public TrialModel(Compute compute, string path)
    {
        Compute = compute;
        _folder = ModelFolder.Open(path);
        VaeConfig = _folder.VaeConfig();
        _analyser = new VideoAnalyser((compute.Backend as CpuBackend)?.Workers);
    }

    public Compute Compute { get; }

    public WanVaeConfig VaeConfig { get; }

    /// <summary>Rows and columns of a latent frame.</summary>
    public int LatentSide => ShapesWorld.Size / VaeConfig.SpatialFactor;

    public WanVae Vae => _vae ??= _folder.LoadVae();

    /// <summary>The kinds of transformer that the folder has.</summary>
    public IReadOnlyList<TransformerKind> Transformers => _folder.Transformers;

    /// <summary>What the transformers were trained on: the whole world if they do not say.</summary>
    /// <exception cref="ArgumentException">They name a profile that there is none of.</exception>
    public WorldProfile World =>
        WorldProfile.Of(Transformers.Select(kind => _folder.Settings(kind).World).FirstOrDefault(name => name is not null) ?? WorldProfile.Full.Name);

    /// <summary>Settings of a transformer.</summary>
    /// <exception cref="ArgumentException">It does not make pictures of the Shapes world's size.</exception>
    public TransformerSettings Settings(TransformerKind kind)
    {
        TransformerSettings settings = _folder.Settings(kind);
        if (settings.Height != ShapesWorld.Size || settings.Width != ShapesWorld.Size)
        {
            throw new ArgumentException(
                $"The model in '{_folder.Path}' makes pictures of {settings.Width}x{settings.Height}; the analyser reads the Shapes world's "
                + $"{ShapesWorld.Size}x{ShapesWorld.Size}. Evaluate a model that was trained on it.");
        }
        return settings;
    }

    /// <summary>Loads a transformer.</summary>
    /// <exception cref="Tensors.Files.CheckpointException">The folder has none of that kind.</exception>
    public WanTransformer LoadTransformer(TransformerKind kind) => _folder.LoadTransformer(kind);

    /// <summary>Features [B, n, text_dim] of prompts.</summary>
    public Tensor Encode(IReadOnlyList<string> prompts)
    {
        _tokenizer ??= _folder.LoadTokenizer();
        _encoder ??= _folder.LoadTextEncoder();
        return _encoder.Encode(Compute, _tokenizer.Encode(prompts));
    }

    /// <summary>Readings of sample <paramref name="sample"/> of chunks of latents [B, n, C, h, w], decoded as a stream.</summary>
    public FrameReading[] Read(IReadOnlyList<Tensor> chunks, int sample)
    {
        using WanVaeStreamingDecoder decoder = new(Vae.Decoder);
        int frames = VaeConfig.PixelFrames(chunks.Sum(c => c.Shape[1])), at = 0;
        byte[] video = new byte[frames * SceneRenderer.FrameBytes(1)];
        foreach (Tensor chunk in chunks)
        {
            using TensorScope scope = TensorScope.Open();
            Shape s = chunk.Shape;
            Tensor latents = Tensor.Empty([1, s[2], s[1], s[3], s[4]]);
            LatentLayout.Swap(chunk.Rows(sample, 1), latents);
            ReadOnlySpan<byte> pixels = PixelConversion.ToBytes(decoder.Decode(Compute, latents)).AsSpan<byte>();
            pixels.CopyTo(video.AsSpan(at));
            at += pixels.Length;
        }
        return _analyser.Read(video);
    }

    /// <summary>A true video through encoder and decoder.</summary>
    /// <param name="story">What to render.</param>
    public RoundTrip RoundTrip(Story story)
    {
        using TensorScope scope = TensorScope.Open();
        byte[] truth = new byte[story.FrameCount * SceneRenderer.FrameBytes(1)];
        story.Render(0, story.FrameCount, truth);
        Tensor video = Tensor.Empty([1, 3, story.FrameCount, ShapesWorld.Size, ShapesWorld.Size]);
        int plane = truth.Length / 3;
        Span<float> values = video.Span;
        for (int i = 0; i < plane; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                values[c * plane + i] = truth[3 * i + c] / 127.5f - 1;
            }
        }
        byte[] decoded = PixelConversion.ToBytes(Vae.Decode(Compute, Vae.Encode(Compute, video))).AsSpan<byte>().ToArray();
        double squares = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            squares += (truth[i] - decoded[i]) * (truth[i] - decoded[i]);
        }
        double mean = Math.Max(squares / truth.Length / (255 * 255), 1e-10);
        return new RoundTrip(-10 * Math.Log10(mean), _analyser.Read(decoded));
    }

    /// <summary>
    /// What the VAE leaves of the fidelity of a prompt's true video, for each scene: the most a transformer can reach. At least 0.01, so
    /// that a useless VAE does not divide by zero.
    /// </summary>
    /// <param name="kind">Tells videos of the same prompt apart.</param>
    /// <param name="prompt">Number of the prompt.</param>
    /// <param name="story">The true video.</param>
    public IReadOnlyList<double> Ceilings(string kind, int prompt, Story story)
    {
        if (!_ceilings.TryGetValue((kind, prompt), out IReadOnlyList<double>? ceilings))
        {
            FrameReading[] readings = RoundTrip(story).Readings;
            ceilings = [.. story.Scenes.Select(s => Math.Max(
                0.01, readings.Skip(s.StartFrame).Take(s.FrameCount).Average(r => FrameScores.Fidelity(r))))];
            _ceilings[(kind, prompt)] = ceilings;
        }
        return ceilings;
    }

    /// <summary>Frees all networks.</summary>
    public void Dispose() => _folder.Dispose();
}

/// <summary>A true video after encoder and decoder.</summary>
/// <param name="Psnr">Peak signal-to-noise ratio to the true video in decibels.</param>
/// <param name="Readings">What its frames show.</param>
internal sealed record RoundTrip(double Psnr, FrameReading[] Readings);
