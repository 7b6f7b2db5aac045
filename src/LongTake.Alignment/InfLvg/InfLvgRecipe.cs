using LongTake.Alignment.Grpo;
using LongTake.Alignment.Training;
using LongTake.Generation.Methods.InfLvg;

namespace LongTake.Alignment.InfLvg;

/// <summary>How the prompts of later scenes speak of the subject.</summary>
public enum StoryCaptions
{
    /// <summary>In full in every scene.</summary>
    Full,

    /// <summary>As "it" from the second scene on, so that who it is must come from the context.</summary>
    Pronoun,
}

/// <summary>
/// Options of the training of a context policy. Defaults are the release's but for what is named as ours. Source: spec inflvg, sections 6, 8 and
/// 13.
/// </summary>
public sealed class InfLvgRecipe : GroupRecipe
{
    // Files of prompts are gone through again and again; longer ones are looked at in part.
    private const int ScriptsLookedAt = 1000;

    /// <summary>Sets defaults that differ from those of other trainings.</summary>
    public InfLvgRecipe()
    {
        Scenes = 4;
        GroupSize = 10;
        Rewards = new Dictionary<string, double> { ["following"] = 1, ["cross_identity"] = 1 };
        AdvantageClamp = 0;
        LearningRate = 1e-3f;
        FinalLearningRate = 1e-3f;
        WarmupSteps = 0;
        Beta2 = 0.999f;
        GradientClip = 10;
        EmaDecay = 0.9f;
        SampleEvery = 0;
    }

    /// <summary>Whether every change of scene has a policy of its own, as released; else one policy serves all of them (ours).</summary>
    public bool PerTransition { get; set; }

    /// <summary>What a policy is told: the subject (as released), the new prompt, or both (ours).</summary>
    public PolicyText PolicyText { get; set; } = PolicyText.Both;

    /// <summary>First tokens of the first prompt that name the subject ("a small cyan star").</summary>
    public int SubjectTokens { get; set; } = 4;

    /// <summary>Block whose keys are the features, from 0; -1 for 19/30 of the model's, as released.</summary>
    public int KeyLayer { get; set; } = -1;

    /// <summary>Attention blocks of the policy.</summary>
    public int Depth { get; set; } = 1;

    /// <summary>Latent frames of a scene. Default: the release's 16 chunks of 3.</summary>
    public int SceneFrames { get; set; } = 48;

    /// <summary>Latent frames of the new scene that a member of a group generates.</summary>
    public int RolloutFrames { get; set; } = 9;

    /// <summary>Latent frames of the scene before that rewards see in front of them, at most; 0 for none.</summary>
    public int HistoryFrames { get; set; } = 9;

    /// <summary>First latent frames of the video that stay.</summary>
    public int Sink { get; set; } = 1;

    /// <summary>Latent frames' worth of tokens that are chosen. Default: the release's 9360 tokens of 1560 a frame.</summary>
    public int Keep { get; set; } = 6;

    /// <summary>Newest latent frames that stay whole where a scene changes.</summary>
    public int Recent { get; set; } = 2;

    /// <summary>Latent frames of a scene that are attended to; 0 for all of them.</summary>
    public int Window { get; set; }

    /// <summary>Steps of the sampler in rollouts; 0 for the model's own. Fewer make rollouts cheaper and worse.</summary>
    public int SamplingSteps { get; set; }

    /// <summary>How later prompts speak of the subject.</summary>
    public StoryCaptions Captions { get; set; } = StoryCaptions.Full;

    /// <summary>
    /// How far below 1 the ratio of probabilities (mean over the K draws) moves a policy, with several epochs; null, the default, for any
    /// distance, as released (0.1 is a good value).
    /// </summary>
    public double? ClipLow { get; set; }

    /// <summary>How far above 1; null, the default, for any distance, as released (0.2 is a good value).</summary>
    public double? ClipHigh { get; set; }

    /// <summary>
    /// Weight of the divergence (k3, mean over the K draws) from the policy that acted, with several epochs. Default: none, as released (0.01
    /// is a good value).
    /// </summary>
    public double KlWeight { get; set; }

    /// <summary>Limits of the ratio.</summary>
    internal ClipRange Clip => new(ClipLow ?? ClipRange.None.Low, ClipHigh ?? ClipRange.None.High);

    /// <summary>What a scene attends to.</summary>
    internal InfLvgContextSizes Context => new(Sink, Keep, Recent, SceneWindow);

    /// <summary>Latent frames of a scene that are attended to.</summary>
    internal int SceneWindow => Window == 0 ? SceneFrames : Window;

    /// <summary>The stories to train on and to try policies on.</summary>
    /// <exception cref="RecipeException">A file of prompts cannot be used, or has a story of too few scenes.</exception>
    public IScriptSource Stories()
    {
        if (Prompts is null)
        {
            return new StoryScripts(Scenes, Profile, Captions);
        }
        IScriptSource source = ScriptSource();
        int least = PerTransition ? Scenes : 2;
        for (int i = 0; i < ScriptsLookedAt; i++)
        {
            foreach (VideoScript script in (ReadOnlySpan<VideoScript>)[source.Training(i), source.HeldOut(i)])
            {
                if (script.Scenes.Count < least)
                {
                    throw new RecipeException(
                        $"The story that begins with \"{script.Scenes[0].Prompt}\" has {script.Scenes.Count} scene(s); the recipe needs {least} at least.");
                }
            }
        }
        return source;
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(Prompts is null || Captions == StoryCaptions.Full, "captions", "Full with prompts from files, which say themselves whom they mean");
        Require(Scenes >= 2, "scenes", "at least 2: a single scene has no change at which a context could be chosen");
        Require(SubjectTokens >= 1, "subject_tokens", "at least 1");
        Require(KeyLayer >= -1, "key_layer", "at least 0, or -1 for the release's proportion");
        Require(Depth >= 1, "depth", "at least 1");
        Require(SceneFrames >= 1, "scene_frames", "at least 1");
        Require(RolloutFrames >= 1 && RolloutFrames <= SceneFrames, "rollout_frames", "between 1 and scene_frames");
        Require(HistoryFrames >= 0 && HistoryFrames <= SceneFrames, "history_frames", "between 0 and scene_frames");
        Require(Sink >= 0, "sink", "at least 0");
        Require(Recent >= 0, "recent", "at least 0");
        Require(
            Keep >= 1 && Keep < SceneFrames - Sink - Recent,
            "keep",
            $"at least 1 and smaller than the {SceneFrames - Sink - Recent} frames that the first scene leaves to choose from " +
            "(scene_frames - sink - recent)");
        Require(Window == 0 || Window >= RolloutFrames, "window", "0, or at least rollout_frames");
        Require(SamplingSteps is >= 0 and <= 1000, "sampling_steps", "between 0 and 1000");
        Require(ClipLow is null or (>= 0 and < 1), "clip_low", "in [0, 1), or left out for no limit");
        Require(ClipHigh is null or (>= 0 and < double.PositiveInfinity), "clip_high", "at least 0, or left out for no limit");
        Require(KlWeight >= 0 && double.IsFinite(KlWeight), "kl_weight", "at least 0");
    }
}
