namespace Wharf.Linux;

/// <summary>EPOLL bits.</summary>
[Flags]
public enum Readiness : uint
{
    None = 0,
    Input = 1,
    Output = 4,
    Error = 8,
    HangUp = 0x10,
}
