using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LongTake.Tensors.Kernels;

/// <summary>4 floats in a 128-bit register.</summary>
internal readonly unsafe struct Floats4(Vector128<float> value) : IFloats<Floats4>
{
    private readonly Vector128<float> _value = value;

    public static int Width => 4;

    public static Floats4 Zero => new(Vector128<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Floats4 value, float* target) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 LoadTwice(float* source)
    {
        return new(Vector128.Create(source[0], source[0], source[1], source[1]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 AlternateSigns(float value) => new(Vector128.Create(-value, value, -value, value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 operator +(Floats4 a, Floats4 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 operator -(Floats4 a, Floats4 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 operator *(Floats4 a, Floats4 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 operator /(Floats4 a, Floats4 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 MultiplyAdd(Floats4 a, Floats4 b, Floats4 c) =>
        new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Max(Floats4 a, Floats4 b) => new(Vector128.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Min(Floats4 a, Floats4 b) => new(Vector128.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Abs(Floats4 a) => new(Vector128.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Sqrt(Floats4 a) => new(Vector128.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Exp(Floats4 a) => new(VectorMath.Exp(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Sigmoid(Floats4 a) => new(VectorMath.Sigmoid(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Tanh(Floats4 a) => new(VectorMath.Tanh(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 Log(Floats4 a) => new(Vector128.Log(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 StepAbove(Floats4 a, Floats4 b) =>
        new(Vector128.GreaterThan(a._value, b._value) & Vector128<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats4 SwapPairs(Floats4 a) =>
        new(Vector128.Shuffle(a._value, Vector128.Create(1, 0, 3, 2)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Floats4 a) => Vector128.Sum(a._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Floats4 a)
    {
        Vector128<float> m = Vector128.Max(a._value, Vector128.Shuffle(a._value, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(m[0], m[1]);
    }
}
