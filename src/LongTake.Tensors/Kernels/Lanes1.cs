using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>One float: what is left over at the end of a row, and hardware without vectors.</summary>
internal readonly unsafe struct Lanes1(float value) : ILanes<Lanes1>
{
    private readonly float _value = value;

    public static int Width => 1;

    public static Lanes1 Zero => new(0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Load(float* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes1 value, float* target) => *target = value._value;

    public static Lanes1 LoadTwice(float* source) => throw new NotSupportedException("One lane holds no pair.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Broadcast(float value) => new(value);

    public static Lanes1 AlternateSigns(float value) => throw new NotSupportedException("One lane holds no pair.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator +(Lanes1 a, Lanes1 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator -(Lanes1 a, Lanes1 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator *(Lanes1 a, Lanes1 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 operator /(Lanes1 a, Lanes1 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 MultiplyAdd(Lanes1 a, Lanes1 b, Lanes1 c) => new(float.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Max(Lanes1 a, Lanes1 b) => new(MathF.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Min(Lanes1 a, Lanes1 b) => new(MathF.Min(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Abs(Lanes1 a) => new(MathF.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Sqrt(Lanes1 a) => new(MathF.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Exp(Lanes1 a) => new(MathF.Exp(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 Log(Lanes1 a) => new(MathF.Log(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 StepAbove(Lanes1 a, Lanes1 b) => new(a._value > b._value ? 1f : 0f);

    public static Lanes1 SwapPairs(Lanes1 a) => throw new NotSupportedException("One lane holds no pair.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes1 a) => a._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Lanes1 a) => a._value;
}
