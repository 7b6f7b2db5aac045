namespace LongTake.Tensors.Kernels;

/// <summary>
/// A vector of floats of some width, so that a kernel is written once and compiled for 512, 256, 128 bits and for
/// single numbers. The implementations hold nothing but the hardware vector; the compiler specialises a kernel for each.
/// </summary>
internal unsafe interface IFloats<TSelf>
    where TSelf : unmanaged, IFloats<TSelf>
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Width { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Reads Width / 2 floats and repeats each: c0 c0 c1 c1 ... (width above 1 only).</summary>
    static abstract TSelf LoadTwice(float* source);

    static abstract TSelf Broadcast(float value);

    /// <summary>-value, value, -value, value ... (width above 1 only).</summary>
    static abstract TSelf AlternateSigns(float value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a * b + c, rounded once where the hardware can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Abs(TSelf a);

    static abstract TSelf Sqrt(TSelf a);

    static abstract TSelf Exp(TSelf a);

    /// <summary>1 / (1 + exp(-a)).</summary>
    static abstract TSelf Sigmoid(TSelf a);

    static abstract TSelf Tanh(TSelf a);

    static abstract TSelf Log(TSelf a);

    /// <summary>1 where a &gt; b, 0 elsewhere.</summary>
    static abstract TSelf StepAbove(TSelf a, TSelf b);

    /// <summary>Exchanges the members of each pair: x1 x0 x3 x2 ... (width above 1 only).</summary>
    static abstract TSelf SwapPairs(TSelf a);

    /// <summary>Sum of all lanes, in an order that depends on the width only.</summary>
    static abstract float Sum(TSelf a);

    /// <summary>Largest lane.</summary>
    static abstract float MaxLane(TSelf a);
}
