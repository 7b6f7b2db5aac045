using System.Security.Cryptography;
using System.Text;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Training;

/// <summary>Identifies weights, so that what was computed with them is not used with others.</summary>
internal static class WeightFingerprint
{
    /// <summary>Sixteen hexadecimal digits that depend on the names, shapes, scales and bits of all parameters.</summary>
    public static unsafe string Of(params ReadOnlySpan<ParameterStore> networks)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ParameterStore network in networks)
        {
            foreach (string name in network.Names)
            {
                Tensor t = network[name];
                string scale = t.Scale == 1f ? "" : FormattableString.Invariant($" x {t.Scale:R}");
                hash.AppendData(Encoding.UTF8.GetBytes($"{name} {t}{scale}\n"));
                for (long done = 0; done < t.Bytes;)
                {
                    int part = (int)Math.Min(1 << 30, t.Bytes - done);
                    hash.AppendData(new ReadOnlySpan<byte>((byte*)t.Pointer + done, part));
                    done += part;
                }
            }
        }
        return Convert.ToHexString(hash.GetHashAndReset())[..16];
    }
}
