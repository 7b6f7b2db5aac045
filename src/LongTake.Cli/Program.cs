using LongTake.Cli;

using CliEnvironment environment = CliEnvironment.OfProcess();
return await LongTakeApplication.RunAsync(args, environment);
