using LongTake.Benchmarks;

// One command a file; each prints one JSON line (clips: one a method) with --json, a readable line otherwise.
Dictionary<string, Func<Arguments, int>> commands = new()
{
    ["kernels"] = KernelsCommand.Run,
    ["matmul"] = MatMulCommand.Run,
    ["attention"] = AttentionCommand.Run,
    ["chunk"] = ChunkCommand.Run,
    ["train"] = TrainCommand.Run,
    ["vae-decode"] = VaeDecodeCommand.Run,
    ["generate"] = GenerateCommand.Run,
    ["stream"] = StreamCommand.Run,
    ["clips"] = ClipsCommand.Run,
    ["operations"] = OperationsCommand.Run,
    ["analyser"] = AnalyserCommand.Run,
    ["metrics"] = MetricsCommand.Run,
};

if (args.Length == 0 || !commands.TryGetValue(args[0], out Func<Arguments, int>? command))
{
    Console.Error.WriteLine($"Usage: LongTake.Benchmarks <{string.Join(" | ", commands.Keys)}> [--name value ...] [--json]");
    return 2;
}
try
{
    return command(new Arguments(args.AsSpan(1)));
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
