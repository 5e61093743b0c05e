namespace Wharf.Daemon.Logs;

/// <summary>A line of a container on its way to another program.</summary>
/// <param name="IsError">Of stderr.</param>
/// <param name="Text">Without its end.</param>
/// <param name="Time">When it was read.</param>
internal sealed record LogEntry(bool IsError, byte[] Text, DateTimeOffset Time);
