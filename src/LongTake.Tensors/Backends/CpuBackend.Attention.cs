using System.Runtime.Intrinsics;
using LongTake.Tensors.Kernels;
using LongTake.Tensors.Memory;

namespace LongTake.Tensors.Backends;

public sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override void Attention(Tensor q, Tensor k, Tensor v, Tensor y, in AttentionOptions options, Tensor? logSumExp)
    {
        AttentionArguments a = AttentionCall(q, k, v, y, options, logSumExp);
        Attend(ref a, options, isBackward: false);
    }

    /// <inheritdoc/>
    public override void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor y, Tensor dy, Tensor logSumExp, in AttentionOptions options, in AttentionGradients gradients)
    {
        AttentionArguments a = AttentionCall(q, k, v, y, options, logSumExp);
        a.Dy = dy.F32;
        a.Dq = gradients.Q is null ? null : gradients.Q.F32;
        a.Dk = gradients.K is null ? null : gradients.K.F32;
        a.Dv = gradients.V is null ? null : gradients.V.F32;
        a.DBias = gradients.Bias is null ? null : gradients.Bias.F32;
        Attend(ref a, options, isBackward: true);
    }

    private static AttentionArguments AttentionCall(Tensor q, Tensor k, Tensor v, Tensor y, in AttentionOptions options, Tensor? logSumExp)
    {
        Shape s = q.Shape;
        return new AttentionArguments
        {
            Batch = s[0],
            Queries = s[1],
            Heads = s[2],
            Width = s[3],
            Keys = k.Shape[1],
            Scale = options.Scale ?? (1f / MathF.Sqrt(s[3])),
            Q = q.F32,
            K = k.F32,
            V = v.F32,
            Y = y.F32,
            LogSumExp = logSumExp is null ? null : logSumExp.F32,
            Bias = options.Bias is null ? null : options.Bias.F32,
            Mask = options.Mask is null ? null : (byte*)options.Mask.Pointer,
        };
    }

    private void Attend(ref AttentionArguments a, in AttentionOptions options, bool isBackward)
    {
        if (a.Batch == 0 || a.Queries == 0)
        {
            return;
        }
        int tile = 3 * RegisterWidth;
        NativeBuffer? kinds = null;
        NativeBuffer? factors = null;
        try
        {
            if (options.DistanceFactors is Tensor distanceFactors)
            {
                factors = NativeMemoryPool.Shared.Rent(a.DistanceWords * sizeof(float));
                a.SetDistanceFactors(distanceFactors.Span, factors.Address);
            }
            if (a.Mask is not null)
            {
                kinds = NativeMemoryPool.Shared.Rent((long)((a.Queries + tile - 1) / tile) * a.KeyBlocks);
                a.ClassifyMask((MaskKind*)kinds.Address, tile);
            }
            fixed (int* lengths = options.KeyLengths)
            {
                a.KeyLengths = options.KeyLengths is null ? null : lengths;
                if (isBackward)
                {
                    AttendBackward(a);
                }
                else
                {
                    AttendForward(a);
                }
            }
        }
        finally
        {
            if (kinds is not null)
            {
                NativeMemoryPool.Shared.Return(kinds);
            }
            if (factors is not null)
            {
                NativeMemoryPool.Shared.Return(factors);
            }
        }
    }

    private void AttendForward(in AttentionArguments a)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AttentionForward<Vector512<float>, Lanes512>.Run(Workers, a);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            AttentionForward<Vector256<float>, Lanes256>.Run(Workers, a);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            AttentionForward<Vector128<float>, Lanes128>.Run(Workers, a);
        }
        else
        {
            AttentionForward<float, Lanes1>.Run(Workers, a);
        }
    }

    private void AttendBackward(in AttentionArguments a)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            AttentionBackward<Vector512<float>, Lanes512>.Run(Workers, a);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            AttentionBackward<Vector256<float>, Lanes256>.Run(Workers, a);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            AttentionBackward<Vector128<float>, Lanes128>.Run(Workers, a);
        }
        else
        {
            AttentionBackward<float, Lanes1>.Run(Workers, a);
        }
    }
}
