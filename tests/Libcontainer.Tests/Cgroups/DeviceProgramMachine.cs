namespace Wharf.Libcontainer.Tests.Cgroups;

/// <summary>Runs a device program as the kernel does: the few eBPF instructions that it is made of, on struct bpf_cgroup_dev_ctx.</summary>
internal static class DeviceProgramMachine
{
    internal static bool Allows(IReadOnlyList<ulong> program, uint kind, uint access, uint major, uint minor)
    {
        uint[] context = [kind | (access << 16), major, minor];
        var registers = new ulong[11];
        bool[] written = new bool[11];
        written[1] = true;
        for (int counter = 0; ; counter++)
        {
            ulong instruction = program[counter];
            int target = (int)(instruction >> 8) & 15;
            int source = (int)(instruction >> 12) & 15;
            short offset = (short)(instruction >> 16);
            uint constant = (uint)(instruction >> 32);
            switch ((byte)instruction)
            {
                case 0x61: registers[target] = source == 1 ? context[offset / 4] : throw Wrong(instruction); break;
                case 0xbc: registers[target] = (uint)Value(source); break;
                case 0xb4: registers[target] = constant; break;
                case 0x54: registers[target] = (uint)Value(target) & constant; break;
                case 0x74: registers[target] = (uint)Value(target) >> (int)constant; break;
                case 0x56: counter += (uint)Value(target) != constant ? offset : 0; break;
                case 0x16: counter += (uint)Value(target) == constant ? offset : 0; break;
                case 0x95: return Value(0) == 1;
                default: throw Wrong(instruction);
            }

            written[target] = true;
            ulong Value(int register) => written[register] && register != 1 ? registers[register] : throw Wrong(instruction);
            InvalidOperationException Wrong(ulong what) => new($"instruction {what:x16} at {counter}");
        }
    }
}
