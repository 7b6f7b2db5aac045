namespace LongTake.Tensors.Backends;

/// <summary>One axis of a convolution.</summary>
/// <param name="Input">Input size.</param>
/// <param name="Kernel">Kernel size.</param>
/// <param name="Stride">Input positions from one output to the next.</param>
/// <param name="Before">Zeros in front of the input.</param>
/// <param name="After">Zeros behind the input.</param>
public readonly record struct ConvolutionAxis(int Input, int Kernel, int Stride, int Before, int After)
{
    /// <summary>Output size; zero or negative if the kernel is larger than the padded input.</summary>
    public int Output => Input + Before + After < Kernel ? 0 : ((Input + Before + After - Kernel) / Stride) + 1;
}

/// <summary>Sizes of a convolution of [B, C, T, H, W] with [O, C, kT, kH, kW].</summary>
/// <param name="Batch">Samples.</param>
/// <param name="InputChannels">C.</param>
/// <param name="OutputChannels">O.</param>
/// <param name="Time">T.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Doubled">
/// Whether the input is doubled in height and width by repeating pixels before it is convolved. <paramref name="Height"/> and
/// <paramref name="Width"/> then have the doubled sizes, while the tensor has the half.
/// </param>
public readonly record struct ConvolutionGeometry(
    int Batch, int InputChannels, int OutputChannels, ConvolutionAxis Time, ConvolutionAxis Height, ConvolutionAxis Width, bool Doubled = false)
{
    /// <summary>Shape of the result, [B, O, T', H', W'].</summary>
    public Shape OutputShape => [Batch, OutputChannels, Time.Output, Height.Output, Width.Output];

    /// <summary>Kernel positions: kT * kH * kW.</summary>
    public int Taps => Time.Kernel * Height.Kernel * Width.Kernel;
}
