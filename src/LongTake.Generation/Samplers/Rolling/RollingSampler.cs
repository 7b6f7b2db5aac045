using LongTake.Generation.Noise;
using LongTake.Generation.Schedulers;
using LongTake.Tensors;

namespace LongTake.Generation.Samplers.Rolling;

/// <summary>The network as a rolling window sees it, with prompt and context inside.</summary>
public interface IRollingVelocityField
{
    /// <summary>Predicts noise minus clean sample for all blocks in work.</summary>
    /// <param name="x">Noisy latents [B, n m, C, H, W] of n blocks, the least noisy first.</param>
    /// <param name="timesteps">1000 sigma of each of the n m latent frames, rising from block to block.</param>
    /// <param name="velocity">Takes the result; the shape of <paramref name="x"/>.</param>
    void Velocity(Tensor x, ReadOnlySpan<float> timesteps, Tensor velocity);
}

/// <summary>
/// Denoises a window of blocks together: one network call brings every block to the level of its left neighbour, with fresh noise; the
/// leftmost becomes clean and is handed out, and a block of noise enters on the right. With a stagger as large as the number of steps
/// this is <see cref="FewStepSampler"/>, block after block. Memory is that of the blocks in work, whatever the length of the video.
/// Source: rolling-window-denoising.md 2 and 4.
/// </summary>
public sealed partial class RollingSampler : IDisposable
{
    private readonly StaggeredSchedule _schedule;
    private readonly float[] _timesteps;
    private readonly float[] _sigmas;
    private readonly float[] _frameTimesteps;
    private readonly Tensor[] _blocks;
    private readonly int? _totalFrames;
    private readonly Shape _shape;
    private readonly int _size;
    private long _origin = -1;
    private long _next;
    private long _call;

    /// <summary>Takes the memory of the blocks in work.</summary>
    /// <param name="window">Levels and stagger.</param>
    /// <param name="block">Shape of a block [B, m, C, H, W].</param>
    /// <param name="totalFrames">
    /// Latent frames of the video, a multiple of m: no block enters after the last, and the last ones are denoised in a window that
    /// shrinks. Null if there is no end.
    /// </param>
    public RollingSampler(RollingWindow window, Shape block, int? totalFrames)
    {
        FlowMatchSchedule table = new(window.Shift);
        _schedule = window.Schedule;
        _timesteps = table.FewStepTimesteps(window.StepList, window.WarpStepList);
        _sigmas = Array.ConvertAll(_timesteps, table.SigmaOf);
        _frameTimesteps = new float[_schedule.MostBlocks * block[1]];
        _totalFrames = totalFrames;
        _shape = block;
        _size = checked((int)block.CountOf(1, block.Rank));
        _blocks = new Tensor[_schedule.MostBlocks];
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = TensorScope.Detach(Tensor.Zeros(block));
        }
    }

    /// <summary>What the network is told at each level, falling.</summary>
    public IReadOnlyList<float> Timesteps => _timesteps;

    /// <summary>Blocks that are half denoised now.</summary>
    public int BlocksInFlight
    {
        get
        {
            (_, long last) = _schedule.BlocksAt(_call - 1, Blocks);
            return _call == 0 ? 0 : (int)(last - _next + 1);
        }
    }

    private int FramesOfBlock => _shape[1];

    private long? Blocks => _totalFrames is int frames ? (frames - Math.Max(0, _origin)) / FramesOfBlock : null;

    /// <summary>Makes the next block clean: as many calls as the stagger, and for the first block as many as there are levels.</summary>
    /// <param name="network">The network.</param>
    /// <param name="noise">Noise of new blocks, and fresh noise.</param>
    /// <param name="firstFrame">Place of the block's first latent frame in the video; blocks follow each other.</param>
    /// <param name="clean">Takes the clean latents [B, m, C, H, W].</param>
    /// <exception cref="ArgumentException">The block does not follow the one before.</exception>
    /// <exception cref="InvalidOperationException">The video is over.</exception>
    public void Next(IRollingVelocityField network, INoisePolicy noise, long firstFrame, Tensor clean)
    {
        if (_origin < 0)
        {
            _origin = firstFrame;
        }
        if (firstFrame != FrameOf(_next))
        {
            throw new ArgumentException(
                $"The next block of the rolling window starts at latent frame {FrameOf(_next)}, not {firstFrame}.", nameof(firstFrame));
        }
        if (_next >= Blocks)
        {
            throw new InvalidOperationException(
                $"The rolling window was planned for {_totalFrames} latent frames and the video goes on after them; plan for its whole length.");
        }
        for (long last = _schedule.LastCall(_next); _call <= last; _call++)
        {
            Call(network, noise);
        }
        Slot(_next).Span.CopyTo(clean.Span);
        _next++;
    }

    /// <summary>Frees the blocks in work.</summary>
    public void Dispose()
    {
        foreach (Tensor block in _blocks)
        {
            block.Dispose();
        }
    }

    private void Call(IRollingVelocityField network, INoisePolicy noise)
    {
        (long first, long last) = _schedule.BlocksAt(_call, Blocks);
        if (_schedule.FirstCall(last) == _call)
        {
            noise.Initial(FrameOf(last), Slot(last));
        }
        using TensorScope scope = TensorScope.Open();
        int frames = (int)(last - first + 1) * FramesOfBlock;
        Tensor x = Tensor.Empty(_shape.With(1, frames));
        Tensor velocity = Tensor.Empty(x.Shape);
        Tensor fresh = Tensor.Empty(_shape);
        for (long b = first; b <= last; b++)
        {
            int at = (int)(b - first);
            _frameTimesteps.AsSpan(at * FramesOfBlock, FramesOfBlock).Fill(_timesteps[_schedule.Level(b, _call)]);
            for (int s = 0; s < _shape[0]; s++)
            {
                Part(Slot(b), s, 0).CopyTo(Part(x, s, at));
            }
        }
        network.Velocity(x, _frameTimesteps.AsSpan(0, frames), velocity);
        for (long b = first; b <= last; b++)
        {
            int at = (int)(b - first);
            int level = _schedule.Level(b, _call);
            Tensor block = Slot(b);
            for (int s = 0; s < _shape[0]; s++)
            {
                FlowMatchSchedule.ToClean(Part(x, s, at), Part(velocity, s, at), _sigmas[level], Part(block, s, 0));
            }
            if (level + 1 < _sigmas.Length)
            {
                noise.Renoise(FrameOf(b), level, fresh);
                FlowMatchSchedule.AddNoise(block.Span, fresh.Span, _sigmas[level + 1], block.Span);
            }
        }
    }

    private long FrameOf(long block) => _origin + (block * FramesOfBlock);

    private Tensor Slot(long block) => _blocks[block % _blocks.Length];

    /// <summary>One sample's frames of one block in latents of several.</summary>
    private Span<float> Part(Tensor x, int sample, int block) =>
        x.Span.Slice(checked((sample * (int)x.Shape.CountOf(1, x.Rank)) + (block * _size)), _size);
}
