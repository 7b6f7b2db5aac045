using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace LongTake.Alignment.Training;

/// <summary>Reads recipes: YAML with underscored names; an unknown name is an error, a missing one keeps its default.</summary>
public static class RecipeReader
{
    /// <summary>Reads and validates a recipe.</summary>
    /// <param name="path">A YAML file.</param>
    /// <param name="text">The file's text, to be kept with the checkpoint.</param>
    /// <exception cref="RecipeException">The file is missing, is no YAML, has an unknown name or a value out of range.</exception>
    public static T Read<T>(string path, out string text)
        where T : TrainingRecipe, new()
    {
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecipeException($"The recipe '{path}' cannot be read: {e.Message}", e);
        }
        return Parse<T>(text, path);
    }

    /// <summary>Parses and validates a recipe's text; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="RecipeException">As <see cref="Read"/>.</exception>
    public static T Parse<T>(string text, string name)
        where T : TrainingRecipe, new()
    {
        IDeserializer yaml = new DeserializerBuilder()
            .WithNamingConvention(UnderscoredNamingConvention.Instance)
            .WithEnumNamingConvention(UnderscoredNamingConvention.Instance)
            .Build();
        T recipe;
        try
        {
            recipe = yaml.Deserialize<T?>(text) ?? new T();
        }
        catch (YamlException e)
        {
            string reason = (e.InnerException ?? e).Message;
            throw new RecipeException($"The recipe '{name}' is wrong at line {e.Start.Line}: {reason}", e);
        }
        recipe.Validate();
        return recipe;
    }
}
