using LongTake.Alignment.Branches;
using LongTake.Alignment.Grpo;

namespace LongTake.Alignment.Baselines;

/// <summary>
/// What the baselines of KVPO share: groups whose members make one section of a video with noise of their own, and are compared with each other.
/// Source: spec rewards-and-grpo, sections B1, B2 and B9.
/// </summary>
public abstract class BaselineRecipe : BranchRecipe
{
    /// <summary>Sets defaults that differ from those of other trainings.</summary>
    protected BaselineRecipe()
    {
        GroupSize = 24;
        AdvantageClamp = 5;
        LearningRate = 3e-4f;
        FinalLearningRate = 3e-4f;
        WarmupSteps = 0;
        WeightDecay = 1e-4f;
        LoraRank = 32;
        LoraAlpha = 64;
    }

    /// <summary>
    /// First chunks of the section that members make with noise of their own and that are learned from; 0, the default, for all of it.
    /// </summary>
    public int ExploredChunks { get; set; }

    /// <summary>What differences of reward are divided by. Default: the population deviation, and 1e-4 added to it.</summary>
    public DeviationKind Deviation { get; set; } = DeviationKind.Population;

    /// <summary>How rewards become advantages: against the group's mean; signals are brought to one scale where rewards are.</summary>
    internal AdvantageOptions AdvantageOptions => new()
    {
        Deviation = Deviation,
        Epsilon = 1e-4,
        NormaliseSignals = Deviation != DeviationKind.None,
    };

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        int least = Math.Min(FirstSection, SectionCount > 1 && ForkSections > 1 ? Section : FirstSection) / ChunkFrames;
        Require(ExploredChunks >= 0 && ExploredChunks <= least, "explored_chunks", $"between 0 and the {least} chunks of the shortest section");
    }
}
