namespace Wharf.Daemon.Containers;

/// <summary>How and when a process ended, by containerd's word.</summary>
internal sealed record ProcessExit(int Code, DateTimeOffset At);
