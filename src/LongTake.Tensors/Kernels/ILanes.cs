namespace LongTake.Tensors.Kernels;

/// <summary>
/// The few vector operations that matrix kernels need, over one register type, so that a kernel is written once and
/// compiled for 512, 256 and 128 bits and for single floats. All members inline to one or a few instructions.
/// </summary>
/// <typeparam name="TVector">The register type.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a register.</summary>
    static abstract int Count { get; }

    /// <summary>Whether 28 registers can be live at once; otherwise 16 are assumed.</summary>
    static abstract bool HasManyRegisters { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* source);

    /// <summary>Loads bfloat16 values, widened.</summary>
    static abstract TVector LoadBFloat16(ushort* source);

    /// <summary>Loads IEEE half values, widened.</summary>
    static abstract TVector LoadHalf(ushort* source);

    /// <summary>Loads <see cref="Float8E4M3"/> values, widened.</summary>
    static abstract TVector LoadFloat8E4M3(byte* source);

    /// <summary>Loads <see cref="Float8E5M2"/> values, widened.</summary>
    static abstract TVector LoadFloat8E5M2(byte* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a * b + c, fused where the hardware can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Max(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>2 to the power of each lane.</summary>
    static abstract TVector Exp2(TVector x);

    static abstract TVector Sigmoid(TVector x);

    /// <summary>Whether all lanes are equal.</summary>
    static abstract bool AreEqual(TVector a, TVector b);
}
