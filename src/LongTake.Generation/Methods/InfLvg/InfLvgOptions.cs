using LongTake.Generation.Methods.SlidingWindow;
using LongTake.Generation.Positions;
using LongTake.Generation.PromptChanges;
using LongTake.Generation.Streaming;
using LongTake.Tensors.Files;

namespace LongTake.Generation.Methods.InfLvg;

/// <summary>What chooses the tokens that a new scene attends to.</summary>
public enum ContextChoiceKind
{
    /// <summary>A trained policy: the tokens with the largest scores.</summary>
    Learned,

    /// <summary>A trained policy: one draw from the distribution that it was trained by, as in the release.</summary>
    Drawn,

    /// <summary>Chance: the control that a policy must beat.</summary>
    Random,

    /// <summary>Age: the newest tokens.</summary>
    Recent,
}

/// <summary>
/// InfLVG: at every change of scene a learned policy keeps a fixed number of past tokens. Source: spec inflvg (arXiv 2505.17574).
/// </summary>
public sealed record InfLvgOptions
{
    private const string Name = "inflvg";

    /// <summary>The preset <c>inflvg</c>.</summary>
    public static MethodPreset Preset { get; } = new(
        Name, "InfLVG: a learned policy keeps the past tokens that a new scene needs", settings =>
    {
        string policy = settings.Text("policy", string.Empty);
        ContextChoiceKind choose = settings.Choice("choose", ContextChoiceKind.Learned);
        InfLvgOptions defaults = policy.Length > 0 && AsksPolicy(choose) ? For(policy) : new();
        return new InfLvgOptions
        {
            Policy = policy,
            Choose = choose,
            Sink = settings.Int("sink", defaults.Sink),
            Keep = settings.Int("keep", defaults.Keep),
            Recent = settings.Int("recent", defaults.Recent),
            Scene = settings.Int("scene", defaults.Scene),
            Positions = settings.Choice("positions", defaults.Positions),
        }.ToMethod();
    })
    {
        Keeps = "the first frame, tokens worth 6 frames chosen by the policy, 2 frames of the scene before, and 48 of the scene; with a policy, "
            + "as many as it was trained with",
        Paper = "InfLVG, arXiv 2505.17574",
    };

    /// <summary>File of the trained policy. Default: none, which will do for a single scene.</summary>
    public string Policy { get; init; } = string.Empty;

    /// <summary>What chooses. Default: the policy.</summary>
    public ContextChoiceKind Choose { get; init; } = ContextChoiceKind.Learned;

    /// <summary>First latent frames of the video that stay. Default 1.</summary>
    public int Sink { get; init; } = 1;

    /// <summary>Latent frames' worth of chosen tokens. Default 6 (K = 9360 of 1560 a frame).</summary>
    public int Keep { get; init; } = 6;

    /// <summary>Newest latent frames that stay whole when a scene begins. Default 2.</summary>
    public int Recent { get; init; } = 2;

    /// <summary>Latent frames of a scene that are attended to, current chunk included. Default 48.</summary>
    public int Scene { get; init; } = 48;

    /// <summary>Where frames stand in time. Default: at their place in the video, as in the release.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Absolute;

    /// <summary>The four sizes together.</summary>
    public InfLvgContextSizes Sizes => new(Sink, Keep, Recent, Scene);

    /// <summary>
    /// A policy under the context that it was trained with; under these defaults when its file, being older, does not say
    /// (<see cref="StreamingMethod.Notes"/> then does).
    /// </summary>
    /// <param name="policy">File of the policy.</param>
    /// <exception cref="CheckpointException">There is no policy in the file.</exception>
    public static InfLvgOptions For(string policy)
    {
        InfLvgOptions defaults = new() { Policy = policy };
        return InfLvgPolicyFile.Open(policy).Context is not InfLvgContextSizes trained
            ? defaults
            : defaults with { Sink = trained.Sink, Keep = trained.Keep, Recent = trained.Recent, Scene = trained.Scene };
    }

    /// <summary>Makes the method. The header of the policy's file is read; its weights are when a scene first changes.</summary>
    /// <exception cref="ArgumentException">Values conflict.</exception>
    /// <exception cref="CheckpointException">There is no policy in the file.</exception>
    public StreamingMethod ToMethod()
    {
        Sizes.Validate();
        Require(Positions is PositionKind.Absolute or PositionKind.Relative, $"positions is {Positions}; it is absolute or relative");
        Require(
            AsksPolicy(Choose) || Policy.Length == 0,
            $"choose {Choose.ToString().ToLowerInvariant()} conflicts with the policy '{Policy}', which would not be asked; leave one of them out");
        InfLvgPolicyFile? file = Policy.Length == 0 ? null : InfLvgPolicyFile.Open(Policy);
        return new StreamingMethod
        {
            Name = Name,
            Context = run =>
            {
                Require(run.ChunkFrames <= Scene, $"scene {Scene} conflicts with chunks of {run.ChunkFrames}; make it at least {run.ChunkFrames}");
                return new InfLvgContext(Sink, Keep, Recent, Scene, Choice(file, run.Seed));
            },
            Positions = _ => Positions == PositionKind.Relative ? new BlockRelativePositions() : new AbsolutePositions(),
            PromptChange = _ => new ChooseContext(),
            CannotTell = scenes => CannotTell(file, scenes),
            Notes = file is not null && NoteOn(file) is string note ? [note] : [],
        };
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException($"{Name}: {otherwise}.");
        }
    }

    private IContextChoice Choice(InfLvgPolicyFile? file, ulong seed) => Choose switch
    {
        ContextChoiceKind.Random => new RandomChoice(seed),
        ContextChoiceKind.Recent => new RecentChoice(),
        _ => file is null ? new MissingChoice() : new LearnedChoice(file, Choose == ContextChoiceKind.Drawn ? seed : null),
    };

    private static bool AsksPolicy(ContextChoiceKind choose) => choose is ContextChoiceKind.Learned or ContextChoiceKind.Drawn;

    private string? NoteOn(InfLvgPolicyFile file) => file.Context switch
    {
        null => $"the policy '{file.Path}' does not say under which context it was trained; it is used with {Sizes}, which should be that",
        InfLvgContextSizes trained when trained != Sizes => $"the policy '{file.Path}' was trained with {trained}, and is used with {Sizes}",
        _ => null,
    };

    private string? CannotTell(InfLvgPolicyFile? file, int scenes)
    {
        if (scenes < 2 || !AsksPolicy(Choose))
        {
            return null;
        }
        if (file is null)
        {
            return $"The method '{Name}' needs a policy for a story of {scenes} scenes: {MissingChoice.Remedy}.";
        }
        return file.Config.Transitions > 0 && file.Config.Transitions < scenes - 1
            ? $"The policy '{file.Path}' has networks for {file.Config.Transitions} changes of scene, and the story has {scenes - 1}; " +
                "train one for more scenes, or a single one for all of them."
            : null;
    }
}
