using LongTake.Alignment.Grpo;
using LongTake.Alignment.Training;
using LongTake.Evaluation.Suites;

namespace LongTake.Alignment.Data;

/// <summary>Scripts from a user's files of prompts and stories, gone through again and again.</summary>
public sealed class FileScripts : IScriptSource
{
    private readonly VideoScript[] _training;
    private readonly VideoScript[] _heldOut;

    /// <summary>Reads the files.</summary>
    /// <param name="training">A suite to train on.</param>
    /// <param name="heldOut">A suite that is only evaluated.</param>
    /// <param name="scenes">Longest script: of stories with more scenes, the first are taken.</param>
    /// <exception cref="RecipeException">A file cannot be read, is no suite, or both have a prompt in common.</exception>
    public FileScripts(string training, string heldOut, int scenes)
    {
        _training = Read(training, scenes);
        _heldOut = Read(heldOut, scenes);
        HashSet<string> known = [.. _training.Select(s => s.Scenes[0].Prompt)];
        if (_heldOut.FirstOrDefault(s => known.Contains(s.Scenes[0].Prompt)) is VideoScript shared)
        {
            throw new RecipeException(
                $"The prompt \"{shared.Scenes[0].Prompt}\" of '{heldOut}' (held_out_prompts) is in '{training}' (prompts) too; it would not be held out.");
        }
    }

    /// <inheritdoc/>
    public VideoScript Training(long index) => _training[index % _training.Length];

    /// <inheritdoc/>
    public VideoScript HeldOut(int index) => _heldOut[index % _heldOut.Length];

    private static VideoScript[] Read(string path, int scenes)
    {
        try
        {
            return [.. PromptSuite.Load(path).Items.Select(i => new VideoScript([.. i.Scenes.Take(scenes).Select(s => new ScriptScene(s.Prompt))]))];
        }
        catch (SuiteException e)
        {
            throw new RecipeException($"The recipe's prompts cannot be used: {e.Message}", e);
        }
    }
}
