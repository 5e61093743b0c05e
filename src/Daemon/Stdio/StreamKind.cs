namespace Wharf.Daemon.Stdio;

/// <summary>Numbers of the multiplexed stream's header.</summary>
internal enum StreamKind : byte
{
    Input = 0,
    Output = 1,
    Error = 2,
}
