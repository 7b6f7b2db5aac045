using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>
/// The tokens that a trained policy scores highest; of equal scores the oldest. No noise: the ranking is learned long before samples of the
/// distribution are as good (the release takes one random sample). Source: spec inflvg, sections 5, 6 and 13.
/// </summary>
/// <param name="file">The policy; its weights are loaded at the first change of scene.</param>
public sealed class LearnedChoice(InfLvgPolicyFile file) : IContextChoice
{
    private ParameterStore? _parameters;

    /// <inheritdoc/>
    public int SubjectTokens => file.Config.Text == PolicyText.Prompt ? 0 : file.Config.SubjectTokens;

    /// <inheritdoc/>
    public string Identity => $"policy {file.Identity}";

    /// <inheritdoc/>
    public void Check(WanTransformer transformer, CacheLayout layout) => file.Check(transformer, layout);

    /// <inheritdoc/>
    public void Choose(ContextCandidates candidates, Span<int> chosen)
    {
        _parameters ??= file.Load();
        Best(new InfLvgPolicy(file.Config, _parameters, candidates.Transition), file.Config, candidates, chosen);
    }

    /// <inheritdoc/>
    public void Dispose() => _parameters?.Dispose();

    /// <summary>The candidates that a network scores highest, oldest first.</summary>
    public static void Best(InfLvgPolicy policy, InfLvgPolicyConfig config, ContextCandidates candidates, Span<int> chosen)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor scores = policy.Score(candidates.Cache.Compute, candidates.Keys(config.KeyLayer), candidates.Text(config.Text));
        using Tensor scratch = Tensor.Empty(scores.Shape);
        TopTokens.Choose(scores.Span, scratch.Span, 0, chosen);
    }
}
