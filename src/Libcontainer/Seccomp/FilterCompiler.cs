using System.Runtime.InteropServices;
using Wharf.Oci.Runtime;
using static Wharf.Libcontainer.Seccomp.BpfInstruction;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>
/// Turns the spec's list of rules into a BPF program: by architecture, then a binary search over ranges of numbers with one
/// action, with arguments tested only at the leaf of their call. A linear list of the default profile costs each call of the
/// container hundreds of instructions; the search takes about ten.
/// </summary>
internal sealed class FilterCompiler
{
    private const uint ArchitectureOffset = 4;
    private const uint X32Bit = 0x40000000;
    private const uint KillProcess = 0x80000000;
    private const uint ErrnoAction = 0x00050000;
    private const uint NoSuchCall = 38;

    // Docker's profile has 50 to 130 for an ABI.
    private const int LikelyLeaves = 160;
    private readonly Wharf.Oci.Runtime.Seccomp profile;
    private readonly uint defaultAction;
    private readonly CallRules?[] rules = new CallRules?[4];
    private readonly FilterCode code = new();

    private FilterCompiler(Wharf.Oci.Runtime.Seccomp profile)
    {
        this.profile = profile;
        defaultAction = Action(profile.DefaultAction, profile.DefaultErrnoRet);
    }

    internal static IReadOnlyList<string> Actions { get; } =
    [
        "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY",
        "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
    ];

    internal static IReadOnlyList<string> Architectures { get; } = ["SCMP_ARCH_AARCH64", "SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64"];

    internal static IReadOnlyList<string> Flags { get; } =
        ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];

    internal static SeccompProgram? Compile(Wharf.Oci.Runtime.Seccomp? profile)
    {
        if (profile is null)
        {
            return null;
        }

        SeccompListener.Check(profile);
        return new SeccompProgram(new FilterCompiler(profile).Program(), FlagsOf(profile));
    }

    private static uint FlagsOf(Wharf.Oci.Runtime.Seccomp profile)
    {
        const uint newListener = 8;
        const uint allowSpeculation = 4;
        uint flags = SeccompListener.Needed(profile) ? newListener : 0;
        if (profile.Flags is null)
        {
            // As runc: a profile that says nothing of flags does not slow its container down. An empty list says none.
            return flags | allowSpeculation;
        }

        foreach (string flag in profile.Flags)
        {
            flags |= flag switch
            {
                "SECCOMP_FILTER_FLAG_TSYNC" => 0u,
                "SECCOMP_FILTER_FLAG_LOG" => 2u,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => allowSpeculation,
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => 32u,
                _ => throw new ContainerException($"seccomp flag \"{flag}\" is unknown"),
            };
        }

        return flags;
    }

    private static uint Action(string name, uint? errno) => name switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
        "SCMP_ACT_KILL_PROCESS" => KillProcess,
        "SCMP_ACT_TRAP" => 0x00030000,
        "SCMP_ACT_ERRNO" => ErrnoAction | ((errno ?? 1) & 0xffff),
        "SCMP_ACT_TRACE" => 0x7ff00000 | ((errno ?? 1) & 0xffff),
        "SCMP_ACT_ALLOW" => 0x7fff0000,
        "SCMP_ACT_LOG" => 0x7ffc0000,
        "SCMP_ACT_NOTIFY" => 0x7fc00000,
        _ => throw new ContainerException($"seccomp action \"{name}\" is unknown"),
    };

    /// <summary>From the last instruction to the first: a jump knows what it jumps over.</summary>
    private ulong[] Program()
    {
        Sort();
        code.Prepend(Return(KillProcess));
        Block(0xC00000B7, SeccompArchitecture.Arm64);
        Block(0x40000003, SeccompArchitecture.X86);
        if (rules[(int)SeccompArchitecture.X64] is { } x64)
        {
            int end = code.Place;
            int above = rules[(int)SeccompArchitecture.X32] is { } x32 ? Calls(SeccompArchitecture.X32, x32, X32Bit) : code.Return(KillProcess);
            int below = Calls(SeccompArchitecture.X64, x64, 0);
            Enter(0xC000003E, code.Branch(X32Bit, below, above), end);
        }

        code.Prepend(Load(ArchitectureOffset));
        return code.ToArray();
    }

    private void Block(uint token, SeccompArchitecture architecture)
    {
        if (rules[(int)architecture] is { } its)
        {
            int end = code.Place;
            Enter(token, Calls(architecture, its, 0), end);
        }
    }

    /// <summary>Under this architecture the number is loaded and searched for; all others go on behind the block.</summary>
    private void Enter(uint token, int search, int end)
    {
        if (search != code.Place)
        {
            code.Prepend(Jump((uint)(code.Place - search)));
        }

        code.Prepend(Load(0));
        code.Prepend(Jump((uint)(code.Place - end)));
        code.Prepend(Make(JumpEqual, 1, 0, token));
    }

    /// <summary>The rules of each call in each ABI, in the profile's order.</summary>
    private void Sort()
    {
        rules[(int)Native] = new CallRules();
        foreach (string name in profile.Architectures ?? [])
        {
            if (Architecture(name) is { } known)
            {
                rules[(int)known] ??= new CallRules();
            }
        }

        foreach (SeccompRule rule in profile.Syscalls ?? [])
        {
            uint action = Action(rule.Action, rule.ErrnoRet);
            foreach (string name in rule.Names)
            {
                SyscallNumbers numbers = SyscallTable.Of(name);
                if (action != defaultAction && rules[(int)SeccompArchitecture.X86] is { } old && Multiplexer.Of(name, rule, restricts: (int)action < (int)defaultAction) is { } multiplexed)
                {
                    old.Add(SyscallTable.Of(multiplexed.Call).X86, multiplexed.Rule);
                }

                for (int architecture = 0; architecture < rules.Length; architecture++)
                {
                    int number = numbers[(SeccompArchitecture)architecture];
                    if (number >= 0 && rules[architecture] is { } its)
                    {
                        its.Highest = Math.Max(its.Highest, number);
                        if (action != defaultAction)
                        {
                            its.Add(number, rule);
                        }
                    }
                }
            }
        }
    }

    private static SeccompArchitecture Native =>
        RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? SeccompArchitecture.Arm64 : SeccompArchitecture.X64;

    /// <summary>Null for an architecture that this host's kernel never reports.</summary>
    private static SeccompArchitecture? Architecture(string name) => name switch
    {
        "SCMP_ARCH_X86_64" => SeccompArchitecture.X64,
        "SCMP_ARCH_X86" => SeccompArchitecture.X86,
        "SCMP_ARCH_X32" => SeccompArchitecture.X32,
        "SCMP_ARCH_AARCH64" => SeccompArchitecture.Arm64,
        _ when name.StartsWith("SCMP_ARCH_", StringComparison.Ordinal) => null,
        _ => throw new ContainerException($"seccomp architecture \"{name}\" is unknown"),
    };

    /// <summary>A binary search over the ranges of numbers that are treated alike; the place where it begins.</summary>
    private int Calls(SeccompArchitecture architecture, CallRules its, uint offset)
    {
        // The kernel reads the family of a socket as an int: 0x100000026 is AF_ALG too (CVE-2026-31431).
        int socket = SyscallTable.Of("socket")[architecture];
        SeccompRule place = null!;
        var leaves = new List<FilterLeaf>(LikelyLeaves) { new(offset, defaultAction, null) };
        for (int number = its.Next(-1); number >= 0; number = its.Next(number))
        {
            bool wide = architecture is SeccompArchitecture.X64 or SeccompArchitecture.Arm64 && number != socket;
            Append(leaves, Leaf((uint)number + offset, its.Of(number, ref place), wide));
            Append(leaves, new FilterLeaf((uint)number + offset + 1, defaultAction, null));
        }

        if ((defaultAction & 0xffff0000) == ErrnoAction && its.Highest > 0)
        {
            // A call newer than the profile: the libraries fall back on ENOSYS, but not on EPERM.
            Append(leaves, new FilterLeaf((uint)its.Highest + offset + 1, ErrnoAction | NoSuchCall, null));
        }

        return Search(leaves, 0, leaves.Count);
    }

    private static void Append(List<FilterLeaf> leaves, FilterLeaf leaf)
    {
        if (leaves[^1].Start == leaf.Start)
        {
            leaves.RemoveAt(leaves.Count - 1);
        }

        if (leaves.Count == 0 || !leaves[^1].DoesTheSame(leaf))
        {
            leaves.Add(leaf);
        }
    }

    private int Search(List<FilterLeaf> leaves, int from, int to)
    {
        if (to - from == 1)
        {
            return leaves[from].PrependTo(code);
        }

        int middle = (from + to) / 2;
        int above = Search(leaves, middle, to);
        int below = Search(leaves, from, middle);
        return code.Branch(leaves[middle].Start, below, above);
    }

    private FilterLeaf Leaf(uint start, ReadOnlySpan<SeccompRule> list, bool wide)
    {
        foreach (SeccompRule rule in list)
        {
            if (rule.Args is null or { Count: 0 })
            {
                return new FilterLeaf(start, Action(rule.Action, rule.ErrnoRet), null);
            }
        }

        var tests = new List<ulong>();
        foreach (SeccompRule rule in list)
        {
            uint action = Action(rule.Action, rule.ErrnoRet);

            // Two conditions on one argument mean either; conditions on several mean all.
            if (ComparesOneTwice(rule.Args!))
            {
                foreach (SeccompArgument argument in rule.Args!)
                {
                    Conjunction(tests, [argument], action, wide);
                }
            }
            else
            {
                Conjunction(tests, rule.Args!, action, wide);
            }
        }

        tests.Add(Return(defaultAction));
        return new FilterLeaf(start, 0, [.. tests]);
    }

    private static bool ComparesOneTwice(IReadOnlyList<SeccompArgument> arguments)
    {
        uint seen = 0;
        foreach (SeccompArgument argument in arguments)
        {
            uint bit = 1u << (int)Math.Min(argument.Index, 31);
            if ((seen & bit) != 0)
            {
                return true;
            }

            seen |= bit;
        }

        return false;
    }

    private static void Conjunction(List<ulong> tests, IReadOnlyList<SeccompArgument> arguments, uint action, bool wide)
    {
        int start = tests.Count;
        var ends = new List<int>();
        foreach (SeccompArgument argument in arguments)
        {
            tests.AddRange(ArgumentTest.Code(argument, wide));
            ends.Add(tests.Count);
        }

        tests.Add(Return(action));
        int test = 0;
        for (int index = start; index < tests.Count - 1; index++)
        {
            while (index >= ends[test])
            {
                test++;
            }

            tests[index] = Resolve(tests[index], passes: ends[test] - index - 1, fails: tests.Count - index - 1);
        }
    }

    private static ulong Resolve(ulong instruction, int passes, int fails)
    {
        ushort operation = (ushort)instruction;
        if (operation is not (JumpEqual or JumpGreater or JumpGreaterOrEqual))
        {
            return instruction;
        }

        int Distance(int mark) => mark == ArgumentTest.Pass ? passes : mark == ArgumentTest.Fail ? fails : mark;
        return Make(operation, Distance((int)(instruction >> 16) & 0xff), Distance((int)(instruction >> 24) & 0xff), (uint)(instruction >> 32));
    }
}
