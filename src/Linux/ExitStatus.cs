namespace Wharf.Linux;

/// <summary>How a process ended, as wait(2) tells it.</summary>
public readonly record struct ExitStatus(int Raw)
{
    public bool Signaled => (Raw & 0x7f) is not 0 and not 0x7f;

    public int Signal => Raw & 0x7f;

    /// <summary>The exit code, or 128 and the signal.</summary>
    public int Code => Signaled ? 128 + Signal : (Raw >> 8) & 0xff;
}
