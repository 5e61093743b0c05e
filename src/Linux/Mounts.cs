using System.Runtime.InteropServices;
using System.Text;

namespace Wharf.Linux;

/// <summary>Mounts by descriptor: fsopen(2), open_tree(2), move_mount(2), mount_setattr(2), and what only mount(2) can.</summary>
public static unsafe class Mounts
{
    private const int TreeClone = 1;
    private const int TreeCloseOnExec = 0x80000;
    private const int Recursive = 0x8000;

    /// <summary>A detached copy of a mount, or of the tree of mounts below it.</summary>
    public static FileDescriptor CopyTree(string source, bool recursive)
    {
        byte* path = NativeStrings.Copy(source);
        try
        {
            return new FileDescriptor((int)Syscall.Invoke(SyscallNumber.open_tree, "open_tree", source, Files.AtCurrentDirectory, (nint)path, TreeClone | TreeCloseOnExec | (recursive ? Recursive : 0)));
        }
        finally
        {
            NativeMemory.Free(path);
        }
    }

    /// <inheritdoc cref="CopyTree(string, bool)"/>
    public static FileDescriptor CopyTree(FileDescriptor source, bool recursive, string operand)
    {
        byte empty = 0;
        return new FileDescriptor((int)Syscall.Invoke(SyscallNumber.open_tree, "open_tree", operand, source.Number, (nint)(&empty), TreeClone | TreeCloseOnExec | Files.AtEmptyPath | (recursive ? Recursive : 0)));
    }

    /// <summary>
    /// A new filesystem, detached. Options are "key=value" or a flag. Errors carry the filesystem's own message when it gave one.
    /// </summary>
    public static FileDescriptor Create(string type, string? source, IReadOnlyList<string> options, MountAttributes attributes)
    {
        byte* name = NativeStrings.Copy(type);
        nint opened = Syscall.Try(SyscallNumber.fsopen, (nint)name, 1);
        NativeMemory.Free(name);
        if (opened < 0)
        {
            throw new SyscallException("fsopen", (int)-opened, type);
        }

        using var context = new FileDescriptor((int)opened);
        if (source is { Length: > 0 })
        {
            Configure(context, type, "source", source);
        }

        foreach (string option in options)
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                Configure(context, type, option, null);
            }
            else
            {
                Configure(context, type, option[..equals], option[(equals + 1)..]);
            }
        }

        Command(context, type, 6, null, null);
        return new FileDescriptor((int)Syscall.Invoke(SyscallNumber.fsmount, "fsmount", type, context.Number, 1, (nint)attributes));
    }

    /// <summary>Attaches a detached mount on what another descriptor points to.</summary>
    public static void Attach(FileDescriptor mount, FileDescriptor target, string operand)
    {
        byte empty = 0;
        const int fromEmptyPath = 4;
        const int toEmptyPath = 0x40;
        Syscall.Invoke(SyscallNumber.move_mount, "move_mount", operand, mount.Number, (nint)(&empty), target.Number, (nint)(&empty), fromEmptyPath | toEmptyPath);
    }

    /// <summary>mount_setattr(2) on the mount that a descriptor points to.</summary>
    public static void SetAttributes(FileDescriptor mount, MountAttributes set, MountAttributes clear, MountFlags propagation, bool recursive, string operand, FileDescriptor? userNamespace = null)
    {
        byte empty = 0;
        ulong* attributes = stackalloc ulong[4] { (ulong)set, (ulong)clear, (ulong)propagation, (ulong)(userNamespace?.Number ?? 0) };
        Syscall.Invoke(SyscallNumber.mount_setattr, "mount_setattr", operand, mount.Number, (nint)(&empty), Files.AtEmptyPath | (recursive ? Recursive : 0), (nint)attributes, 32);
    }

    /// <summary>mount(2): propagation changes and remounts of a path.</summary>
    public static void Mount(string? source, string target, string? type, MountFlags flags, string? data = null) =>
        Libc.Check(Libc.mount(source, target, type, (nuint)flags, data), "mount", target);

    public static void Unmount(string target, bool detach) => Libc.Check(Libc.umount2(target, detach ? 2 : 0), "umount", target);

    /// <summary>pivot_root(2) with "." for both: the old root then lies on top of the new one and is detached next.</summary>
    public static void PivotInto(FileDescriptor root, string operand)
    {
        using FileDescriptor old = Files.Open("/", OpenFlags.ReadOnly | OpenFlags.Directory);
        CurrentProcess.ChangeDirectory(root, operand);
        byte* dot = NativeStrings.Copy(".");
        Syscall.Invoke(SyscallNumber.pivot_root, "pivot_root", operand, (nint)dot, (nint)dot);
        NativeMemory.Free(dot);
        CurrentProcess.ChangeDirectory(old, "old root");

        // A slave first, so that detaching the old root does not unmount anything of the host.
        Mount(null, ".", null, MountFlags.Slave | MountFlags.Recursive);
        Unmount(".", detach: true);
        CurrentProcess.ChangeDirectory("/");
    }

    private static void Configure(FileDescriptor context, string type, string key, string? value)
    {
        const int setFlag = 0;
        const int setString = 1;
        Command(context, type, value is null ? setFlag : setString, key, value);
    }

    private static void Command(FileDescriptor context, string type, int command, string? key, string? value)
    {
        byte* nativeKey = key is null ? null : NativeStrings.Copy(key);
        byte* nativeValue = value is null ? null : NativeStrings.Copy(value);
        try
        {
            nint result = Syscall.Try(SyscallNumber.fsconfig, context.Number, command, (nint)nativeKey, (nint)nativeValue);
            if (result < 0)
            {
                string what = key is null ? type : value is null ? $"{type} option {key}" : $"{type} option {key}={value}";
                throw new SyscallException("fsconfig", (int)-result, what + Message(context));
            }
        }
        finally
        {
            NativeMemory.Free(nativeKey);
            NativeMemory.Free(nativeValue);
        }
    }

    /// <summary>The filesystem writes why it refused into its context: "e text".</summary>
    private static string Message(FileDescriptor context)
    {
        byte* buffer = stackalloc byte[1024];
        nint count = Libc.read(context.Number, buffer, 1024);
        return count > 2 ? $" ({Encoding.UTF8.GetString(buffer + 2, (int)count - 2).TrimEnd('\n')})" : string.Empty;
    }
}
