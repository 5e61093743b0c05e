namespace Wharf.Linux;

/// <summary>A system call that failed: the call's native name, its errno, and the operand it was given.</summary>
public sealed class SyscallException : IOException
{
    public SyscallException(string call, int errno, string? operand = null)
        : base(Describe(call, errno, operand))
    {
        Call = call;
        Errno = (Errno)errno;
        Operand = operand;
    }

    /// <summary>Native name of the call, such as <c>openat2</c>.</summary>
    public string Call { get; }

    public Errno Errno { get; }

    /// <summary>What the call was about: mostly a path.</summary>
    public string? Operand { get; }

    private static string Describe(string call, int errno, string? operand) =>
        operand is null ? $"{call}: {ErrnoText.Of(errno)}" : $"{call} \"{operand}\": {ErrnoText.Of(errno)}";
}
