using static Wharf.Libcontainer.Seccomp.BpfInstruction;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>Compares one 64-bit argument in two halves of 32 bits, because BPF has no wider word.</summary>
internal static class ArgumentTest
{
    // Jump distances that are set when the code around is known.
    internal const int Pass = 254;
    internal const int Fail = 255;

    internal static IReadOnlyList<string> Operators { get; } =
        ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"];

    /// <summary>An ABI of 32 bits has no upper half that counts, and values are cut to the lower: −1 as a profile writes it is −1 there too.</summary>
    internal static IReadOnlyList<ulong> Code(Wharf.Oci.Runtime.SeccompArgument argument, bool wide)
    {
        if (argument.Index > 5)
        {
            throw new ContainerException($"seccomp: argument index {argument.Index} is above 5");
        }

        // struct seccomp_data: nr, arch, instruction pointer, then six arguments, little-endian.
        uint low = 16 + (8 * argument.Index);
        ulong value = argument.Value;
        return wide ? Wide(argument.Op, low, low + 4, value, argument.ValueTwo ?? 0) : Narrow(argument.Op, low, (uint)value, (uint)(argument.ValueTwo ?? 0));
    }

    private static ulong[] Wide(string operation, uint low, uint high, ulong value, ulong second)
    {
        uint valueHigh = (uint)(value >> 32);
        uint valueLow = (uint)value;
        return operation switch
        {
            "SCMP_CMP_EQ" => [Load(high), Make(JumpEqual, 0, Fail, valueHigh), Load(low), Make(JumpEqual, Pass, Fail, valueLow)],
            "SCMP_CMP_NE" => [Load(high), Make(JumpEqual, 0, Pass, valueHigh), Load(low), Make(JumpEqual, Fail, Pass, valueLow)],
            "SCMP_CMP_GT" => [Load(high), Make(JumpGreater, Pass, 0, valueHigh), Make(JumpEqual, 0, Fail, valueHigh), Load(low), Make(JumpGreater, Pass, Fail, valueLow)],
            "SCMP_CMP_GE" => [Load(high), Make(JumpGreater, Pass, 0, valueHigh), Make(JumpEqual, 0, Fail, valueHigh), Load(low), Make(JumpGreaterOrEqual, Pass, Fail, valueLow)],
            "SCMP_CMP_LT" => [Load(high), Make(JumpGreater, Fail, 0, valueHigh), Make(JumpEqual, 0, Pass, valueHigh), Load(low), Make(JumpGreaterOrEqual, Fail, Pass, valueLow)],
            "SCMP_CMP_LE" => [Load(high), Make(JumpGreater, Fail, 0, valueHigh), Make(JumpEqual, 0, Pass, valueHigh), Load(low), Make(JumpGreater, Fail, Pass, valueLow)],
            "SCMP_CMP_MASKED_EQ" =>
            [
                Load(high), Make(And, 0, 0, valueHigh), Make(JumpEqual, 0, Fail, (uint)(second >> 32)),
                Load(low), Make(And, 0, 0, valueLow), Make(JumpEqual, Pass, Fail, (uint)second),
            ],
            _ => throw new ContainerException($"seccomp: operator \"{operation}\" is unknown"),
        };
    }

    private static ulong[] Narrow(string operation, uint low, uint value, uint second) => operation switch
    {
        "SCMP_CMP_EQ" => [Load(low), Make(JumpEqual, Pass, Fail, value)],
        "SCMP_CMP_NE" => [Load(low), Make(JumpEqual, Fail, Pass, value)],
        "SCMP_CMP_GT" => [Load(low), Make(JumpGreater, Pass, Fail, value)],
        "SCMP_CMP_GE" => [Load(low), Make(JumpGreaterOrEqual, Pass, Fail, value)],
        "SCMP_CMP_LT" => [Load(low), Make(JumpGreaterOrEqual, Fail, Pass, value)],
        "SCMP_CMP_LE" => [Load(low), Make(JumpGreater, Fail, Pass, value)],
        "SCMP_CMP_MASKED_EQ" => [Load(low), Make(And, 0, 0, value), Make(JumpEqual, Pass, Fail, second)],
        _ => throw new ContainerException($"seccomp: operator \"{operation}\" is unknown"),
    };
}
