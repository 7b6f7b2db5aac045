using System.CommandLine;
using LongTake.Evaluation.Suites;

namespace LongTake.Cli.Compare;

/// <summary>The option --captions: how later scenes of a suite of the Shapes world are put into words.</summary>
internal static class CaptionForms
{
    public static Option<string> Option(string description) =>
        new("--captions") { Description = description, HelpName = "FORM", DefaultValueFactory = _ => Name(CaptionForm.Full) };

    /// <exception cref="UsageException">There is no such form.</exception>
    public static CaptionForm Of(string name)
    {
        foreach (CaptionForm form in Enum.GetValues<CaptionForm>())
        {
            if (Name(form) == name)
            {
                return form;
            }
        }
        throw new UsageException($"--captions has '{name}'; the forms are {string.Join(", ", Enum.GetValues<CaptionForm>().Select(Name))}.");
    }

    private static string Name(CaptionForm form) => form.ToString().ToLowerInvariant();
}
