namespace LongTake.Tensors;

/// <summary>
/// Strides and zero padding of a convolution over [B, C, T, H, W]. The default is stride 1 without padding; padding may
/// differ between the two ends of an axis (a causal convolution pads <see cref="PadFront"/> only).
/// </summary>
public readonly record struct Conv3dOptions
{
    /// <summary>Step along T; at least 1 (default).</summary>
    public int StrideTime { get => field + 1; init => field = Stride(value, nameof(StrideTime)); }

    /// <summary>Step along H; at least 1 (default).</summary>
    public int StrideHeight { get => field + 1; init => field = Stride(value, nameof(StrideHeight)); }

    /// <summary>Step along W; at least 1 (default).</summary>
    public int StrideWidth { get => field + 1; init => field = Stride(value, nameof(StrideWidth)); }

    /// <summary>Zero frames before the first.</summary>
    public int PadFront { get; init; }

    /// <summary>Zero frames after the last.</summary>
    public int PadBack { get; init; }

    /// <summary>Zero rows above the first.</summary>
    public int PadTop { get; init; }

    /// <summary>Zero rows below the last.</summary>
    public int PadBottom { get; init; }

    /// <summary>Zero columns left of the first.</summary>
    public int PadLeft { get; init; }

    /// <summary>Zero columns right of the last.</summary>
    public int PadRight { get; init; }

    /// <summary>The causal 3x3x3 convolution of video autoencoders: one pixel around each frame, two frames in front.</summary>
    public static Conv3dOptions Causal3 => new() { PadFront = 2, PadTop = 1, PadBottom = 1, PadLeft = 1, PadRight = 1 };

    /// <summary>A 3x3 convolution that keeps the frame size: one pixel on each side.</summary>
    public static Conv3dOptions Same3 => new() { PadTop = 1, PadBottom = 1, PadLeft = 1, PadRight = 1 };

    private static int Stride(int value, string name) =>
        value >= 1 ? value - 1 : throw new ArgumentOutOfRangeException(name, value, $"{name} of a convolution is at least 1.");
}
