using System.Globalization;
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
    private readonly float _weight;
    private Tensor? _tokens;
    private double _flow;
    private double _misread;

    /// <summary>Listens to a block of the transformer.</summary>
    /// <param name="transformer">Stays the caller's.</param>
    /// <param name="recipe">Names the block, the weight, and the seed of the head's initial weights.</param>
    public StateAlignment(WanTransformer transformer, FlowMatchingRecipe recipe)
    {
        int block = (recipe.AlignmentBlock > 0 ? recipe.AlignmentBlock : (transformer.Config.LayerCount + 1) / 2) - 1;
        _transformer = transformer;
        _weight = recipe.AlignmentWeight;
        _head = ParameterStore.CreateRandom(
            [new ParameterSpec("head.weight", [TokenContent.Features, transformer.Config.Dim]), new ParameterSpec("head.bias", [TokenContent.Features])],
            recipe.Seed);
        Network = new TrainedNetwork("alignment", _head);
        transformer.BlockOutput = (i, tokens) => _tokens = i == block ? tokens : _tokens;
    }

    /// <summary>The head.</summary>
    public TrainedNetwork Network { get; }

    /// <summary>The loss with the weighted mean squared error of what the head reads from the transformer's last call, which must be on the tape.</summary>
    /// <param name="compute">Where the call was recorded.</param>
    /// <param name="loss">The loss of the call itself.</param>
    /// <param name="stories">What the samples show.</param>
    /// <param name="frames">Their latent frames.</param>
    public Tensor AddTo(Compute compute, Tensor loss, IReadOnlyList<Story> stories, int frames)
    {
        Tensor misread = Misread(compute, stories, frames);
        (_flow, _misread) = (loss.Span[0], misread.Span[0]);
        return compute.Add(loss, compute.Scale(misread, _weight));
    }

    /// <summary>"flow 0.43, misread 0.021", the two parts of the last sum, and what else there is to say.</summary>
    public string Describe(string rest)
    {
        string parts = string.Create(CultureInfo.InvariantCulture, $"flow {_flow:F4}, misread {_misread:F4}");
        return rest.Length == 0 ? parts : $"{parts}, {rest}";
    }

    /// <summary>Frees the head.</summary>
    public void Dispose()
    {
        _transformer.BlockOutput = null;
        _head.Dispose();
    }

    private Tensor Misread(Compute compute, IReadOnlyList<Story> stories, int frames)
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
}
