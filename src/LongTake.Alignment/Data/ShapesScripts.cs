using LongTake.Alignment.Grpo;
using LongTake.Evaluation.Shapes;
using LongTake.Evaluation.Trials;

namespace LongTake.Alignment.Data;

/// <summary>
/// Scripts of the Shapes world. Those to train on are of the training distribution; held-out ones of one scene show compositions that no
/// training shows, those of several scenes are the first scenes of the suite <c>story</c>.
/// </summary>
/// <param name="scenes">Scenes of a script, 1 to 6.</param>
/// <param name="world">What part of the world they show.</param>
public sealed class ShapesScripts(int scenes, WorldProfile world) : IScriptSource
{
    /// <summary>Most scenes of a script.</summary>
    public const int MostScenes = 6;

    /// <inheritdoc/>
    public VideoScript Training(long index) => Of(TrainingStories.Get(index, scenes, world));

    /// <inheritdoc/>
    public VideoScript HeldOut(int index) => Of(scenes == 1
        ? HeldOutScenes.Get(index, world)
        : world.Restrict(ShapesSuites.Get(ShapesSuites.Story, index % ShapesSuites.Count(ShapesSuites.Story)).Take(scenes)));

    /// <summary>A suite's item as a script, all captions in full.</summary>
    public static VideoScript Of(SuiteItem item) =>
        new([.. item.Segments.Zip(item.FullCaptions).Select(s => new ScriptScene(s.Second, s.First.State, s.First.Phase))]);
}
