namespace Wharf.Linux;

/// <summary>signalfd(2): signals of this thread are blocked and read from a descriptor.</summary>
public static unsafe class SignalDescriptor
{
    private const int InfoSize = 128;

    public static FileDescriptor Open(params ReadOnlySpan<int> signals)
    {
        const int closeOnExec = 0x80000;
        const int nonBlocking = 0x800;
        ulong* mask = stackalloc ulong[16];
        new Span<ulong>(mask, 16).Clear();
        foreach (int signal in signals)
        {
            mask[0] |= 1UL << (signal - 1);
        }

        Libc.Check(Libc.sigprocmask(0, mask, null), "sigprocmask");
        return new FileDescriptor(Libc.Check(Libc.signalfd(-1, mask, closeOnExec | nonBlocking), "signalfd"));
    }

    /// <summary>The next signal that has come, or 0.</summary>
    public static int Read(FileDescriptor descriptor)
    {
        byte* info = stackalloc byte[InfoSize];
        nint count = Libc.read(descriptor.Number, info, InfoSize);
        return count == InfoSize ? *(int*)info : 0;
    }
}
