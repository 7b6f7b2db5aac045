using LongTake.Generation.Cache;
using LongTake.Generation.Context;
using LongTake.Models.Wan;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>
/// What a trained policy chooses: the tokens that it scores highest, of equal scores the oldest; or, with a seed, one draw from the distribution that
/// it was trained by, which the release takes: draws are what was rewarded. Source: spec inflvg, sections 5, 6 and 13.
/// </summary>
/// <param name="file">The policy; its weights are loaded at the first change of scene.</param>
/// <param name="seed">Seed of the draws, which are a function of it, the change of scene and the video; null for the highest scores.</param>
public sealed class LearnedChoice(InfLvgPolicyFile file, ulong? seed = null) : IContextChoice
{
    private const ulong Purpose = 0x6472617765640000;

    private ParameterStore? _parameters;

    /// <inheritdoc/>
    public int SubjectTokens => file.Config.Text == PolicyText.Prompt ? 0 : file.Config.SubjectTokens;

    /// <inheritdoc/>
    public string Identity => seed is null ? $"policy {file.Identity}" : $"policy {file.Identity}, draws of {seed}";

    /// <inheritdoc/>
    public void Check(WanTransformer transformer, CacheLayout layout) => file.Check(transformer, layout);

    /// <inheritdoc/>
    public void Choose(ContextCandidates candidates, Span<int> chosen)
    {
        _parameters ??= file.Load();
        InfLvgPolicy policy = new(file.Config, _parameters, candidates.Transition);
        if (seed is not ulong draws)
        {
            Best(policy, file.Config, candidates, chosen);
            return;
        }
        GumbelTopK.Sample(Scores(policy, file.Config, candidates), candidates.Random(draws ^ Purpose), chosen);
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

    private static double[] Scores(InfLvgPolicy policy, InfLvgPolicyConfig config, ContextCandidates candidates)
    {
        using TensorScope scope = TensorScope.Open();
        Tensor scores = policy.Score(candidates.Cache.Compute, candidates.Keys(config.KeyLayer), candidates.Text(config.Text));
        return Array.ConvertAll(scores.Span.ToArray(), s => (double)s);
    }
}
