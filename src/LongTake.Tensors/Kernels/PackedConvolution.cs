using LongTake.Tensors.Memory;

namespace LongTake.Tensors.Kernels;

/// <summary>Convolution weights in the kernel's order, kept with a frozen weight.</summary>
internal sealed unsafe class PackedConvolution(NativeBuffer buffer) : IDisposable
{
    private NativeBuffer? _buffer = buffer;

    public float* Address => (float*)_buffer!.Address;

    public void Dispose() => Interlocked.Exchange(ref _buffer, null)?.Release();
}
