using System.CommandLine;
using System.Text;
using LongTake.Cli.Generate;
using LongTake.Evaluation.Comparisons;
using LongTake.Generation.Clips;
using LongTake.Generation.Methods;
using LongTake.Generation.Stories;

namespace LongTake.Cli.Tests;

/// <summary>Every command line in the documentation can be run as it stands.</summary>
public class DocumentationTests
{
    public static TheoryData<string, string> Commands
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (string page in Pages())
            {
                foreach (string command in CommandsOf(File.ReadAllText(page)))
                {
                    data.Add(Path.GetRelativePath(Repository.Root, page), command);
                }
            }
            return data;
        }
    }

    [Fact]
    public void There_are_commands_to_check() => Assert.True(Commands.Count > 60, $"{Commands.Count} commands");

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_is_understood_and_the_model_knows_its_prompt(string page, string command)
    {
        using CliEnvironment environment = new(TextWriter.Null, TextWriter.Null, interactive: false);
        ParseResult parsed = LongTakeApplication.Parse([.. Words(command).Skip(1)], environment);
        Assert.True(parsed.Errors.Count == 0, $"{page}: {command}: {string.Join("; ", parsed.Errors.Select(e => e.Message))}");
        // A policy is a file of the reader's own.
        foreach (string method in Given(parsed, "--methods").SelectMany(m => m.Split(',')).Where(m => !m.Contains("policy=", StringComparison.Ordinal)))
        {
            MethodChoice.Parse(method);
        }
        if (parsed.CommandResult.Command.Name != "generate")
        {
            return;
        }
        Dictionary<string, string> settings = GenerateRequest.SettingsOf(Given(parsed, "--set"));
        string preset = Given(parsed, "--preset").FirstOrDefault() ?? GenerateRequest.DefaultPreset;
        if (ClipPresets.Contains(preset))
        {
            ClipPresets.Create(preset, settings);
        }
        else if (!settings.ContainsKey("policy"))
        {
            MethodPresets.Create(preset, settings);
        }
        if (parsed.GetValue<string>("PROMPT") is string prompt && !Given(parsed, "--model").Any())
        {
            Assert.Null(ShapesCaptions.Note(Story.FromPrompt(prompt, StoryTime.Seconds(1)), "core"));
        }
    }

    [Fact]
    public void Every_preset_has_a_page()
    {
        string pages = string.Concat(
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "methods"), "*.md").Select(p => File.ReadAllText(p).Split("\n## ")[0]));
        Assert.All(
            MethodPresets.All.Select(p => p.Name).Concat(ClipPresets.All.Select(p => p.Name)),
            name => Assert.True(
                pages.Contains($"`{name}`", StringComparison.Ordinal) || pages.Contains($"# {name}", StringComparison.Ordinal)
                    || pages.Contains($"--preset {name} ", StringComparison.Ordinal) || pages.Contains($"--preset {name}\n", StringComparison.Ordinal),
                $"{name} is on no page of docs/methods before the first section."));
    }

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Root, "README.md"))
            .Append(Path.Combine(Repository.Root, "models", "shapes", "README.md"))
            .Order(StringComparer.Ordinal);

    /// <summary>Lines of code blocks that begin with the program's name, with those they go on in.</summary>
    private static IEnumerable<string> CommandsOf(string page)
    {
        bool isCode = false;
        StringBuilder? command = null;
        foreach (string line in page.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
                command = null;
                continue;
            }
            if (command is null && isCode && line.TrimStart().StartsWith("longtake ", StringComparison.Ordinal))
            {
                command = new StringBuilder();
            }
            if (command is null)
            {
                continue;
            }
            bool goesOn = line.EndsWith('\\');
            command.Append(line.Trim().TrimEnd('\\')).Append(' ');
            if (!goesOn)
            {
                yield return command.ToString().Trim();
                command = null;
            }
        }
    }

    /// <summary>Words as a shell makes them: quotes hold spaces, a # begins a comment.</summary>
    private static IEnumerable<string> Words(string command)
    {
        StringBuilder word = new();
        bool isQuoted = false, isStarted = false;
        foreach (char c in command)
        {
            if (c == '"')
            {
                isQuoted = !isQuoted;
                isStarted = true;
            }
            else if (c == ' ' && !isQuoted)
            {
                if (isStarted)
                {
                    yield return word.ToString();
                }
                word.Clear();
                isStarted = false;
            }
            else if (c == '#' && !isQuoted && !isStarted)
            {
                yield break;
            }
            else
            {
                word.Append(c);
                isStarted = true;
            }
        }
        if (isStarted)
        {
            yield return word.ToString();
        }
    }

    private static IEnumerable<string> Given(ParseResult parsed, string option) =>
        parsed.CommandResult.Command.Options.FirstOrDefault(o => o.Name == option) is Option known
        && parsed.GetResult(known) is { Implicit: false } result
            ? result.Tokens.Select(t => t.Value)
            : [];
}
