using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>struct sched_attr in its first version.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SchedulerAttributes
{
    private readonly uint size = 48;

    public SchedulerAttributes()
    {
    }

    public uint Policy { get; init; }

    public ulong Flags { get; init; }

    public int Nice { get; init; }

    public uint Priority { get; init; }

    public ulong Runtime { get; init; }

    public ulong Deadline { get; init; }

    public ulong Period { get; init; }
}
