using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>
/// Device rules as an eBPF program, which is what cgroup v2 has in place of the devices controller. The last rule that is about a
/// device decides, and it does so for each kind of access by itself; so the program looks at the rules from the last to the first,
/// until no kind of the access that is asked for is undecided. What no rule is about is denied.
/// </summary>
internal static class DeviceProgram
{
    // struct bpf_cgroup_dev_ctx: kind of device in the lower half of the first word, kinds of access in the upper; major; minor.
    private const uint Block = 1;
    private const uint Character = 2;
    private const uint Make = 1;
    private const uint Read = 2;
    private const uint Write = 4;
    private const uint All = Make | Read | Write;

    private const byte Result = 0;
    private const byte Context = 1;
    private const byte Kind = 2;
    private const byte Undecided = 3;
    private const byte Major = 4;
    private const byte Minor = 5;
    private const byte Scratch = 6;

    private const byte LoadWord = 0x61;
    private const byte AndConstant = 0x54;
    private const byte ShiftRight = 0x74;
    private const byte MoveRegister = 0xbc;
    private const byte MoveConstant = 0xb4;
    private const byte JumpIfNotEqual = 0x56;
    private const byte JumpIfEqual = 0x16;
    private const byte Exit = 0x95;

    internal static ulong[] Of(IReadOnlyList<DeviceRule> rules)
    {
        List<ulong> code =
        [
            Instruction(LoadWord, Kind, Context, 0, 0),
            Instruction(MoveRegister, Undecided, Kind, 0, 0),
            Instruction(AndConstant, Kind, 0, 0, 0xffff),
            Instruction(ShiftRight, Undecided, 0, 0, 16),
            Instruction(LoadWord, Major, Context, 4, 0),
            Instruction(LoadWord, Minor, Context, 8, 0),
        ];
        for (int index = rules.Count - 1; index >= 0; index--)
        {
            List<ulong> decision = Decision(rules[index]);
            List<ulong> conditions = Conditions(rules[index], decision.Count);
            code.AddRange(conditions);
            code.AddRange(decision);
            if (conditions.Count == 0 && Access(rules[index]) == All)
            {
                // Nothing gets past it, and the kernel refuses code that is never reached.
                return [.. code];
            }
        }

        return [.. code, .. Answer(allow: false)];
    }

    /// <summary>Jumps over the decision unless the rule is about the device.</summary>
    private static List<ulong> Conditions(DeviceRule rule, int decision)
    {
        var tests = new List<(byte Register, uint Value)>();
        if (rule.Type is { Length: > 0 } type and not "a")
        {
            tests.Add((Kind, type switch { "c" or "u" => Character, "b" => Block, _ => throw new ContainerException($"device rule: type \"{type}\" is none of a, b, c") }));
        }

        if (rule.Major is { } major and >= 0)
        {
            tests.Add((Major, Number(major, "major")));
        }

        if (rule.Minor is { } minor and >= 0)
        {
            tests.Add((Minor, Number(minor, "minor")));
        }

        return [.. tests.Select((test, index) => Instruction(JumpIfNotEqual, test.Register, 0, (short)(tests.Count - index - 1 + decision), test.Value))];
    }

    private static List<ulong> Decision(DeviceRule rule)
    {
        uint access = Access(rule);
        return access == All ? Answer(rule.Allow)
            : rule.Allow
                ? [Instruction(AndConstant, Undecided, 0, 0, ~access), Instruction(JumpIfNotEqual, Undecided, 0, 2, 0), .. Answer(allow: true)]
                : [Instruction(MoveRegister, Scratch, Undecided, 0, 0), Instruction(AndConstant, Scratch, 0, 0, access), Instruction(JumpIfEqual, Scratch, 0, 2, 0), .. Answer(allow: false)];
    }

    private static List<ulong> Answer(bool allow) => [Instruction(MoveConstant, Result, 0, 0, allow ? 1u : 0u), Instruction(Exit, 0, 0, 0, 0)];

    private static uint Access(DeviceRule rule)
    {
        uint access = 0;
        foreach (char letter in DeviceRules.Access(rule))
        {
            access |= letter switch
            {
                'r' => Read,
                'w' => Write,
                _ => Make,
            };
        }

        return access != 0 ? access : throw new ContainerException($"device rule: access \"{rule.Access}\" has none of r, w and m");
    }

    private static uint Number(long number, string what) =>
        number <= uint.MaxValue ? (uint)number : throw new ContainerException($"device rule: {what} {number} is too large");

    private static ulong Instruction(byte operation, byte target, byte source, short offset, uint constant) =>
        operation | ((ulong)(byte)(target | (source << 4)) << 8) | ((ulong)(ushort)offset << 16) | ((ulong)constant << 32);
}
