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
    private readonly Wharf.Oci.Runtime.Seccomp profile;
    private readonly uint defaultAction;

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

    private sealed record Leaf(uint Start, IReadOnlyList<ulong> Code);

    internal static SeccompProgram? Compile(Wharf.Oci.Runtime.Seccomp? profile)
    {
        if (profile is null)
        {
            return null;
        }

        SeccompListener.Check(profile);
        return new SeccompProgram([.. new FilterCompiler(profile).Program()], FlagsOf(profile));
    }

    private static uint FlagsOf(Wharf.Oci.Runtime.Seccomp profile)
    {
        const uint newListener = 8;
        uint flags = SeccompListener.Needed(profile) ? newListener : 0;
        foreach (string flag in profile.Flags ?? [])
        {
            flags |= flag switch
            {
                "SECCOMP_FILTER_FLAG_TSYNC" => 0u,
                "SECCOMP_FILTER_FLAG_LOG" => 2u,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => 4u,
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

    private List<ulong> Program()
    {
        HashSet<SeccompArchitecture> architectures = [.. (profile.Architectures ?? []).Select(Architecture).OfType<SeccompArchitecture>(), Native];
        var code = new List<ulong> { Load(ArchitectureOffset) };
        if (architectures.Contains(SeccompArchitecture.X64))
        {
            List<ulong> x64 = Calls(SeccompArchitecture.X64, 0);
            List<ulong> x32 = architectures.Contains(SeccompArchitecture.X32) ? Calls(SeccompArchitecture.X32, X32Bit) : [Return(KillProcess)];
            Block(code, 0xC000003E, [Load(0), .. Branch(X32Bit, x64, x32)]);
        }

        if (architectures.Contains(SeccompArchitecture.X86))
        {
            Block(code, 0x40000003, [Load(0), .. Calls(SeccompArchitecture.X86, 0)]);
        }

        if (architectures.Contains(SeccompArchitecture.Arm64))
        {
            Block(code, 0xC00000B7, [Load(0), .. Calls(SeccompArchitecture.Arm64, 0)]);
        }

        code.Add(Return(KillProcess));
        return code;
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

    private static void Block(List<ulong> code, uint architecture, IReadOnlyList<ulong> block)
    {
        code.Add(Make(JumpEqual, 1, 0, architecture));
        code.Add(Jump((uint)block.Count));
        code.AddRange(block);
    }

    private List<ulong> Calls(SeccompArchitecture architecture, uint offset)
    {
        IReadOnlyDictionary<string, int> numbers = SyscallTable.Of(architecture);
        var rules = new SortedDictionary<uint, List<SeccompRule>>();
        uint highest = 0;
        foreach (SeccompRule rule in profile.Syscalls ?? [])
        {
            uint action = Action(rule.Action, rule.ErrnoRet);
            foreach (string name in rule.Names)
            {
                if (architecture == SeccompArchitecture.X86 && action != defaultAction && Multiplexer.Of(name, rule, restricts: (int)action < (int)defaultAction) is { } multiplexed)
                {
                    Add(rules, (uint)numbers[multiplexed.Call], multiplexed.Rule);
                }

                if (!numbers.TryGetValue(name, out int number))
                {
                    continue;
                }

                highest = Math.Max(highest, (uint)number);
                if (action != defaultAction)
                {
                    Add(rules, (uint)number + offset, rule);
                }
            }
        }

        // The kernel reads the family of a socket as an int: 0x100000026 is AF_ALG too (CVE-2026-31431).
        uint socket = numbers.TryGetValue("socket", out int narrow) ? (uint)narrow : uint.MaxValue;
        var leaves = new List<Leaf> { new(offset, [Return(defaultAction)]) };
        foreach ((uint number, List<SeccompRule> list) in rules)
        {
            Append(leaves, number, RuleCode(list, wide: (architecture is SeccompArchitecture.X64 or SeccompArchitecture.Arm64) && number - offset != socket));
            Append(leaves, number + 1, [Return(defaultAction)]);
        }

        if ((defaultAction & 0xffff0000) == ErrnoAction && highest > 0)
        {
            // A call newer than the profile: the libraries fall back on ENOSYS, but not on EPERM.
            Append(leaves, highest + offset + 1, [Return(ErrnoAction | NoSuchCall)]);
        }

        return Search(leaves, 0, leaves.Count);
    }

    private static void Add(SortedDictionary<uint, List<SeccompRule>> rules, uint number, SeccompRule rule) =>
        (rules.TryGetValue(number, out List<SeccompRule>? list) ? list : rules[number] = []).Add(rule);

    private static void Append(List<Leaf> leaves, uint start, IReadOnlyList<ulong> code)
    {
        if (leaves[^1].Start == start)
        {
            leaves.RemoveAt(leaves.Count - 1);
        }

        if (leaves.Count == 0 || !leaves[^1].Code.SequenceEqual(code))
        {
            leaves.Add(new Leaf(start, code));
        }
    }

    private static List<ulong> Search(List<Leaf> leaves, int from, int to)
    {
        if (to - from == 1)
        {
            return [.. leaves[from].Code];
        }

        int middle = (from + to) / 2;
        return Branch(leaves[middle].Start, Search(leaves, from, middle), Search(leaves, middle, to));
    }

    /// <summary>Below a number the first code, from it on the second.</summary>
    private static List<ulong> Branch(uint number, List<ulong> below, List<ulong> above) =>
        below.Count <= 255
            ? [Make(JumpGreaterOrEqual, below.Count, 0, number), .. below, .. above]
            : [Make(JumpGreaterOrEqual, 0, 1, number), Jump((uint)below.Count), .. below, .. above];

    private List<ulong> RuleCode(List<SeccompRule> rules, bool wide)
    {
        SeccompRule? always = rules.FirstOrDefault(rule => rule.Args is null or { Count: 0 });
        if (always is not null)
        {
            return [Return(Action(always.Action, always.ErrnoRet))];
        }

        var code = new List<ulong>();
        foreach (SeccompRule rule in rules)
        {
            uint action = Action(rule.Action, rule.ErrnoRet);

            // Two conditions on one argument mean either; conditions on several mean all.
            bool either = rule.Args!.GroupBy(argument => argument.Index).Any(group => group.Count() > 1);
            foreach (IReadOnlyList<SeccompArgument> all in either ? rule.Args!.Select(argument => (IReadOnlyList<SeccompArgument>)[argument]) : [rule.Args!])
            {
                code.AddRange(Conjunction(all, action, wide));
            }
        }

        code.Add(Return(defaultAction));
        return code;
    }

    private static List<ulong> Conjunction(IReadOnlyList<SeccompArgument> arguments, uint action, bool wide)
    {
        var code = new List<ulong>();
        var ends = new List<int>();
        foreach (SeccompArgument argument in arguments)
        {
            code.AddRange(ArgumentTest.Code(argument, wide));
            ends.Add(code.Count);
        }

        code.Add(Return(action));
        int test = 0;
        for (int index = 0; index < code.Count - 1; index++)
        {
            while (index >= ends[test])
            {
                test++;
            }

            code[index] = Resolve(code[index], passes: ends[test] - index - 1, fails: code.Count - index - 1);
        }

        return code;
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
