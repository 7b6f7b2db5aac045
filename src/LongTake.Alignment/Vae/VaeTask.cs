using LongTake.Alignment.Data;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Generation.Video;
using LongTake.Models.Checkpoints;
using LongTake.Models.Wan.Vae;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;
using LongTake.Tensors.Random;

namespace LongTake.Alignment.Vae;

/// <summary>
/// Trains the causal VAE to reproduce clips: mean squared error plus a little KL divergence, first on single frames,
/// then on clips; mostly on random crops (a crop teaches as much per pixel as a canvas, and many small samples make a better
/// gradient), at the end on whole canvases.
/// </summary>
public sealed class VaeTask : ITrainingTask
{
    private readonly VaeRecipe _recipe;
    private readonly WanVaeConfig _config;
    private readonly ParameterStore _weights;
    private readonly WanVae _vae;

    // Mean and deviation of the latents, where the encoder is not trained.
    private readonly (float[] Mean, float[] Deviation)? _kept;
    private double _meanSquaredError;
    private double _divergence;

    /// <summary>Makes the network with random weights, or with those of the recipe's <see cref="TrainingRecipe.StartFrom"/>.</summary>
    /// <exception cref="RecipeException">The folder's VAE has other sizes than the recipe's.</exception>
    public VaeTask(VaeRecipe recipe)
    {
        _recipe = recipe;
        _config = new WanVaeConfig
        {
            Dim = recipe.Dim,
            ZDim = recipe.ZDim,
            ResBlockCount = recipe.ResidualBlocks,
            LatentsMean = new float[recipe.ZDim],
            LatentsStd = [.. Enumerable.Repeat(1f, recipe.ZDim)],
        };
        _weights = InitialWeights(recipe, _config);
        _kept = recipe.DecoderOnly ? StartingStatistics(recipe.StartFrom!) : null;
        _vae = new WanVae(_config, _weights);
        Networks = [new TrainedNetwork("vae", recipe.DecoderOnly ? Select(_weights, IsOfDecoder) : _weights)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TrainingUpdate> Updates(int step) => [new(compute => Loss(compute, step), Networks)];

    /// <summary>The loss of one step, with randomness that is a function of seed and step.</summary>
    public Tensor Loss(Compute compute, int step)
    {
        bool pictures = step < _recipe.Steps * _recipe.PictureShare;
        bool whole = step >= _recipe.Steps * (1 - _recipe.WholeCanvasShare);
        int side = whole ? ShapesWorld.Size : _recipe.Crop;
        int frames = pictures ? 1 : whole && _recipe.WholeCanvasFrames > 0 ? _recipe.WholeCanvasFrames : _recipe.Frames;
        int batch = Math.Max(1, _recipe.Batch / frames / (whole ? 4 : 1));
        Tensor video = Crops(step, batch, frames, side);

        if (_recipe.DecoderOnly)
        {
            (Tensor latent, _) = _vae.EncodeMoments(new Compute(compute.Backend), video);
            Tensor difference = compute.MeanSquaredError(_vae.Decode(compute, latent), video);
            _meanSquaredError = difference.Span[0];
            return difference;
        }
        (Tensor mean, Tensor logVariance) = _vae.EncodeMoments(compute, video);
        Tensor noise = Tensor.Empty(mean.Shape);
        new CounterRandom(_recipe.Seed, (ulong)step).FillNormal(noise.Span);
        Tensor deviation = compute.Exp(compute.Scale(logVariance, 0.5f));
        Tensor latents = compute.Add(mean, compute.Mul(deviation, noise));

        Tensor error = compute.MeanSquaredError(_vae.Decode(compute, latents), video);
        // KL to a standard normal, per latent element: (mean^2 + variance - 1 - log variance) / 2.
        Tensor spread = compute.Sub(compute.Mul(deviation, deviation), logVariance);
        Tensor divergence = compute.Scale(compute.AddScalar(compute.Mean(compute.Add(compute.Mul(mean, mean), spread)), -1), 0.5f);
        _meanSquaredError = error.Span[0];
        _divergence = divergence.Span[0];
        return compute.Add(error, compute.Scale(divergence, _recipe.KlWeight));
    }

    /// <inheritdoc/>
    public string Describe() => $"psnr {Psnr(_meanSquaredError):F1} dB" + (_recipe.DecoderOnly ? "" : $", kl {_divergence:F2}");

    /// <inheritdoc/>
    public void Sample(Compute compute, IReadOnlyList<ParameterStore> weights, string pngPath)
    {
        using ParameterStore complete = Complete(weights[0]);
        using WanVae vae = new(_config, complete);
        using TensorScope scope = TensorScope.Open();
        int frames = 17;
        ContactSheet sheet = new(ShapesWorld.Size, ShapesWorld.Size);
        for (int clip = 0; clip < 4; clip++)
        {
            Tensor video = ShapesBatch.Video([SheetClips + clip], frames, _recipe.Profile);
            (Tensor mean, _) = vae.EncodeMoments(compute, video);
            Tensor output = vae.Decode(compute, mean);
            sheet.AddRow("truth", ShapesBatch.ToFrames(video, 0, 4).Select(f => new ReadOnlyMemory<byte>(f)));
            sheet.AddRow($"decoded, {Psnr(MeanSquare(video, output)):F1} dB", ShapesBatch.ToFrames(output, 0, 4).Select(f => new ReadOnlyMemory<byte>(f)));
        }
        sheet.Save(pngPath);
    }

    /// <inheritdoc/>
    public void Export(Compute compute, IReadOnlyList<ParameterStore> weights, string folder)
    {
        using ParameterStore complete = Complete(weights[0]);
        using WanVae vae = new(_config, complete);
        (float[] mean, float[] deviation) = _kept ?? Statistics(compute, vae);
        ModelFolderWriter.WriteVae(folder, _config with { LatentsMean = mean, LatentsStd = deviation }, complete);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _vae.Dispose();
        _weights.Dispose();
    }

    internal const float InitialLogVariance = -6;

    // Clips that no step trains on (the stream is endless).
    private const int SheetClips = 1_000_000_000;

    private static ParameterStore InitialWeights(VaeRecipe recipe, WanVaeConfig config)
    {
        ParameterStore weights = ParameterStore.CreateRandom(WanVae.Specs(config), recipe.Seed);
        try
        {
            VaeInitialization.Apply(weights);

            // Samples start close to their mean: at the usual variance of one, noise would drown what the encoder has to say.
            weights["conv1.bias"].Span[recipe.ZDim..].Fill(InitialLogVariance);
            StartingWeights.Apply(weights, recipe.StartFrom, m => m.LoadVaeParameters(WeightUse.Training));
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Mean and deviation of the latents of the VAE that the training starts from, whose weights have been read.</summary>
    private static (float[] Mean, float[] Deviation) StartingStatistics(string folder)
    {
        using ModelFolder start = ModelFolder.Open(folder);
        WanVaeConfig config = start.VaeConfig();
        int[] channels = [.. Enumerable.Range(0, config.ZDim)];
        return (Array.ConvertAll(channels, config.MeanOf), Array.ConvertAll(channels, config.DeviationOf));
    }

    private static double Psnr(double meanSquaredError) => 10 * Math.Log10(4 / Math.Max(meanSquaredError, 1e-12));

    private static double MeanSquare(Tensor a, Tensor b)
    {
        double sum = 0;
        ReadOnlySpan<float> x = a.Span, y = b.Span;
        for (int i = 0; i < x.Length; i++)
        {
            double d = x[i] - y[i];
            sum += d * d;
        }
        return sum / x.Length;
    }

    private Tensor Crops(int step, int batch, int frames, int side)
    {
        int[] clips = new int[batch];
        (int X, int Y)[] corners = new (int, int)[batch];
        for (int i = 0; i < batch; i++)
        {
            long sample = ((long)step * _recipe.Batch) + i;
            clips[i] = (int)(sample % SheetClips);
            CounterRandom random = new(_recipe.Seed ^ 0x63726F70, (ulong)sample);
            int room = ShapesWorld.Size - side + 1;
            corners[i] = (random.NextInt(room), random.NextInt(room));
        }
        return ShapesBatch.Video(clips, frames, _recipe.Profile, side, corners);
    }

    private static bool IsOfDecoder(string name) => name.StartsWith("decoder.") || name.StartsWith("conv2.");

    /// <summary>Some of a network's parameters; the tensors stay the network's.</summary>
    private static ParameterStore Select(ParameterStore weights, Func<string, bool> isWanted)
    {
        ParameterStore chosen = new();
        foreach (string name in weights.Names.Where(isWanted))
        {
            chosen.Add(name, weights[name]);
        }
        return chosen;
    }

    /// <summary>Copies of trained weights, and of those that are not trained.</summary>
    private ParameterStore Complete(ParameterStore trained)
    {
        ParameterStore all = new();
        foreach (string name in _weights.Names)
        {
            all.Add(name, (trained.TryGet(name, out Tensor? tensor) ? tensor : _weights[name]).Clone());
        }
        return all;
    }

    private (float[] Mean, float[] Deviation) Statistics(Compute compute, WanVae vae)
    {
        int channels = _config.ZDim;
        double[] sum = new double[channels], squares = new double[channels];
        long count = 0;
        for (int clip = 0; clip < _recipe.StatisticsClips; clip++)
        {
            using TensorScope scope = TensorScope.Open();
            (Tensor mean, _) = vae.EncodeMoments(compute, ShapesBatch.Video([SheetClips + 100 + clip], 33, _recipe.Profile));
            int plane = checked((int)(mean.Count / channels));
            for (int c = 0; c < channels; c++)
            {
                foreach (float v in mean.Span.Slice(c * plane, plane))
                {
                    sum[c] += v;
                    squares[c] += (double)v * v;
                }
            }
            count += plane;
        }
        float[] averages = new float[channels], deviations = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            double average = sum[c] / count;
            averages[c] = (float)average;
            deviations[c] = (float)Math.Sqrt(Math.Max(1e-6, (squares[c] / count) - (average * average)));
        }
        return (averages, deviations);
    }
}
