using LongTake.Alignment.Training;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.FlowMatching;

/// <summary>
/// Representation alignment: a linear head, trained along and thrown away, reads from the tokens of a middle block what their places
/// show (<see cref="TokenContent"/>), so that the network sees early what is where and spends its later blocks on how that looks.
/// Source: Yu et al., "Representation alignment for generation" (2024), with the world's own state in place of the features of
/// a pretrained encoder.
/// </summary>
internal sealed class StateAlignment : IDisposable
{
    private readonly WanTransformer _transformer;
    private readonly ParameterStore _head;
    private Tensor? _tokens;

    /// <summary>Listens to a block of the transformer.</summary>
    /// <param name="transformer">Stays the caller's.</param>
    /// <param name="recipe">Names the block, and the seed of the head's initial weights.</param>
    public StateAlignment(WanTransformer transformer, FlowMatchingRecipe recipe)
    {
        int block = (recipe.AlignmentBlock > 0 ? recipe.AlignmentBlock : (transformer.Config.LayerCount + 1) / 2) - 1;
        _transformer = transformer;
        _head = ParameterStore.CreateRandom(
            [new ParameterSpec("head.weight", [TokenContent.Features, transformer.Config.Dim]), new ParameterSpec("head.bias", [TokenContent.Features])],
            recipe.Seed);
        Network = new TrainedNetwork("alignment", _head);
        transformer.BlockOutput = (i, tokens) => _tokens = i == block ? tokens : _tokens;
    }

    /// <summary>The head.</summary>
    public TrainedNetwork Network { get; }

    /// <summary>Mean squared error of what the head reads from the transformer's last call, which must be on the tape.</summary>
    /// <param name="compute">Where the call was recorded.</param>
    /// <param name="stories">What the samples show.</param>
    /// <param name="frames">Their latent frames.</param>
    public Tensor Loss(Compute compute, IReadOnlyList<Story> stories, int frames)
    {
        Tensor tokens = _tokens ?? throw new InvalidOperationException("The transformer was not called before its alignment was asked for.");
        Tensor content = Tensor.Empty([stories.Count, tokens.Shape[1], TokenContent.Features]);
        int count = tokens.Shape[1] * TokenContent.Features;
        for (int i = 0; i < stories.Count; i++)
        {
            TokenContent.Fill(stories[i], frames, content.Span.Slice(i * count, count));
        }
        Tensor read = compute.Linear(tokens, _head["head.weight"], _head["head.bias"]);
        _tokens = null;
        return compute.MeanSquaredError(read, content);
    }

    /// <summary>Frees the head.</summary>
    public void Dispose()
    {
        _transformer.BlockOutput = null;
        _head.Dispose();
    }
}
