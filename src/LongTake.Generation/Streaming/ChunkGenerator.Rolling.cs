using LongTake.Generation.Cache;
using LongTake.Generation.Samplers;
using LongTake.Generation.Samplers.Rolling;
using LongTake.Generation.Views;
using LongTake.Tensors;

namespace LongTake.Generation.Streaming;

// Methods that denoise a window of chunks together. Each call of Next still gives one chunk; the chunks after it are in flight meanwhile.
// Source: rolling-window-denoising.md 3 and 4.
public sealed partial class ChunkGenerator
{
    private readonly RollingSampler? _rolling;
    private RollingCalls? _rollingCalls;
    private int _recent;

    /// <summary>Chunks after <see cref="NextFrame"/> that are half denoised already; 0 for methods that take chunks one by one.</summary>
    public int ChunksInFlight => _rolling?.BlocksInFlight ?? 0;

    private static IChunkSampler CreateSampler(StreamingMethod method, SamplerOptions sampler)
    {
        if (method.Rolling is not null && sampler.Kind != SamplerKind.FewStep)
        {
            throw new ArgumentException(
                $"The method '{method.Name}' noises chunks again between its own steps, as distilled few-step models know it; it conflicts with the " +
                $"sampler {sampler.Describe()}. Use few-step, or another method.");
        }
        return sampler.Create();
    }

    private RollingSampler? RollingSamplerOf(StreamingMethod method, double guidance)
    {
        if (method.Rolling is not RollingWindow window)
        {
            return null;
        }
        window.Validate(method.Name, ChunkFrames);
        if (method.View(_run) is not AllView)
        {
            throw new ArgumentException(
                $"The method '{method.Name}' denoises a window of chunks, which conflicts with a view of some of the frames held; leave the view out.");
        }
        if (guidance != 1.0)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Guidance {guidance} conflicts with the method '{method.Name}', whose models have guidance built in; set it to 1."));
        }
        _recent = window.Window - window.Sink - (window.MostBlocks * ChunkFrames);
        return new RollingSampler(window, [_batch, ChunkFrames, _frame[0], _frame[1], _frame[2]], _run.TotalFrames);
    }

    private void DenoiseRolling(Tensor clean)
    {
        Cache.BeginChunk(NextFrame, ChunkFrames);
        _rolling!.Next(_rollingCalls ??= new RollingCalls(this), _noise, NextFrame, clean);
    }

    /// <summary>What the clean call of a chunk sees; everything held, unless chunks are denoised together.</summary>
    private void BeginCleanCall()
    {
        if (_method.Rolling is not RollingWindow window)
        {
            return;
        }
        int before = Cache.Frames.Length - ChunkFrames;
        if (window.CleanCall == CleanCallContext.SameAsDenoise)
        {
            int sink = Math.Min(window.Sink, before);
            Cache.BeginWindow(0, sink, Math.Min(before - sink, _recent));
        }
        else
        {
            Cache.BeginWindow(0, 0, Math.Min(before, window.Window - ChunkFrames));
        }
    }

    private void CheckNothingInFlight()
    {
        if (ChunksInFlight > 0)
        {
            throw new InvalidOperationException(
                $"{ChunksInFlight} chunks are in flight in the rolling window; latents can be given before the first chunk is generated.");
        }
    }

    /// <summary>The network with the context of a denoising call: sink, as many recent frames as there is room for, the window.</summary>
    private sealed class RollingCalls(ChunkGenerator owner) : IRollingVelocityField
    {
        public void Velocity(Tensor x, ReadOnlySpan<float> timesteps, Tensor velocity)
        {
            RollingWindow window = owner._method.Rolling!;
            KeyValueCache cache = owner.Cache;
            int frames = x.Shape[1];
            int before = cache.Frames.Length - owner.ChunkFrames;
            int sink = Math.Min(window.Sink, before);
            owner._recent = Math.Min(before - sink, window.Window - window.Sink - frames);
            cache.BeginWindow(frames - owner.ChunkFrames, sink, owner._recent);
            owner._network.Velocity(x, timesteps, velocity);
        }
    }
}
