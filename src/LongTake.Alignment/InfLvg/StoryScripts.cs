using LongTake.Alignment.Data;
using LongTake.Alignment.Grpo;
using LongTake.Evaluation.Shapes;

namespace LongTake.Alignment.InfLvg;

/// <summary>
/// Stories of the Shapes world: one subject, whose background and motion change from scene to scene. Held-out ones are those of the suite
/// <c>cross</c>.
/// </summary>
/// <param name="scenes">Scenes of a script, 2 to 6.</param>
/// <param name="world">What part of the world they show.</param>
/// <param name="captions">How later prompts speak of the subject.</param>
public sealed class StoryScripts(int scenes, WorldProfile world, StoryCaptions captions) : IScriptSource
{
    /// <inheritdoc/>
    public VideoScript Training(long index) => Of(TrainingStories.Get(index, scenes, world));

    /// <inheritdoc/>
    public VideoScript HeldOut(int index) =>
        Of(world.Restrict(ShapesSuites.Get(ShapesSuites.Cross, index % ShapesSuites.Count(ShapesSuites.Cross)).Take(scenes)));

    private VideoScript Of(SuiteItem item) => captions == StoryCaptions.Full
        ? ShapesScripts.Of(item)
        : new([.. item.Segments.Zip(item.PronounCaptions).Select(s => new ScriptScene(s.Second, s.First.State, s.First.Phase))]);
}
