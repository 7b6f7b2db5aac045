namespace LongTake.Tensors;

/// <summary>How the elements of a <see cref="Tensor"/> are stored.</summary>
public enum DType
{
    /// <summary>IEEE single precision: the type of all arithmetic.</summary>
    F32,

    /// <summary>IEEE double precision: reference computations and checkpoint files only.</summary>
    F64,

    /// <summary>bfloat16 (upper half of an <see cref="F32"/>): stored weights.</summary>
    BF16,

    /// <summary>IEEE half precision: stored weights.</summary>
    F16,

    /// <summary>8-bit float, 4 bits of exponent, finite (<see cref="Float8E4M3"/>): stored weights, usually with a <see cref="Tensor.Scale"/>.</summary>
    F8E4M3,

    /// <summary>8-bit float, 5 bits of exponent (<see cref="Float8E5M2"/>): stored weights.</summary>
    F8E5M2,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 8-bit integer; also boolean masks (0 or 1).</summary>
    U8,

    /// <summary>Boolean, one byte an element, as checkpoint files store it.</summary>
    Bool,
}

/// <summary>Facts about a <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Bytes one element takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a defined type.</exception>
    public static int Size(this DType type) => type switch
    {
        DType.F64 or DType.I64 => 8,
        DType.F32 or DType.I32 => 4,
        DType.BF16 or DType.F16 or DType.I16 => 2,
        DType.I8 or DType.U8 or DType.Bool or DType.F8E4M3 or DType.F8E5M2 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    /// <summary>Whether the type holds fractions.</summary>
    public static bool IsFloating(this DType type) => type is DType.F32 or DType.F64 or DType.BF16 or DType.F16 || type.IsFloat8();

    /// <summary>Whether the type is one of the 8-bit floats, whose tensors may have a <see cref="Tensor.Scale"/>.</summary>
    public static bool IsFloat8(this DType type) => type is DType.F8E4M3 or DType.F8E5M2;
}
