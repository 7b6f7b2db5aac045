namespace LongTake.Tensors;

/// <summary>
/// 8-bit float with 4 bits of exponent and 3 of fraction, the finite variant ("e4m3fn"): no infinities, largest value 448, NaN where all
/// bits but the sign are set. Source: "FP8 Formats for Deep Learning", section 3.
/// </summary>
/// <param name="bits">The stored bits.</param>
public readonly struct Float8E4M3(byte bits) : IEquatable<Float8E4M3>
{
    /// <summary>Largest value.</summary>
    public const float MaxValue = 448f;

    private const float MinNormal = 1f / 64;
    private const float PerSubnormal = 512f;

    // The middle between the largest value and what would be the next one.
    private const float Limit = 464f;

    private static readonly float[] s_values = MakeValues();

    /// <summary>The stored bits.</summary>
    public byte Bits { get; } = bits;

    /// <summary>Widens to single precision; exact.</summary>
    public static explicit operator float(Float8E4M3 value) => s_values[value.Bits];

    /// <summary>Rounds to nearest, ties to even; what is beyond the largest value, infinities too, becomes the largest value. NaN stays NaN.</summary>
    public static explicit operator Float8E4M3(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        byte sign = (byte)((bits >> 24) & 0x80);
        float magnitude = MathF.Abs(value);
        uint code = 0x7F;
        if (magnitude >= Limit)
        {
            code = 0x7E;
        }
        else if (magnitude >= MinNormal)
        {
            bits &= 0x7FFF_FFFF;
            code = ((bits + 0x7_FFFF + ((bits >> 20) & 1)) >> 20) - (120 << 3);
        }
        else if (!float.IsNaN(magnitude))
        {
            // Below the normal values the steps are equal; the eighth of them is the first normal value.
            code = (uint)MathF.Round(magnitude * PerSubnormal, MidpointRounding.ToEven);
        }
        return new Float8E4M3((byte)(sign | code));
    }

    /// <inheritdoc/>
    public bool Equals(Float8E4M3 other) => Bits == other.Bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Float8E4M3 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bits;

    /// <summary>Whether the bits are equal.</summary>
    public static bool operator ==(Float8E4M3 left, Float8E4M3 right) => left.Bits == right.Bits;

    /// <summary>Whether the bits differ.</summary>
    public static bool operator !=(Float8E4M3 left, Float8E4M3 right) => left.Bits != right.Bits;

    private static float[] MakeValues()
    {
        float[] values = new float[256];
        for (int code = 0; code < values.Length; code++)
        {
            int exponent = (code >> 3) & 15, fraction = code & 7;
            float magnitude = exponent == 0 ? fraction / PerSubnormal : MathF.ScaleB(1 + (fraction / 8f), exponent - 7);
            // The positive NaN: the constant of .NET is the negative one.
            magnitude = (code & 0x7F) == 0x7F ? BitConverter.UInt32BitsToSingle(0x7FC0_0000) : magnitude;
            values[code] = code < 128 ? magnitude : -magnitude;
        }
        return values;
    }
}
