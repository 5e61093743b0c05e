namespace Wharf.Cli.CommandLine;

/// <summary>-h where it is no flag of the command's own: print the help.</summary>
internal sealed class HelpRequestedException : Exception;
