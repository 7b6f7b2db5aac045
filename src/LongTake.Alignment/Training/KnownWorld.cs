using LongTake.Alignment.Grpo;
using LongTake.Evaluation.Shapes;
using LongTake.Models.Checkpoints;

namespace LongTake.Alignment.Training;

/// <summary>Keeps a model that learns from captions alone from being asked for what its teacher has never seen.</summary>
internal static class KnownWorld
{
    /// <summary>Compares the recipe's part of the world with that of the model.</summary>
    /// <param name="model">The model, for the message.</param>
    /// <param name="settings">Its transformer's settings; one that names no world knows all of it.</param>
    /// <param name="recipe">The recipe; one with prompts of its own asks for nothing else.</param>
    /// <exception cref="RecipeException">The recipe asks for the whole world, and the model knows a part of it.</exception>
    public static void Check(ModelFolder model, TransformerSettings settings, TrainingRecipe recipe)
    {
        if (recipe is GroupRecipe { Prompts: not null })
        {
            return;
        }
        string full = WorldProfile.Full.Name, known = settings.World ?? full;
        if (recipe.World == full && known != full)
        {
            throw new RecipeException(
                $"The model in '{model.Path}' knows the world '{known}' alone, and the recipe asks for captions of '{full}'; write 'world: {known}' in the recipe.");
        }
    }
}
