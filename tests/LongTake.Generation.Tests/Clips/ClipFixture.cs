using LongTake.Generation.Clips;
using LongTake.Generation.Samplers;
using LongTake.Tensors;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Clips;

/// <summary>Runs of clip methods on networks of a few lines.</summary>
internal static class ClipFixture
{
    /// <summary>Numbers of a latent in <see cref="Info"/>.</summary>
    public const int Size = 3 * 2 * 2;

    public static ClipRunInfo Info(
        int frames, long? latents, SamplerKind kind = SamplerKind.Euler, int steps = 8, ulong seed = 5, IReadOnlyList<long>? prompts = null) => new()
        {
            Model = TinyModel.Config,
            ClipFrames = frames,
            Height = 2,
            Width = 2,
            Sampler = new SamplerOptions { Kind = kind, Steps = steps },
            Seed = seed,
            Latents = latents,
            PromptStarts = prompts ?? [0],
        };

    /// <summary>Begins a run as users do: checks, plan, stream.</summary>
    public static LatentStream Start(ClipMethod method, ClipRunInfo run, IClipNetwork network)
    {
        ClipRunInfo prepared = method.Prepare(run);
        method.Plan(prepared);
        return method.Start(prepared, network);
    }

    /// <summary>All latents of a run with an end.</summary>
    public static List<float[]> Collect(ClipMethod method, ClipRunInfo run, IClipNetwork network)
    {
        using LatentStream stream = Start(method, run, network);
        List<float[]> latents = [];
        while (!stream.IsDone)
        {
            Add(stream.Advance(), latents);
        }
        return latents;
    }

    public static void Add(Tensor? block, List<float[]> latents)
    {
        if (block is null)
        {
            return;
        }
        int size = (int)(block.Count / block.Shape[1]);
        for (int i = 0; i < block.Shape[1]; i++)
        {
            latents.Add(block.Span.Slice(i * size, size).ToArray());
        }
        block.Dispose();
    }

    /// <summary>The clean latent that belongs to a place.</summary>
    public static float[] Target(long place)
    {
        float[] values = new float[Size];
        new CounterRandom(99, (ulong)(place + 1000)).FillNormal(values);
        return values;
    }

    public static float[] Noise(ulong seed, long place, int size = Size)
    {
        float[] values = new float[size];
        ClipNoise.Initial(seed, place, values);
        return values;
    }
}

/// <summary>Knows the clean latent of every place: predicts exactly the velocity that leads there.</summary>
internal sealed class OracleNetwork(FlowLatentSolver solver) : IClipNetwork
{
    private readonly Dictionary<float, float> _sigmas =
        Enumerable.Range(0, solver.Steps).ToDictionary(solver.Timestep, level => solver.Sigmas[level]);

    public long Calls { get; private set; }

    public void Predict(ClipCall call)
    {
        Calls++;
        for (int f = 0; f < call.Frames; f++)
        {
            float[] target = ClipFixture.Target(call.Places[f]);
            ReadOnlySpan<float> x = call.LatentOf(f);
            Span<float> v = call.VelocityOf(f);
            for (int i = 0; i < v.Length; i++)
            {
                v[i] = call.Timesteps[f] == 0 ? 0 : (x[i] - target[i]) / _sigmas[call.Timesteps[f]];
            }
        }
    }
}

/// <summary>Mixes all frames of a call, their order, timesteps and prompts, so that whatever else is put into a call shows in the result.</summary>
internal sealed class MixingNetwork : IClipNetwork
{
    private double[] _sum = [];

    public long Calls { get; private set; }

    /// <summary>Told of each call before it is computed.</summary>
    public Action<ClipCall>? Called { get; set; }

    public void Predict(ClipCall call)
    {
        Calls++;
        Called?.Invoke(call);
        int size = call.LatentOf(0).Length;
        if (_sum.Length != size)
        {
            _sum = new double[size];
        }
        Array.Clear(_sum);
        for (int f = 0; f < call.Frames; f++)
        {
            ReadOnlySpan<float> x = call.LatentOf(f);
            double weight = (1 + (0.1 * f)) * (1 + (call.Timesteps[f] / 1000.0));
            for (int i = 0; i < size; i++)
            {
                _sum[i] += weight * x[i];
            }
        }
        for (int f = 0; f < call.Frames; f++)
        {
            ReadOnlySpan<float> x = call.LatentOf(f);
            Span<float> v = call.VelocityOf(f);
            for (int i = 0; i < size; i++)
            {
                double mean = _sum[i] / (2 * call.Frames);
                v[i] = (float)((0.6 * x[i]) - (0.3 * Math.Tanh(mean)) + (0.05 * Math.Sin(i + f + call.Prompts[f])) - (0.1 * call.Timesteps[f] / 1000));
            }
        }
    }
}
