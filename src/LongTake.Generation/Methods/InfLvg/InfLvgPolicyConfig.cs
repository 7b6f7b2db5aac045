using LongTake.Models.Wan;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>What a policy is told beside the candidates.</summary>
public enum PolicyText
{
    /// <summary>The subject as the first prompt names it: the first tokens of that prompt. As released.</summary>
    Subject,

    /// <summary>The prompt of the scene that begins. Ours.</summary>
    Prompt,

    /// <summary>The subject's tokens, then those of the prompt of the scene that begins. Ours.</summary>
    Both,
}

/// <summary>Sizes of an InfLVG policy, and what of a generator it looks at. Source: spec inflvg, section 4.</summary>
public sealed record InfLvgPolicyConfig
{
    /// <summary>The generator's width d, which keys, text tokens and the policy have in common.</summary>
    public required int Dim { get; init; }

    /// <summary>Attention heads, of the generator and of the policy.</summary>
    public required int Heads { get; init; }

    /// <summary>Blocks of the generator.</summary>
    public required int ModelLayers { get; init; }

    /// <summary>Block of the generator whose keys are the candidates' features, from 0. 19 of 30 in the release.</summary>
    public required int KeyLayer { get; init; }

    /// <summary>Attention blocks of the policy. Default 1.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Width of its feed-forward layer. 4 d in the release.</summary>
    public required int FfnDim { get; init; }

    /// <summary>Width of its scorer. d / 4 in the release.</summary>
    public required int ScorerDim { get; init; }

    /// <summary>What it is told beside the candidates. Default: the subject alone, as released.</summary>
    public PolicyText Text { get; init; } = PolicyText.Subject;

    /// <summary>First tokens of the first prompt that name the subject, at least 1.</summary>
    public required int SubjectTokens { get; init; }

    /// <summary>Changes of scene that have a policy of their own, as released; 0 for one policy for all of them (ours).</summary>
    public int Transitions { get; init; }

    /// <summary>Added to variances and mean squares.</summary>
    public float Eps { get; init; } = 1e-6f;

    /// <summary>Networks in all: one a change of scene, or one.</summary>
    public int Policies => Math.Max(1, Transitions);

    /// <summary>The release's proportions for a generator of any size.</summary>
    /// <param name="model">The generator's sizes.</param>
    /// <param name="subjectTokens">First tokens of the first prompt that name the subject.</param>
    public static InfLvgPolicyConfig For(WanTransformerConfig model, int subjectTokens) => new()
    {
        Dim = model.Dim,
        Heads = model.HeadCount,
        ModelLayers = model.LayerCount,
        KeyLayer = model.LayerCount * 19 / 30,
        FfnDim = 4 * model.Dim,
        ScorerDim = Math.Max(1, model.Dim / 4),
        SubjectTokens = subjectTokens,
    };

    /// <summary>Prefix of the names of the parameters that hold at a change of scene.</summary>
    /// <param name="transition">Number of the change, from 1.</param>
    /// <exception cref="InvalidOperationException">No policy was trained for it.</exception>
    public string PrefixOf(int transition) => Transitions == 0 ? Prefix(0)
        : transition <= Transitions ? Prefix(transition - 1)
        : throw new InvalidOperationException(
            $"The policy was trained for {Transitions} changes of scene, one network each, and this is number {transition}; " +
            "train one for more scenes, or a single one for all of them.");

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">They do not; the message says which.</exception>
    public void Validate()
    {
        Require(Dim >= 1 && Heads >= 1 && Dim % Heads == 0, $"a width of {Dim} does not divide into {Heads} heads");
        Require(KeyLayer >= 0 && KeyLayer < ModelLayers, $"the key layer {KeyLayer} is not one of the generator's {ModelLayers} (they count from 0)");
        Require(Depth >= 1 && FfnDim >= 1 && ScorerDim >= 1, $"depth {Depth}, feed-forward width {FfnDim} and scorer width {ScorerDim} are all at least 1");
        Require(SubjectTokens >= 1, $"the subject has {SubjectTokens} tokens; it has at least 1");
        Require(Transitions >= 0, $"{Transitions} changes of scene are none");
    }

    internal static string Prefix(int index) => FormattableString.Invariant($"policies.{index}.");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"A policy cannot be made: {otherwise}.");
        }
    }
}
