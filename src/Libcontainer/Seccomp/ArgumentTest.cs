using static Wharf.Libcontainer.Seccomp.BpfInstruction;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>Compares one 64-bit argument in two halves of 32 bits, because BPF has no wider word.</summary>
internal static class ArgumentTest
{
    // Jump distances that are set when the code around is known.
    internal const int Pass = 254;
    internal const int Fail = 255;

    internal static IReadOnlyList<ulong> Code(Wharf.Oci.Runtime.SeccompArgument argument)
    {
        if (argument.Index > 5)
        {
            throw new ContainerException($"seccomp: argument index {argument.Index} is above 5");
        }

        // struct seccomp_data: nr, arch, instruction pointer, then six arguments, little-endian.
        uint low = 16 + (8 * argument.Index);
        uint high = low + 4;
        ulong value = argument.Value;
        uint valueHigh = (uint)(value >> 32);
        uint valueLow = (uint)value;
        return argument.Op switch
        {
            "SCMP_CMP_EQ" => [Load(high), Make(JumpEqual, 0, Fail, valueHigh), Load(low), Make(JumpEqual, Pass, Fail, valueLow)],
            "SCMP_CMP_NE" => [Load(high), Make(JumpEqual, 0, Pass, valueHigh), Load(low), Make(JumpEqual, Fail, Pass, valueLow)],
            "SCMP_CMP_GT" => [Load(high), Make(JumpGreater, Pass, 0, valueHigh), Make(JumpEqual, 0, Fail, valueHigh), Load(low), Make(JumpGreater, Pass, Fail, valueLow)],
            "SCMP_CMP_GE" => [Load(high), Make(JumpGreater, Pass, 0, valueHigh), Make(JumpEqual, 0, Fail, valueHigh), Load(low), Make(JumpGreaterOrEqual, Pass, Fail, valueLow)],
            "SCMP_CMP_LT" => [Load(high), Make(JumpGreater, Fail, 0, valueHigh), Make(JumpEqual, 0, Pass, valueHigh), Load(low), Make(JumpGreaterOrEqual, Fail, Pass, valueLow)],
            "SCMP_CMP_LE" => [Load(high), Make(JumpGreater, Fail, 0, valueHigh), Make(JumpEqual, 0, Pass, valueHigh), Load(low), Make(JumpGreater, Fail, Pass, valueLow)],
            "SCMP_CMP_MASKED_EQ" => Masked(high, low, value, argument.ValueTwo ?? 0),
            _ => throw new ContainerException($"seccomp: operator \"{argument.Op}\" is unknown"),
        };
    }

    private static ulong[] Masked(uint high, uint low, ulong mask, ulong expected) =>
    [
        Load(high), Make(And, 0, 0, (uint)(mask >> 32)), Make(JumpEqual, 0, Fail, (uint)(expected >> 32)),
        Load(low), Make(And, 0, 0, (uint)mask), Make(JumpEqual, Pass, Fail, (uint)expected),
    ];
}
