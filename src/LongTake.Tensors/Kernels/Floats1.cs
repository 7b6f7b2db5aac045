using System.Runtime.CompilerServices;

namespace LongTake.Tensors.Kernels;

/// <summary>One float: what is left over at the end of a row, and hardware without vectors.</summary>
internal readonly unsafe struct Floats1(float value) : IFloats<Floats1>
{
    private readonly float _value = value;

    public static int Width => 1;

    public static Floats1 Zero => new(0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Load(float* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Floats1 value, float* target) => *target = value._value;

    public static Floats1 LoadTwice(float* source) => throw new NotSupportedException("One lane holds no pair.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Broadcast(float value) => new(value);

    public static Floats1 AlternateSigns(float value) => throw new NotSupportedException("One lane holds no pair.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 operator +(Floats1 a, Floats1 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 operator -(Floats1 a, Floats1 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 operator *(Floats1 a, Floats1 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 operator /(Floats1 a, Floats1 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 MultiplyAdd(Floats1 a, Floats1 b, Floats1 c) => new(float.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Max(Floats1 a, Floats1 b) => new(MathF.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Min(Floats1 a, Floats1 b) => new(MathF.Min(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Abs(Floats1 a) => new(MathF.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Sqrt(Floats1 a) => new(MathF.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Exp(Floats1 a) => new(VectorMath.Exp(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Sigmoid(Floats1 a) => new(VectorMath.Sigmoid(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Tanh(Floats1 a) => new(VectorMath.Tanh(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 Log(Floats1 a) => new(MathF.Log(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats1 StepAbove(Floats1 a, Floats1 b) => new(a._value > b._value ? 1f : 0f);

    public static Floats1 SwapPairs(Floats1 a) => throw new NotSupportedException("One lane holds no pair.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Floats1 a) => a._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Floats1 a) => a._value;
}
