using LongTake.Tensors.Memory;

namespace LongTake.Tensors.Kernels;

/// <summary>Convolution weights in the kernel's order, kept with a frozen weight.</summary>
/// <param name="buffer">The packed weights.</param>
/// <param name="isWinograd">Whether they are transformed; strides decide that.</param>
internal sealed unsafe class PackedConvolution(NativeBuffer buffer, bool isWinograd) : IDisposable
{
    private NativeBuffer? _buffer = buffer;

    public bool IsWinograd { get; } = isWinograd;

    public float* Address => (float*)_buffer!.Address;

    public void Dispose() => Interlocked.Exchange(ref _buffer, null)?.Release();
}
