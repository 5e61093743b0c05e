namespace Wharf.Cli.Output;

/// <summary>Who read our output has gone: the command ends quietly.</summary>
internal sealed class BrokenPipeException : IOException;
