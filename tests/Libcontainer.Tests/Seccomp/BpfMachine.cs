using System.Buffers.Binary;

namespace Wharf.Libcontainer.Tests.Seccomp;

/// <summary>Runs a filter as the kernel does: classic BPF on struct seccomp_data.</summary>
internal static class BpfMachine
{
    internal static uint Run(IReadOnlyList<ulong> program, uint architecture, uint number, params ulong[] arguments)
    {
        byte[] data = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), architecture);
        for (int index = 0; index < arguments.Length; index++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(16 + (8 * index)), arguments[index]);
        }

        uint accumulator = 0;
        for (int counter = 0; ; counter++)
        {
            ulong instruction = program[counter];
            uint constant = (uint)(instruction >> 32);
            int whenTrue = (int)(instruction >> 16) & 0xff;
            int whenFalse = (int)(instruction >> 24) & 0xff;
            switch ((ushort)instruction)
            {
                case 0x20: accumulator = BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)constant)); break;
                case 0x54: accumulator &= constant; break;
                case 0x05: counter += (int)constant; break;
                case 0x15: counter += accumulator == constant ? whenTrue : whenFalse; break;
                case 0x25: counter += accumulator > constant ? whenTrue : whenFalse; break;
                case 0x35: counter += accumulator >= constant ? whenTrue : whenFalse; break;
                case 0x06: return constant;
                default: throw new InvalidOperationException($"instruction {instruction:x} at {counter}");
            }
        }
    }
}
