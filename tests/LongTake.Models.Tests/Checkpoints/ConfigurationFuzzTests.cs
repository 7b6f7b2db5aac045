using System.Text;
using System.Text.Json;
using LongTake.Models.Checkpoints;
using LongTake.Tensors.Files;
using LongTake.Tensors.Random;

namespace LongTake.Models.Tests.Checkpoints;

/// <summary>Mutated configuration files: the inspector reports, or refuses with a <see cref="CheckpointException"/>, and nothing else happens.</summary>
public sealed class ConfigurationFuzzTests : IDisposable
{
    private static readonly string[] s_values =
    [
        "0", "-1", "2147483647", "1e99", "1.5", "null", "true", "\"x\"", "[]", "{}", "[1,2]", "99999999999999999999", "16777215",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("longtake").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("transformer")]
    [InlineData("causal_transformer")]
    [InlineData("vae")]
    [InlineData("text_encoder")]
    public void A_mutated_configuration_is_reported_or_refused(string part)
    {
        using (TinyModel model = new())
        {
            model.Write(_folder);
        }
        string path = Path.Combine(_folder, part, "config.json");
        string original = File.ReadAllText(path);
        int unusable = 0;
        for (int round = 0; round < 400; round++)
        {
            File.WriteAllText(path, Mutate(original, new CounterRandom((ulong)round, 5)));
            try
            {
                using ModelFolder folder = ModelFolder.Open(_folder);
                foreach (TransformerKind kind in folder.Transformers)
                {
                    folder.Settings(kind);
                }
                unusable += ModelInspector.Inspect(_folder).IsUsable ? 0 : 1;
            }
            catch (CheckpointException)
            {
                unusable++;
            }
        }
        Assert.True(unusable > 50, $"only {unusable} of 400 mutations had an effect");
    }

    /// <summary>Replaces a field by something it should not be, or damages the text.</summary>
    private static string Mutate(string json, CounterRandom random)
    {
        if (random.NextInt(4) == 0)
        {
            StringBuilder text = new(json);
            for (int i = 1 + random.NextInt(3); i > 0; i--)
            {
                text[random.NextInt(text.Length)] = (char)(32 + random.NextInt(96));
            }
            return text.ToString();
        }
        using JsonDocument document = JsonDocument.Parse(json);
        List<JsonProperty> fields = [.. document.RootElement.EnumerateObject()];
        int changed = random.NextInt(fields.Count);
        bool drop = random.NextInt(5) == 0;
        IEnumerable<string> written = fields.Select((f, i) => i != changed
            ? $"\"{f.Name}\": {f.Value.GetRawText()}"
            : drop ? "" : $"\"{f.Name}\": {s_values[random.NextInt(s_values.Length)]}");
        return "{" + string.Join(", ", written.Where(w => w.Length > 0)) + "}";
    }
}
