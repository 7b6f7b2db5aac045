namespace LongTake.Evaluation.Shapes;

/// <summary>
/// What one scene shows: eight small integers, indices into the tables of <see cref="ShapesWorld"/>.
/// </summary>
/// <param name="Shape">0..5, see <see cref="ShapesWorld.ShapeNames"/>.</param>
/// <param name="Colour">0..7, see <see cref="ShapesWorld.ColourNames"/>.</param>
/// <param name="Size">0 small, 1 large.</param>
/// <param name="Mark">0 none, 1 white dot, 2 black dot.</param>
/// <param name="Texture">0..5, see <see cref="ShapesWorld.TextureNames"/>.</param>
/// <param name="Palette">0..5, see <see cref="ShapesWorld.PaletteNames"/>.</param>
/// <param name="Kind">How the subject moves.</param>
/// <param name="Speed">0 slow, 1 fast; always 0 when the subject stays still.</param>
public readonly record struct SceneState(
    int Shape, int Colour, int Size, int Mark, int Texture, int Palette, MotionKind Kind, int Speed)
{
    private static readonly int[] Radices = [6, 8, 2, 3, 6, 6];

    /// <summary>Shape, colour, size and mark: what makes the subject the same subject.</summary>
    public (int Shape, int Colour, int Size, int Mark) Identity => (Shape, Colour, Size, Mark);

    /// <summary>Texture and palette.</summary>
    public (int Texture, int Palette) Background => (Texture, Palette);

    /// <summary>Motion kind and speed.</summary>
    public (MotionKind Kind, int Speed) Motion => (Kind, Speed);

    /// <summary>One of 17: 0 still, then slow and fast of each moving kind.</summary>
    public int MotionIndex => Kind == MotionKind.Still ? 0 : 2 * (int)Kind - 1 + Speed;

    /// <summary>How many of the held-out pairs the scene contains, 0 to 3.</summary>
    public int HeldOutPairs
    {
        get
        {
            int shapeColour = Modulo(Colour - Shape, 8);
            int pairs = shapeColour is 3 or 6 ? 1 : 0;
            pairs += Modulo(Palette - Texture, 6) == 2 ? 1 : 0;
            pairs += ((int)Kind + 2 * Shape) % 9 == 4 ? 1 : 0;
            return pairs;
        }
    }

    /// <summary>How far from the training data the scene is.</summary>
    public SceneLevel Level => (SceneLevel)Math.Min(2, HeldOutPairs);

    /// <summary>Number of the state in [0, <see cref="ShapesWorld.StateCount"/>), the inverse of <see cref="FromIndex"/>.</summary>
    public int Index => (((((Shape * 8 + Colour) * 2 + Size) * 3 + Mark) * 6 + Texture) * 6 + Palette) * 17 + MotionIndex;

    /// <summary>The state of a number in [0, <see cref="ShapesWorld.StateCount"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside of that range.</exception>
    public static SceneState FromIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, ShapesWorld.StateCount);
        int motion = index % 17;
        int rest = index / 17;
        Span<int> digits = stackalloc int[6];
        for (int i = 5; i >= 0; i--)
        {
            digits[i] = rest % Radices[i];
            rest /= Radices[i];
        }
        return new SceneState(
            digits[0], digits[1], digits[2], digits[3], digits[4], digits[5],
            (MotionKind)((motion + 1) / 2), motion == 0 ? 0 : (motion + 1) % 2);
    }

    /// <summary>The eight integers in the order of the parameters, as stored in ground-truth files.</summary>
    public int[] ToArray() => [Shape, Colour, Size, Mark, Texture, Palette, (int)Kind, Speed];

    /// <summary>The state of eight integers in the order of the parameters.</summary>
    /// <exception cref="ArgumentException">There are not eight, or one of them is out of its range.</exception>
    public static SceneState FromArray(ReadOnlySpan<int> values)
    {
        if (values.Length != 8)
        {
            throw new ArgumentException($"A scene state is eight integers, these are {values.Length}.", nameof(values));
        }
        for (int i = 0; i < 8; i++)
        {
            int bound = i < 6 ? Radices[i] : i == 6 ? 9 : 2;
            if (values[i] < 0 || values[i] >= bound)
            {
                throw new ArgumentException($"Value {values[i]} at place {i} of a scene state is not in 0..{bound - 1}.", nameof(values));
            }
        }
        if (values[6] == 0 && values[7] != 0)
        {
            throw new ArgumentException("A scene that stays still has speed 0.", nameof(values));
        }
        return new SceneState(
            values[0], values[1], values[2], values[3], values[4], values[5], (MotionKind)values[6], values[7]);
    }

    private static int Modulo(int value, int modulus) => ((value % modulus) + modulus) % modulus;
}

/// <summary>How many held-out pairs a scene contains: whether a model can have seen it in training.</summary>
public enum SceneLevel
{
    /// <summary>None: scenes of the training distribution (ID).</summary>
    InDistribution,

    /// <summary>One unseen pair of seen values (CG-1, compositional generalisation).</summary>
    OnePair,

    /// <summary>Two or three unseen pairs (CG-2).</summary>
    TwoPairs,
}
