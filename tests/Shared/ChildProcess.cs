using System.Diagnostics;
using System.Reflection;

namespace LongTake.Testing;

/// <summary>
/// Runs tests of an assembly again in a process of their own, for settings that a runtime reads once at its start: instruction
/// sets switched off, for example.
/// </summary>
internal static class ChildProcess
{
    /// <summary>Set in the child to the bits of the widest vector that it may use; see <see cref="VectorWidths"/>.</summary>
    public const string ExpectedBitsVariable = "LONGTAKE_TEST_VECTOR_BITS";

    /// <summary>Vector widths to test, in bits, with the environment that limits the runtime to them.</summary>
    public static IReadOnlyDictionary<int, (string Name, string Value)[]> VectorWidths { get; } =
        new Dictionary<int, (string, string)[]>
        {
            [256] = [("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0")],
            [128] = [("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0"), ("DOTNET_EnableAVX2", "0")],
            [0] = [("DOTNET_EnableHWIntrinsic", "0")],
        };

    /// <summary>Runs the tests that match a filter with vectors limited to a width, and fails with their output if one fails.</summary>
    /// <param name="bits">A key of <see cref="VectorWidths"/>; 0 is plain scalar code.</param>
    /// <param name="filter">A test filter, as <c>dotnet test --filter</c> takes it.</param>
    /// <param name="assembly">The assembly with the tests.</param>
    public static void RunTestsAtVectorWidth(int bits, string filter, Assembly assembly) =>
        RunTests(filter, assembly, [.. VectorWidths[bits], (ExpectedBitsVariable, bits.ToString())]);

    /// <summary>Runs the tests that match a filter in a child process, and fails with their output if one fails.</summary>
    public static void RunTests(string filter, Assembly assembly, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in new[] { "vstest", assembly.Location, "--TestCaseFilter:" + filter, "--nologo" })
        {
            start.ArgumentList.Add(argument);
        }
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"Tests in a child process failed ({filter}):\n{output}\n{error.Result}");
        Assert.True(output.Contains("Passed", StringComparison.Ordinal), $"No test ran in the child process ({filter}):\n{output}");
    }
}
