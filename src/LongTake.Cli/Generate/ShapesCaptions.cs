using LongTake.Evaluation.Shapes;
using Scene = LongTake.Generation.Stories.Scene;
using Story = LongTake.Generation.Stories.Story;

namespace LongTake.Cli.Generate;

/// <summary>Tells users of a model of the Shapes world which of their prompts it was never taught.</summary>
internal static class ShapesCaptions
{
    /// <summary>One sentence on the first prompt that the model cannot know; null when there is none, or it is a model of anything else.</summary>
    /// <param name="story">The prompts.</param>
    /// <param name="world">Profile that the model was trained on; null for models of anything else.</param>
    public static string? Note(Story story, string? world)
    {
        if (world is null)
        {
            return null;
        }
        WorldProfile profile = WorldProfile.Of(world);
        SceneState? before = null;
        foreach (Scene scene in story.Scenes)
        {
            IReadOnlyList<SceneState> states;
            try
            {
                states = CaptionParser.ParseAll(scene.Prompt, before);
            }
            catch (FormatException e)
            {
                return $"this model knows captions of the Shapes world only, and \"{scene.Prompt}\" is none: {e.Message} "
                    + $"Try \"{Captions.Full(profile.Restrict(SceneState.FromIndex(0)))}\", or name another model with --model.";
            }
            if (states.Any(s => !profile.Contains(s)))
            {
                return $"this model was trained on the part \"{profile}\" of the Shapes world and does not know \"{scene.Prompt}\"; "
                    + $"try \"{Captions.Full(profile.Restrict(states.First(s => !profile.Contains(s))))}\"";
            }
            before = states[^1];
        }
        return null;
    }
}
