using LongTake.Tensors.Threading;

namespace LongTake.Tensors.Kernels;

/// <summary>Adds to each channel's entry the sum over samples and positions of [B, C, positions]; a piece is a channel.</summary>
internal unsafe struct ChannelSumJob : IParallelJob
{
    public float* Source;
    public float* Result;
    public int Batch;
    public int Channels;
    public long Positions;

    public readonly void Run(int channel)
    {
        double sum = 0;
        for (int b = 0; b < Batch; b++)
        {
            sum += RowKernels.Sum(Source + ((((long)b * Channels) + channel) * Positions), Positions);
        }
        Result[channel] += (float)sum;
    }
}
