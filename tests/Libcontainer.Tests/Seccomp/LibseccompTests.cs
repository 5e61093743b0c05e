using Wharf.Libcontainer.Seccomp;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Tests.Seccomp;

/// <summary>
/// Our filter beside libseccomp's, both run by an interpreter: every number of every ABI, with arguments at and around each value
/// that the profile names. Three differences are wanted: ENOSYS for calls newer than the profile (runc adds it to libseccomp's filter
/// too); an allowance on arguments of a socket call does not allow socketcall, which cannot look at them; and the arguments of
/// socket(2) are compared as the kernel reads them, in 32 bits.
/// </summary>
public sealed class LibseccompTests
{
    private const uint X64 = 0xC000003E;
    private const uint X86 = 0x40000003;
    private const uint Arm = 0x40000028;
    private const uint X32Bit = 0x40000000;
    private const uint NoSuchCall = 0x00050026;

    private static readonly (string Name, uint Token, uint Offset, SeccompArchitecture Table)[] Abis =
    [
        ("SCMP_ARCH_X86_64", X64, 0, SeccompArchitecture.X64),
        ("SCMP_ARCH_X86", X86, 0, SeccompArchitecture.X86),
        ("SCMP_ARCH_X32", X64, X32Bit, SeccompArchitecture.X32),
    ];

    [Theory]
    [InlineData]
    [InlineData("CAP_SYS_ADMIN", "CAP_BPF", "CAP_PERFMON")]
    [InlineData("CAP_SYS_ADMIN", "CAP_BPF", "CAP_PERFMON", "CAP_SYS_TIME", "CAP_SYS_NICE", "CAP_SYSLOG", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_DAC_READ_SEARCH", "CAP_SYS_CHROOT", "CAP_SYS_BOOT", "CAP_SYS_PACCT", "CAP_SYS_TTY_CONFIG")]
    public void Dockers_profile_decides_every_call_as_libseccomp_does(params string[] capabilities)
    {
        AssertSame(DockerProfile.For(capabilities));
    }

    [Theory]
    [InlineData("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO")]
    [InlineData("SCMP_ACT_LOG", "SCMP_ACT_KILL_PROCESS")]
    [InlineData("SCMP_ACT_KILL", "SCMP_ACT_ALLOW")]
    [InlineData("SCMP_ACT_TRAP", "SCMP_ACT_TRACE")]
    public void Random_profiles_decide_every_call_as_libseccomp_does(string defaultAction, string action)
    {
        for (int seed = 0; seed < 12; seed++)
        {
            AssertSame(RandomProfile(new Random(seed), defaultAction, action));
        }
    }

    [Fact]
    public void CVE_2026_31431_2026_123876_a_family_that_is_denied_is_denied_on_every_ABI()
    {
        const ulong algorithms = 38;
        const uint notPermitted = 0x00050001;
        const uint allow = 0x7fff0000;
        Wharf.Oci.Runtime.Seccomp profile = DockerProfile.For();

        // Without the multiplexer in its list a profile must not get it back from its rules about sockets.
        profile = profile with { Syscalls = [.. profile.Syscalls!.Select(rule => rule with { Names = [.. rule.Names.Where(name => name != "socketcall")] })] };
        ulong[] filter = FilterCompiler.Compile(profile)!.Instructions;

        foreach (ulong family in new[] { algorithms, 1UL << 32 | algorithms, 40UL, 1UL << 63 | 40 })
        {
            Assert.Equal(notPermitted, BpfMachine.Run(filter, X64, 41, family));
            Assert.Equal(notPermitted, BpfMachine.Run(filter, X64, X32Bit + 41, family));
            Assert.Equal(notPermitted, BpfMachine.Run(filter, X86, 359, (uint)family));
        }

        Assert.Equal(notPermitted, BpfMachine.Run(filter, X86, 102, 1));
        Assert.Equal(allow, BpfMachine.Run(filter, X86, 102, 3));
        Assert.Equal(allow, BpfMachine.Run(filter, X64, 41, 2));
    }

    [Fact]
    public void A_denied_call_is_denied_through_the_multiplexer_too()
    {
        ulong[] filter = FilterCompiler.Compile(new Wharf.Oci.Runtime.Seccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
            Syscalls = [new SeccompRule { Names = ["socket"], Action = "SCMP_ACT_ERRNO", Args = [new SeccompArgument { Index = 0, Op = "SCMP_CMP_EQ", Value = 38 }] }, new SeccompRule { Names = ["shmat"], Action = "SCMP_ACT_ERRNO" }],
        })!.Instructions;

        Assert.Equal(0x00050001u, BpfMachine.Run(filter, X86, 102, 1));
        Assert.Equal(0x7fff0000u, BpfMachine.Run(filter, X86, 102, 2));
        Assert.Equal(0x00050001u, BpfMachine.Run(filter, X86, 117, 21));
        Assert.Equal(0x7fff0000u, BpfMachine.Run(filter, X86, 117, 22));
    }

    [Fact]
    public void Every_number_of_the_tables_is_libseccomps()
    {
        Assert.SkipUnless(Libseccomp.Available, "libseccomp.so.2 is not installed");
        int compared = 0;
        foreach ((string name, _, uint offset, SeccompArchitecture table) in Abis.Append(("SCMP_ARCH_AARCH64", 0u, 0u, SeccompArchitecture.Arm64)))
        {
            foreach ((string call, int number) in AbiNumbers.Of(table))
            {
                if (Libseccomp.Number(name, call) is { } theirs and >= 0)
                {
                    compared++;
                    Assert.True(theirs == number + (int)offset, $"{name} {call}: {number}, libseccomp {theirs}");
                }
            }
        }

        Assert.InRange(compared, 1300, int.MaxValue);
    }

    private static void AssertSame(Wharf.Oci.Runtime.Seccomp profile)
    {
        Assert.SkipUnless(Libseccomp.Available, "libseccomp.so.2 is not installed");

        // Names that Debian's version is too old for are left out for both.
        profile = profile with { Syscalls = [.. profile.Syscalls!.Select(rule => rule with { Names = [.. rule.Names.Where(name => Libseccomp.Number("SCMP_ARCH_X86_64", name) is not null)] })] };
        ulong[] ours = FilterCompiler.Compile(profile)!.Instructions;
        ulong[] theirs = Libseccomp.Compile(profile);
        foreach ((string name, uint token, uint offset, SeccompArchitecture table) in Abis)
        {
            IReadOnlyDictionary<string, int> numbers = AbiNumbers.Of(table);
            ILookup<int, SeccompRule> rules = profile.Syscalls!.SelectMany(rule => rule.Names.Where(numbers.ContainsKey).Select(call => (Number: numbers[call], rule))).ToLookup(pair => pair.Number, pair => pair.rule);
            bool listed = profile.Architectures!.Contains(name);
            int highest = rules.Count == 0 ? 0 : rules.Max(group => group.Key);
            bool newer = listed && profile.DefaultAction == "SCMP_ACT_ERRNO" && highest > 0;
            foreach (uint number in Enumerable.Range(0, 700).Append(5000).Select(plain => (uint)plain))
            {
                foreach (ulong[] arguments in Arguments(rules[(int)number], multiplexed: table == SeccompArchitecture.X86 && number is 102 or 117, table == SeccompArchitecture.X86 ? uint.MaxValue : ulong.MaxValue))
                {
                    uint expected = newer && number > highest ? NoSuchCall : BpfMachine.Run(theirs, token, number + offset, offset == 0 && number == numbers["socket"] ? [.. arguments.Select(argument => argument & uint.MaxValue)] : arguments);
                    uint actual = BpfMachine.Run(ours, token, number + offset, arguments);
                    Assert.True(expected == actual || DiffersByMultiplexer(profile, table, number), $"{name} {number} ({string.Join(", ", arguments.Select(argument => $"0x{argument:x}"))}): 0x{actual:x}, libseccomp 0x{expected:x}");
                }
            }
        }

        foreach (uint number in Enumerable.Range(0, 500).Select(plain => (uint)plain))
        {
            Assert.Equal(BpfMachine.Run(theirs, Arm, number), BpfMachine.Run(ours, Arm, number));
        }
    }

    /// <summary>libseccomp drops the condition on the first argument when it moves a rule to socketcall and ipc.</summary>
    private static bool DiffersByMultiplexer(Wharf.Oci.Runtime.Seccomp profile, SeccompArchitecture table, uint number) =>
        table == SeccompArchitecture.X86 && number is 102 or 117 && profile.Syscalls!.Any(rule => rule.Args is { Count: > 0 } && rule.Names.Any(Multiplexer.Knows));

    /// <summary>For each argument that a rule looks at: the value, its neighbours, and the same with a bit of the upper half; all combinations.</summary>
    private static IEnumerable<ulong[]> Arguments(IEnumerable<SeccompRule> rules, bool multiplexed, ulong most)
    {
        var values = new SortedDictionary<uint, HashSet<ulong>>();
        foreach (SeccompArgument argument in rules.SelectMany(rule => rule.Args ?? []))
        {
            HashSet<ulong> set = values.TryGetValue(argument.Index, out HashSet<ulong>? found) ? found : values[argument.Index] = [0, ulong.MaxValue];
            foreach (ulong value in new[] { argument.Value, argument.ValueTwo ?? argument.Value })
            {
                set.UnionWith([value - 1, value, value + 1, value ^ (1UL << 32), value ^ (1UL << 63), value | (value << 1), ~value]);
            }
        }

        if (multiplexed)
        {
            values[0] = [.. Enumerable.Range(0, 32).Select(plain => (ulong)plain)];
        }

        IEnumerable<ulong[]> all = [new ulong[6]];
        foreach ((uint index, HashSet<ulong> set) in values)
        {
            all = all.SelectMany(arguments => set.Select(value =>
            {
                ulong[] next = [.. arguments];
                next[index] = value & most;
                return next;
            }));
        }

        return all;
    }

    private static Wharf.Oci.Runtime.Seccomp RandomProfile(Random random, string defaultAction, string action)
    {
        string[] operators = ["SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_GT", "SCMP_CMP_GE", "SCMP_CMP_MASKED_EQ"];
        ulong[] values = [0, 1, 0x7e020000, 0xffffffff, 0x100000000, 0x1_00000005, ulong.MaxValue - 1];
        string[] names = [.. AbiNumbers.Of(SeccompArchitecture.X64).Keys];
        random.Shuffle(names);
        var rules = new List<SeccompRule>();
        foreach (string name in names.Take(120).Where(name => !Multiplexer.Knows(name)))
        {
            uint[] indices = [0, 1, 2, 3, 4, 5];
            random.Shuffle(indices);
            rules.Add(new SeccompRule
            {
                Names = [name],
                Action = action,
                ErrnoRet = action == "SCMP_ACT_ERRNO" ? (uint)random.Next(1, 100) : null,
                Args = [.. indices.Take(random.Next(4) is var count and < 3 ? count : 0).Select(index =>
                {
                    string operation = operators[random.Next(operators.Length)];
                    ulong value = values[random.Next(values.Length)];
                    return new SeccompArgument { Index = index, Op = operation, Value = value, ValueTwo = operation == "SCMP_CMP_MASKED_EQ" ? value & values[random.Next(values.Length)] : null };
                })],
            });
        }

        string[][] architectures = [["SCMP_ARCH_X86_64"], ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]];
        return new Wharf.Oci.Runtime.Seccomp { DefaultAction = defaultAction, Architectures = architectures[random.Next(3)], Syscalls = rules };
    }
}
