using LongTake.Evaluation.Shapes;

namespace LongTake.Evaluation.Suites;

/// <summary>Prompts of users understood as captions of the Shapes world.</summary>
public static class ShapesPrompts
{
    /// <summary>
    /// The item with its truth. Where the subject starts and at which phase it moves, prompts do not say and scores do not ask: it starts in
    /// the middle.
    /// </summary>
    /// <param name="suite">Name of the suite.</param>
    /// <param name="index">Number of the item in it.</param>
    /// <param name="item">The item; one that has its truth already stays as it is.</param>
    /// <param name="world">What part of the world the model knows; null for all of it.</param>
    /// <exception cref="SuiteException">
    /// A prompt is not in the grammar, or asks for what the model does not know; the message names the item and quotes the words.
    /// </exception>
    public static PromptItem WithTruth(string suite, int index, PromptItem item, WorldProfile? world = null)
    {
        if (item.Truth is not null)
        {
            return item;
        }
        SuiteSegment[] segments = new SuiteSegment[item.Scenes.Count];
        SceneState? before = null;
        for (int i = 0; i < segments.Length; i++)
        {
            try
            {
                before = CaptionParser.Parse(item.Scenes[i].Prompt, before);
            }
            catch (FormatException e)
            {
                string scene = segments.Length == 1 ? "" : $", scene {i + 1}";
                throw new SuiteException(
                    $"Item {item.Id}{scene}: {e.Message} The Shapes model knows such captions only: "
                    + "\"a small cyan star moves slowly downward on a background of mint checkerboard.\"",
                    e);
            }
            if (world?.Contains(before.Value) == false)
            {
                throw new SuiteException(
                    $"Item {item.Id}: the model does not know \"{Captions.Full(before.Value)}\"; it was trained on the part \"{world}\" of the Shapes world, "
                    + $"where this would be \"{Captions.Full(world.Restrict(before.Value))}\"");
            }
            segments[i] = new SuiteSegment(before.Value, 0);
        }
        SuiteItem truth = new(suite, index, ShapesWorld.Size / 2.0, ShapesWorld.Size / 2.0, segments);
        return item with { Truth = truth, Level = item.Level ?? ShapesPromptSuites.LevelName(truth.Level) };
    }
}
