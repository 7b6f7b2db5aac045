using LongTake.Benchmarks;

// One command a file; each prints one JSON line (clips: one a method) with --json, a readable line otherwise.
BenchmarkCommand[] commands =
[
    KernelsCommand.Command,
    MatMulCommand.Command,
    AttentionCommand.Command,
    ChunkCommand.Command,
    TrainCommand.Command,
    VaeDecodeCommand.Command,
    GenerateCommand.Command,
    StreamCommand.Command,
    ClipsCommand.Command,
    OperationsCommand.Command,
    AnalyserCommand.Command,
    MetricsCommand.Command,
];

const int Failed = 1;
string[] help = ["--help", "-h", "-?"];
if (args.Length > 0 && help.Contains(args[0]))
{
    Console.WriteLine("LongTake.Benchmarks <command> [--name value ...] [--json]; <command> --help lists its options.\n");
    foreach (BenchmarkCommand known in commands)
    {
        Console.WriteLine($"  {known.Name,-12}{known.Summary}");
    }
    return 0;
}
BenchmarkCommand? command = args.Length == 0 ? null : commands.FirstOrDefault(c => c.Name == args[0]);
if (command is null)
{
    string what = args.Length == 0 ? "A command is missing" : $"There is no command '{args[0]}'";
    Console.Error.WriteLine($"{what}; there are {string.Join(", ", commands.Select(c => c.Name))}. --help says what each times.");
    return Failed;
}
if (args.Skip(1).Any(help.Contains))
{
    Console.Write(command.Usage());
    return 0;
}
try
{
    return command.Run(new Arguments(command, args.AsSpan(1)));
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return Failed;
}
