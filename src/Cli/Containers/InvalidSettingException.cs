namespace Wharf.Cli.Containers;

/// <summary>A container that cannot be described: the client refuses it before the engine is asked.</summary>
internal sealed class InvalidSettingException(string message) : Exception(message);
