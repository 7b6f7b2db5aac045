using System.Text.Json;

namespace LongTake.Alignment.Data;

/// <summary>The small JSON file beside a cache that says what the cache holds.</summary>
internal static class CacheDescription
{
    /// <summary>Reads it.</summary>
    /// <param name="description">Its path.</param>
    /// <param name="cache">Path of the cache, for the message.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static T? Read<T>(string description, string cache)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(description));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The description '{description}' is damaged; delete it and '{cache}'.", e);
        }
    }
}
