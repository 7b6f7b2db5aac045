using LongTake.Models.Checkpoints;
using LongTake.Tensors;
using LongTake.Tensors.Parameters;

namespace LongTake.Alignment.Training;

/// <summary>Lets a training begin with the weights of an earlier one (<see cref="TrainingRecipe.StartFrom"/>).</summary>
internal static class StartingWeights
{
    /// <summary>Replaces initial weights by those of a model folder.</summary>
    /// <param name="initial">The weights to replace.</param>
    /// <param name="folder">Folder to start from; null leaves the initial weights as they are.</param>
    /// <param name="load">Takes the network's weights out of the folder.</param>
    /// <exception cref="RecipeException">The folder's network has other sizes than the recipe's.</exception>
    public static void Apply(ParameterStore initial, string? folder, Func<ModelFolder, ParameterStore> load)
    {
        if (folder is null)
        {
            return;
        }
        using ModelFolder model = ModelFolder.Open(folder);
        using ParameterStore weights = load(model);
        foreach (string name in initial.Names)
        {
            Tensor target = initial[name];
            if (!weights.TryGet(name, out Tensor? source) || source.Shape != target.Shape)
            {
                string found = source is null ? "is missing" : $"has the shape {source.Shape}";
                throw new RecipeException(
                    $"The weights of '{folder}' (start_from) do not fit the recipe: '{name}' {found}, wanted {target.Shape}. " +
                    "Give the recipe the sizes of that model, or leave start_from out.");
            }
            target.CopyFrom(source);
        }
    }
}
