namespace LongTake.Models.Checkpoints;

/// <summary>Removes from parameter names what training wrappers put into them. Source: spec autoregressive-streaming, section 11.</summary>
public static class WrapperPrefixes
{
    private static readonly string[] s_anywhere = ["_fsdp_wrapped_module.", "_checkpoint_wrapped_module.", "_orig_mod."];

    // Few-step models keep the network in a submodule 'model'; single-file exports of other programs use the longer ones.
    private static readonly string[] s_leading = ["model.diffusion_model.", "diffusion_model.", "model."];

    /// <summary>The bare name: wrapper modules removed wherever they occur, then one leading <c>model.</c></summary>
    public static string Strip(string name)
    {
        foreach (string part in s_anywhere)
        {
            name = name.Replace(part, "", StringComparison.Ordinal);
        }
        foreach (string prefix in s_leading)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return name[prefix.Length..];
            }
        }
        return name;
    }
}
