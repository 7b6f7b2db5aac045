namespace LongTake.Tensors;

/// <summary>
/// 8-bit float with 5 bits of exponent and 2 of fraction ("e5m2"): the upper byte of an IEEE half, with its infinities and NaN.
/// Source: "FP8 Formats for Deep Learning", section 3.
/// </summary>
/// <param name="bits">The stored bits.</param>
public readonly struct Float8E5M2(byte bits) : IEquatable<Float8E5M2>
{
    private const float MinNormal = 1f / 16384;
    private const float PerSubnormal = 65536f;
    private const float Limit = 61440f;

    private static readonly float[] s_values = MakeValues();

    /// <summary>The stored bits.</summary>
    public byte Bits { get; } = bits;

    /// <summary>Widens to single precision; exact.</summary>
    public static explicit operator float(Float8E5M2 value) => s_values[value.Bits];

    /// <summary>Rounds to nearest, ties to even; what is beyond the largest value 57344 becomes infinite, as in IEEE types. NaN stays NaN.</summary>
    public static explicit operator Float8E5M2(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        byte sign = (byte)((bits >> 24) & 0x80);
        float magnitude = MathF.Abs(value);
        uint code = 0x7E;
        if (magnitude >= Limit)
        {
            code = 0x7C;
        }
        else if (magnitude >= MinNormal)
        {
            bits &= 0x7FFF_FFFF;
            code = ((bits + 0xF_FFFF + ((bits >> 21) & 1)) >> 21) - (112 << 2);
        }
        else if (!float.IsNaN(magnitude))
        {
            code = (uint)MathF.Round(magnitude * PerSubnormal, MidpointRounding.ToEven);
        }
        return new Float8E5M2((byte)(sign | code));
    }

    /// <inheritdoc/>
    public bool Equals(Float8E5M2 other) => Bits == other.Bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Float8E5M2 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bits;

    /// <summary>Whether the bits are equal.</summary>
    public static bool operator ==(Float8E5M2 left, Float8E5M2 right) => left.Bits == right.Bits;

    /// <summary>Whether the bits differ.</summary>
    public static bool operator !=(Float8E5M2 left, Float8E5M2 right) => left.Bits != right.Bits;

    private static float[] MakeValues()
    {
        float[] values = new float[256];
        for (int code = 0; code < values.Length; code++)
        {
            values[code] = (float)BitConverter.UInt16BitsToHalf((ushort)(code << 8));
        }
        return values;
    }
}
