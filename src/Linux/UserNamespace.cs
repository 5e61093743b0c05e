using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>User namespaces that nobody runs in, for mounts that show other owners.</summary>
public static unsafe class UserNamespace
{
    /// <summary>One with these mappings, "INSIDE:OUTSIDE:COUNT" with commas between them; from any thread.</summary>
    /// <exception cref="FormatException">That is no mapping.</exception>
    public static FileDescriptor Of(string users, string groups)
    {
        (string userLines, string groupLines) = (Lines(users), Lines(groups));
        int holder = Hold();
        try
        {
            Files.WriteText($"/proc/{holder}/uid_map", userLines);
            Files.WriteText($"/proc/{holder}/gid_map", groupLines);
            return Files.Open($"/proc/{holder}/ns/user", OpenFlags.ReadOnly);
        }
        finally
        {
            Processes.Signal(holder, 9);
            Processes.Wait(holder);
        }
    }

    /// <summary>
    /// A process that holds a new namespace until it is killed. Its only thread waits without a word to the runtime, which may be in
    /// the middle of a collection in the copy that the process has of it (decision 0001), and takes no signal but SIGKILL.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Hold()
    {
        const int sigchld = 17, deathSignal = 1, sigkill = 9;
        ulong all = ulong.MaxValue;
        var arguments = new CloneArguments { Flags = (ulong)CloneFlags.NewUser, ExitSignal = sigchld };
        (nint control, nint wait) = (SyscallNumber.prctl, SyscallNumber.ppoll);
        nint id = Libc.syscall_alone(SyscallNumber.clone3, (nint)(&arguments), sizeof(CloneArguments), 0, 0, 0, 0);
        if (id == 0)
        {
            Libc.syscall_alone(control, deathSignal, sigkill, 0, 0, 0, 0);
            Libc.syscall_alone(wait, 0, 0, 0, (nint)(&all), sizeof(ulong), 0);
        }

        return id < 0 ? throw new SyscallException("clone3", Marshal.GetLastSystemError(), "user namespace") : (int)id;
    }

    /// <summary>As /proc/PID/uid_map takes it: user_namespaces(7).</summary>
    private static string Lines(string mappings) => string.Join('\n', mappings.Split(',').Select(mapping =>
        mapping.Split(':') is [var inside, var outside, var count]
            && new[] { inside, outside, count }.All(number => uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? $"{inside} {outside} {count}"
            : throw new FormatException($"id mapping \"{mapping}\": not INSIDE:OUTSIDE:COUNT")));
}
