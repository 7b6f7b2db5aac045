namespace LongTake.Tensors.Files;

/// <summary>Names of element types in safetensors files.</summary>
internal static class SafetensorsTypes
{
    public const string Supported = "F64, F32, BF16, F16, F8_E4M3, F8_E5M2, I64, I32, I16, I8, U8, BOOL";

    public static bool TryParse(string name, out DType type)
    {
        (bool known, type) = name switch
        {
            "F64" => (true, DType.F64),
            "F32" => (true, DType.F32),
            "BF16" => (true, DType.BF16),
            "F16" => (true, DType.F16),
            "F8_E4M3" => (true, DType.F8E4M3),
            "F8_E5M2" => (true, DType.F8E5M2),
            "I64" => (true, DType.I64),
            "I32" => (true, DType.I32),
            "I16" => (true, DType.I16),
            "I8" => (true, DType.I8),
            "U8" => (true, DType.U8),
            "BOOL" => (true, DType.Bool),
            _ => (false, default),
        };
        return known;
    }

    public static string NameOf(DType type) => type switch
    {
        DType.Bool => "BOOL",
        DType.F8E4M3 => "F8_E4M3",
        DType.F8E5M2 => "F8_E5M2",
        _ => type.ToString(),
    };
}
