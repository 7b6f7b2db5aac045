using System.Collections.Frozen;

namespace LongTake.Tensors.Files.Torch;

/// <summary>
/// The only names a checkpoint may use. None of them is ever looked up in a program: each is a word that this reader
/// understands, and a pickle that uses another one is refused.
/// </summary>
internal static class TorchGlobals
{
    private const string ScriptModule = "__torch__";

    private static readonly FrozenDictionary<string, PickleGlobal> s_known = new PickleGlobal[]
    {
        new("collections.OrderedDict", TorchGlobalKind.OrderedDictionary),
        new("torch._utils._rebuild_tensor", TorchGlobalKind.RebuildTensor),
        new("torch._utils._rebuild_tensor_v2", TorchGlobalKind.RebuildTensor),
        new("torch._utils._rebuild_tensor_v3", TorchGlobalKind.RebuildTensorV3),
        new("torch._utils._rebuild_parameter", TorchGlobalKind.RebuildParameter),
        new("torch._utils._rebuild_parameter_with_state", TorchGlobalKind.RebuildParameter),
        new("torch.Size", TorchGlobalKind.Size),
        new("torch.device", TorchGlobalKind.Device),
        new("torch.jit._pickle.build_intlist", TorchGlobalKind.TypeNote),
        new("torch.jit._pickle.build_doublelist", TorchGlobalKind.TypeNote),
        new("torch.jit._pickle.build_boollist", TorchGlobalKind.TypeNote),
        new("torch.jit._pickle.build_tensorlist", TorchGlobalKind.TypeNote),
        new("torch.jit._pickle.restore_type_tag", TorchGlobalKind.TypeNote),
        new("torch.DoubleStorage", TorchGlobalKind.Storage, DType.F64),
        new("torch.FloatStorage", TorchGlobalKind.Storage, DType.F32),
        new("torch.HalfStorage", TorchGlobalKind.Storage, DType.F16),
        new("torch.BFloat16Storage", TorchGlobalKind.Storage, DType.BF16),
        new("torch.LongStorage", TorchGlobalKind.Storage, DType.I64),
        new("torch.IntStorage", TorchGlobalKind.Storage, DType.I32),
        new("torch.ShortStorage", TorchGlobalKind.Storage, DType.I16),
        new("torch.CharStorage", TorchGlobalKind.Storage, DType.I8),
        new("torch.ByteStorage", TorchGlobalKind.Storage, DType.U8),
        new("torch.BoolStorage", TorchGlobalKind.Storage, DType.Bool),
        new("torch.storage.UntypedStorage", TorchGlobalKind.UntypedStorage, DType.U8),
        new("torch.UntypedStorage", TorchGlobalKind.UntypedStorage, DType.U8),
        new("torch.float64", TorchGlobalKind.ElementType, DType.F64),
        new("torch.float32", TorchGlobalKind.ElementType, DType.F32),
        new("torch.float16", TorchGlobalKind.ElementType, DType.F16),
        new("torch.bfloat16", TorchGlobalKind.ElementType, DType.BF16),
        new("torch.float8_e4m3fn", TorchGlobalKind.ElementType, DType.F8E4M3),
        new("torch.float8_e5m2", TorchGlobalKind.ElementType, DType.F8E5M2),
        new("torch.int64", TorchGlobalKind.ElementType, DType.I64),
        new("torch.int32", TorchGlobalKind.ElementType, DType.I32),
        new("torch.int16", TorchGlobalKind.ElementType, DType.I16),
        new("torch.int8", TorchGlobalKind.ElementType, DType.I8),
        new("torch.uint8", TorchGlobalKind.ElementType, DType.U8),
        new("torch.bool", TorchGlobalKind.ElementType, DType.Bool),
    }.ToFrozenDictionary(g => g.Name);

    /// <summary>The meaning of a name, or null if it is not permitted.</summary>
    public static PickleGlobal? Find(string module, string name) => IsScript(module)
        ? new PickleGlobal($"{module}.{name}", TorchGlobalKind.Module)
        : s_known.GetValueOrDefault($"{module}.{name}");

    // TorchScript keeps the classes of a model under names of this form; here they are containers of attributes and nothing else.
    private static bool IsScript(string module) => module == ScriptModule || module.StartsWith(ScriptModule + ".", StringComparison.Ordinal);
}
