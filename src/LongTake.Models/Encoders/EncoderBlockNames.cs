using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Models.Encoders;

/// <summary>What a family of checkpoints calls the parameters of a block. Source: spec metric-models, sections 1.2 and 2.4.</summary>
/// <param name="Blocks">What stands before the number of the block.</param>
/// <param name="Norm1">Norm before the attention.</param>
/// <param name="QkvWeight">The stacked matrix of queries, keys and values.</param>
/// <param name="QkvBias">Its bias.</param>
/// <param name="Projection">Linear layer after the attention.</param>
/// <param name="Norm2">Norm before the feed-forward.</param>
/// <param name="Up">First layer of the feed-forward.</param>
/// <param name="Down">Second layer of the feed-forward.</param>
internal sealed record EncoderBlockNames(
    string Blocks, string Norm1, string QkvWeight, string QkvBias, string Projection, string Norm2, string Up, string Down)
{
    // LayerScale, which DINOv2 alone has.
    private const string Scale1 = "ls1.gamma";
    private const string Scale2 = "ls2.gamma";

    public static EncoderBlockNames Dino { get; } = new("blocks.", "norm1", "attn.qkv.weight", "attn.qkv.bias", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2");

    public static EncoderBlockNames ClipImage { get; } = ClipText with { Blocks = "visual.transformer.resblocks." };

    // Not an initialised property: ClipImage, above in the order of initialisation, needs it.
    public static EncoderBlockNames ClipText =>
        new("transformer.resblocks.", "ln_1", "attn.in_proj_weight", "attn.in_proj_bias", "attn.out_proj", "ln_2", "mlp.c_fc", "mlp.c_proj");

    /// <summary>The parameters of all blocks, in order.</summary>
    /// <param name="layers">Blocks.</param>
    /// <param name="width">Width d of the tokens.</param>
    /// <param name="mlpWidth">Width of the feed-forward.</param>
    /// <param name="hasScales">Whether the blocks have LayerScale.</param>
    public IEnumerable<ParameterSpec> Specs(int layers, int width, int mlpWidth, bool hasScales = false)
    {
        for (int i = 0; i < layers; i++)
        {
            string block = $"{Blocks}{i}.";
            yield return new(block + Norm1 + ".weight", [width], ParameterInit.Ones);
            yield return new(block + Norm1 + ".bias", [width]);
            yield return new(block + QkvWeight, [3 * width, width], ParameterInit.Normal, 1 / MathF.Sqrt(width));
            yield return new(block + QkvBias, [3 * width]);
            yield return new(block + Projection + ".weight", [width, width], ParameterInit.Normal, 1 / MathF.Sqrt(width));
            yield return new(block + Projection + ".bias", [width]);
            if (hasScales)
            {
                yield return new(block + Scale1, [width], ParameterInit.Ones);
            }
            yield return new(block + Norm2 + ".weight", [width], ParameterInit.Ones);
            yield return new(block + Norm2 + ".bias", [width]);
            yield return new(block + Up + ".weight", [mlpWidth, width], ParameterInit.Normal, 1 / MathF.Sqrt(width));
            yield return new(block + Up + ".bias", [mlpWidth]);
            yield return new(block + Down + ".weight", [width, mlpWidth], ParameterInit.Normal, 1 / MathF.Sqrt(mlpWidth));
            yield return new(block + Down + ".bias", [width]);
            if (hasScales)
            {
                yield return new(block + Scale2, [width], ParameterInit.Ones);
            }
        }
    }

    /// <summary>Builds all blocks over their parameters.</summary>
    public EncoderBlock[] Build(ParameterReader parameters, int layers, int heads, float eps, UnaryFunction activation, bool hasScales = false) =>
        [.. Enumerable.Range(0, layers).Select(i => Build(parameters, $"{Blocks}{i}.", heads, eps, activation, hasScales))];

    private EncoderBlock Build(ParameterReader parameters, string block, int heads, float eps, UnaryFunction activation, bool hasScales) => new()
    {
        Heads = heads,
        Activation = activation,
        Norm1 = parameters.Norm(block + Norm1, eps),
        Qkv = new LinearWeights(parameters.Matrix(block + QkvWeight), parameters.Vector(block + QkvBias)),
        Projection = parameters.Linear(block + Projection),
        Scale1 = hasScales ? parameters.Vector(block + Scale1) : null,
        Norm2 = parameters.Norm(block + Norm2, eps),
        Up = parameters.Linear(block + Up),
        Down = parameters.Linear(block + Down),
        Scale2 = hasScales ? parameters.Vector(block + Scale2) : null,
    };
}
