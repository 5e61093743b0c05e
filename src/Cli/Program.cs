using Wharf.Cli;

return EntryPoint.Run(args);
