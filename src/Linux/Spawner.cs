using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>
/// posix_spawn(3): starts a program without a fork of this process's memory, from any thread. Signals are back to their
/// defaults, and no descriptor is inherited that was not named.
/// </summary>
public static unsafe class Spawner
{
    // posix_spawn_file_actions_t and posix_spawnattr_t of glibc are 80 and 336 bytes.
    private const int OpaqueSize = 512;
    private const short ProcessGroup = 0x02;
    private const short SignalDefaults = 0x04;
    private const short SignalMask = 0x08;
    private const short Session = 0x80;
    private const int FirstFreeNumber = 100;

    public static ChildProcess Start(SpawnRequest request)
    {
        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        ulong* blocked = stackalloc ulong[16];
        ulong* all = stackalloc ulong[16];
        new Span<ulong>(blocked, 16).Clear();
        new Span<ulong>(all, 16).Fill(ulong.MaxValue);
        foreach (int signal in request.BlockedSignals)
        {
            blocked[0] |= 1UL << (signal - 1);
        }

        Check(Libc.posix_spawn_file_actions_init(actions), request.Path);
        Check(Libc.posix_spawnattr_init(attributes), request.Path);
        var copies = new List<FileDescriptor>();
        using var arguments = new NativeStrings(request.Arguments);
        using var environment = new NativeStrings(request.Environment ?? CurrentProcess.Environment());
        byte* path = NativeStrings.Copy(request.Path);
        byte* folder = request.WorkingDirectory is null ? null : NativeStrings.Copy(request.WorkingDirectory);
        byte* nothing = NativeStrings.Copy("/dev/null");
        try
        {
            Describe(request, actions, copies, nothing);
            if (folder is not null)
            {
                Check(Libc.posix_spawn_file_actions_addchdir_np(actions, folder), request.WorkingDirectory!);
            }

            Check(Libc.posix_spawnattr_setflags(attributes, (short)(SignalDefaults | SignalMask | (request.NewSession ? Session : 0) | (request.NewProcessGroup ? ProcessGroup : 0))), request.Path);
            Check(Libc.posix_spawnattr_setsigdefault(attributes, all), request.Path);
            Check(Libc.posix_spawnattr_setsigmask(attributes, blocked), request.Path);
            int id;
            Check(Libc.posix_spawn(&id, path, actions, attributes, arguments.Pointers, environment.Pointers), request.Path);
            return new ChildProcess(id, Processes.Open(id) ?? throw new SyscallException("pidfd_open", (int)Errno.ESRCH, request.Path));
        }
        finally
        {
            Libc.posix_spawn_file_actions_destroy(actions);
            Libc.posix_spawnattr_destroy(attributes);
            NativeMemory.Free(path);
            NativeMemory.Free(folder);
            NativeMemory.Free(nothing);
            copies.ForEach(copy => copy.Dispose());
        }
    }

    /// <summary>The full path of a program: itself with a slash, else the first in PATH; null when there is none.</summary>
    public static string? Find(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(program) ? program : null;
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").Split(':')
            .Select(folder => Path.Combine(folder.Length == 0 ? "." : folder, program))
            .FirstOrDefault(candidate => File.Exists(candidate) && Files.CannotExecute(candidate) is null);
    }

    private static void Describe(SpawnRequest request, byte* actions, List<FileDescriptor> copies, byte* nothing)
    {
        int last = 2;
        for (int number = 0; number < 3; number++)
        {
            if (request.Descriptors.All(pair => pair.To != number))
            {
                Check(Libc.posix_spawn_file_actions_addopen(actions, number, nothing, number == 0 ? 0 : 1, 0), "/dev/null");
            }
        }

        foreach ((FileDescriptor from, int to) in request.Descriptors)
        {
            // Copied out of the way first, so that no target overwrites a later source.
            const int duplicateCloseOnExec = 1030;
            var copy = new FileDescriptor(Libc.Check(Libc.fcntl(from.Number, duplicateCloseOnExec, FirstFreeNumber), "fcntl", request.Path));
            copies.Add(copy);
            Check(Libc.posix_spawn_file_actions_adddup2(actions, copy.Number, to), request.Path);
            last = Math.Max(last, to);
        }

        Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, last + 1), request.Path);
    }

    private static void Check(int errno, string operand)
    {
        if (errno != 0)
        {
            throw new SyscallException("posix_spawn", errno, operand);
        }
    }
}
