using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Backends;
using LongTake.Tensors.Random;

namespace LongTake.Generation.Tests.Windows;

/// <summary>Queries, keys and values as self-attention of a small transformer sees them: two heads of 12.</summary>
internal sealed class AttentionFixture : IDisposable
{
    public const int Heads = 2;
    public const int Width = 12;

    private readonly CpuBackend _backend;

    public AttentionFixture(TokenGrid grid, int batch = 1, int threads = 1, ulong seed = 3)
    {
        _backend = new CpuBackend(threads);
        Compute = new Compute(_backend);
        Grid = grid;
        Q = Normal(seed, 1);
        K = Normal(seed, 2);
        V = Normal(seed, 3);

        Tensor Normal(ulong s, ulong stream)
        {
            Tensor t = TensorScope.Detach(Tensor.Empty([batch, grid.Count, Heads, Width]));
            new CounterRandom(s, stream).FillNormal(t.Span);
            return t;
        }
    }

    public Compute Compute { get; }

    public TokenGrid Grid { get; }

    public RotaryEmbedding Rotary { get; } = new(Width);

    public Tensor Q { get; }

    public Tensor K { get; }

    public Tensor V { get; }

    /// <summary>What an attention gives.</summary>
    public float[] Attend(ISelfAttention attention)
    {
        using TensorScope scope = TensorScope.Open();
        return attention.Attend(Compute, 0, Q, K, V).Span.ToArray();
    }

    /// <summary>Plain attention over the whole clip.</summary>
    public float[] Full(Tensor? mask = null)
    {
        using FullAttention attention = new(Rotary, Grid, mask);
        return Attend(attention);
    }

    /// <summary>Plain attention among some frames at positions that begin at 0, [sample][frame, token, head, channel].</summary>
    public float[][] Window(int first, int frames)
    {
        using TensorScope scope = TensorScope.Open();
        using FullAttention attention = new(Rotary, Grid with { Frames = frames });
        int tokens = Grid.TokensPerFrame;
        Tensor y = attention.Attend(Compute, 0, Cut(Q), Cut(K), Cut(V));
        return [.. Enumerable.Range(0, y.Shape[0]).Select(b => y.Row(b).Span.ToArray())];

        Tensor Cut(Tensor x) => Compute.Slice(x, 1, first * tokens, frames * tokens);
    }

    /// <summary>U8 mask [N, N] by frames of query and key.</summary>
    public Tensor FrameMask(Func<int, int, bool> sees)
    {
        int n = Grid.Count;
        Tensor mask = Tensor.Empty([n, n], DType.U8);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                mask.AsSpan<byte>()[(i * n) + j] = sees(i / Grid.TokensPerFrame, j / Grid.TokensPerFrame) ? (byte)1 : (byte)0;
            }
        }
        return mask;
    }

    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance);
        }
    }

    public void Dispose()
    {
        Q.Dispose();
        K.Dispose();
        V.Dispose();
        Rotary.Dispose();
        _backend.Dispose();
    }
}
