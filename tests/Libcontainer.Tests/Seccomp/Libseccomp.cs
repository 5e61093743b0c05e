using System.Runtime.InteropServices;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Tests.Seccomp;

/// <summary>Debian's libseccomp as the oracle: the filter that it makes of a profile, given the way in which runc asks for it.</summary>
internal static unsafe partial class Libseccomp
{
    private const string Library = "libseccomp.so.2";
    private const int Unknown = -1;
    private const uint KillProcess = 0x80000000;

    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        internal uint Argument;
        internal int Operator;
        internal ulong First;
        internal ulong Second;
    }

    internal static bool Available => NativeLibrary.TryLoad(Library, out _);

    internal static uint Token(string architecture) => architecture switch
    {
        "SCMP_ARCH_X86_64" => 0xC000003E,
        "SCMP_ARCH_X86" => 0x40000003,
        "SCMP_ARCH_X32" => 0x4000003E,
        "SCMP_ARCH_AARCH64" => 0xC00000B7,
        _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, null),
    };

    /// <summary>Null for a name that this version does not have.</summary>
    internal static int? Number(string architecture, string name) => seccomp_syscall_resolve_name_arch(Token(architecture), name) is var number and not Unknown ? number : null;

    internal static ulong[] Compile(Wharf.Oci.Runtime.Seccomp profile)
    {
        const int badArchitecture = 2;
        uint defaultAction = Action(profile.DefaultAction, profile.DefaultErrnoRet);
        nint context = seccomp_init(defaultAction);
        try
        {
            // This project ends the whole process where libseccomp's default ends the thread.
            Check(seccomp_attr_set(context, badArchitecture, KillProcess), "seccomp_attr_set");
            foreach (string architecture in profile.Architectures ?? [])
            {
                int added = seccomp_arch_add(context, Token(architecture));
                const int exists = -17;
                Check(added == exists ? 0 : added, "seccomp_arch_add " + architecture);
            }

            foreach (SeccompRule rule in profile.Syscalls ?? [])
            {
                uint action = Action(rule.Action, rule.ErrnoRet);
                if (action == defaultAction)
                {
                    continue;
                }

                foreach (string name in rule.Names)
                {
                    Add(context, action, seccomp_syscall_resolve_name(name), name, rule.Args ?? []);
                }
            }

            return Export(context);
        }
        finally
        {
            seccomp_release(context);
        }
    }

    private static void Add(nint context, uint action, int number, string name, IReadOnlyList<SeccompArgument> arguments)
    {
        if (number == Unknown)
        {
            return;
        }

        bool either = arguments.GroupBy(argument => argument.Index).Any(group => group.Count() > 1);
        foreach (IReadOnlyList<SeccompArgument> together in either ? arguments.Select(argument => (IReadOnlyList<SeccompArgument>)[argument]) : [arguments])
        {
            Comparison[] comparisons = [.. together.Select(argument => new Comparison
            {
                Argument = argument.Index,
                Operator = Array.IndexOf(["", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"], argument.Op),
                First = argument.Value,
                Second = argument.ValueTwo ?? 0,
            })];
            fixed (Comparison* first = comparisons)
            {
                Check(seccomp_rule_add_array(context, action, number, (uint)comparisons.Length, first), "seccomp_rule_add_array " + name);
            }
        }
    }

    private static ulong[] Export(nint context)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.Open(path, FileMode.Truncate))
            {
                Check(seccomp_export_bpf(context, (int)file.SafeFileHandle.DangerousGetHandle()), "seccomp_export_bpf");
            }

            return MemoryMarshal.Cast<byte, ulong>(File.ReadAllBytes(path)).ToArray();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static uint Action(string name, uint? errno) => name switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
        "SCMP_ACT_KILL_PROCESS" => KillProcess,
        "SCMP_ACT_TRAP" => 0x00030000,
        "SCMP_ACT_ERRNO" => 0x00050000 | (errno ?? 1),
        "SCMP_ACT_TRACE" => 0x7ff00000 | (errno ?? 1),
        "SCMP_ACT_LOG" => 0x7ffc0000,
        "SCMP_ACT_ALLOW" => 0x7fff0000,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new InvalidOperationException($"{call}: error {-result}");
        }
    }

    [LibraryImport(Library)]
    private static partial nint seccomp_init(uint action);

    [LibraryImport(Library)]
    private static partial void seccomp_release(nint context);

    [LibraryImport(Library)]
    private static partial int seccomp_attr_set(nint context, int attribute, uint value);

    [LibraryImport(Library)]
    private static partial int seccomp_arch_add(nint context, uint token);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int seccomp_syscall_resolve_name(string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int seccomp_syscall_resolve_name_arch(uint token, string name);

    [LibraryImport(Library)]
    private static partial int seccomp_rule_add_array(nint context, uint action, int number, uint count, Comparison* comparisons);

    [LibraryImport(Library)]
    private static partial int seccomp_export_bpf(nint context, int fd);
}
