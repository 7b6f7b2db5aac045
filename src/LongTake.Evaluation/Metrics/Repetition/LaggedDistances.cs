using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LongTake.Evaluation.Metrics.Repetition;

/// <summary>
/// Root mean square distances between many small frames. Pixels are integers, quarters of an 8-bit level, so that sums are exact and the
/// same on every machine; pairs are taken in tiles of two by four, so that a frame that is loaded is used several times.
/// </summary>
/// <param name="frames">[F, <see cref="SmallFrame.Length"/>] quarters of 8-bit levels, 0..1020.</param>
internal readonly ref struct LaggedDistances(ReadOnlySpan<short> frames)
{
    /// <summary>Steps a level.</summary>
    public const float Steps = 4;

    private const int Rows = 2;
    private const int Columns = 4;
    private const int N = SmallFrame.Length;

    private readonly ReadOnlySpan<short> _frames = frames;

    private int Count => _frames.Length / N;

    /// <summary>Turns a small frame into whole steps.</summary>
    /// <param name="levels">Values in 0..255.</param>
    /// <param name="kept">Receives them.</param>
    public static void Keep(ReadOnlySpan<float> levels, Span<short> kept)
    {
        int half = Vector512<float>.Count;
        for (int i = 0; i < N; i += Vector512<short>.Count)
        {
            Vector512<int> low = ToSteps(Vector512.Create(levels[i..])), high = ToSteps(Vector512.Create(levels[(i + half)..]));
            Vector512.Narrow(low, high).CopyTo(kept[i..]);
        }

        // Positive numbers within range, for which the machine's conversion rounds as the language's does.
        static Vector512<int> ToSteps(Vector512<float> values) => Vector512.ConvertToInt32Native((values * Steps) + Vector512.Create(0.5f));
    }

    /// <summary>Distance of two frames whose values lie in 0..1.</summary>
    public double Between(int a, int b)
    {
        ref short x = ref MemoryMarshal.GetReference(_frames.Slice(a * N, N)), y = ref MemoryMarshal.GetReference(_frames.Slice(b * N, N));
        Vector256<int> sum = default;
        for (nuint i = 0; i < N; i += (nuint)Vector256<short>.Count)
        {
            sum += Square(Vector256.LoadUnsafe(ref x, i) - Vector256.LoadUnsafe(ref y, i));
        }
        return Distance(Sum(sum));
    }

    /// <summary>Sums the distances of all pairs of frames that lie certain lags apart.</summary>
    /// <param name="shortest">Shortest lag, at least 1.</param>
    /// <param name="sums">Element L receives those of all pairs L apart, for L from the shortest lag to the last element.</param>
    public void Add(int shortest, Span<double> sums)
    {
        Span<long> products = stackalloc long[Rows * Columns];
        long[] lengths = new long[Count];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = SquaredLength(i);
        }
        for (int row = 0; row < Count; row += Rows)
        {
            int last = Math.Min(Count - 1, row + Rows - 1 + sums.Length - 1);
            for (int column = row + shortest; column <= last; column += Columns)
            {
                bool isWhole = row + Rows <= Count && column + Columns <= Count;
                if (isWhole)
                {
                    Tile(row, column, products);
                }
                for (int i = 0; i < products.Length; i++)
                {
                    int a = row + i / Columns, b = column + i % Columns, lag = b - a;
                    if (a < Count && b < Count && lag >= shortest && lag < sums.Length)
                    {
                        sums[lag] += isWhole ? Distance(lengths[a] + lengths[b] - (2 * products[i])) : Between(a, b);
                    }
                }
            }
        }
    }

    private static double Distance(long squares) => Math.Sqrt((double)squares / N) / (Steps * 255);

    private long SquaredLength(int frame)
    {
        ref short x = ref MemoryMarshal.GetReference(_frames.Slice(frame * N, N));
        Vector256<int> sum = default;
        for (nuint i = 0; i < N; i += (nuint)Vector256<short>.Count)
        {
            sum += Square(Vector256.LoadUnsafe(ref x, i));
        }
        return Sum(sum);
    }

    /// <summary>
    /// Products of two frames and four others, from which their distances follow by whole numbers: a lane's share is at most 3072 / 8 times 1020
    /// squared, which fits 32 bits.
    /// </summary>
    private void Tile(int row, int column, Span<long> products)
    {
        ref short left = ref MemoryMarshal.GetReference(_frames.Slice(row * N, Rows * N));
        ref short right = ref MemoryMarshal.GetReference(_frames.Slice(column * N, Columns * N));
        Vector256<int> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        for (nuint i = 0; i < N; i += (nuint)Vector256<short>.Count)
        {
            Vector256<short> x = Vector256.LoadUnsafe(ref left, i), y = Vector256.LoadUnsafe(ref left, i + N);
            Vector256<short> u = Vector256.LoadUnsafe(ref right, i);
            s00 += Product(x, u);
            s10 += Product(y, u);
            u = Vector256.LoadUnsafe(ref right, i + N);
            s01 += Product(x, u);
            s11 += Product(y, u);
            u = Vector256.LoadUnsafe(ref right, i + 2 * N);
            s02 += Product(x, u);
            s12 += Product(y, u);
            u = Vector256.LoadUnsafe(ref right, i + 3 * N);
            s03 += Product(x, u);
            s13 += Product(y, u);
        }
        (products[0], products[1], products[2], products[3]) = (Sum(s00), Sum(s01), Sum(s02), Sum(s03));
        (products[4], products[5], products[6], products[7]) = (Sum(s10), Sum(s11), Sum(s12), Sum(s13));
    }

    private static long Sum(Vector256<int> lanes) => Vector256.Sum(Vector256.WidenLower(lanes) + Vector256.WidenUpper(lanes));

    private static Vector256<int> Square(Vector256<short> x) => Product(x, x);

    /// <summary>Products, added up in pairs.</summary>
    private static Vector256<int> Product(Vector256<short> x, Vector256<short> y)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(x, y);
        }
        (Vector256<int> lowX, Vector256<int> highX) = Vector256.Widen(x);
        (Vector256<int> lowY, Vector256<int> highY) = Vector256.Widen(y);
        return lowX * lowY + highX * highY;
    }
}
