namespace Wharf.Linux;

/// <summary>Programs that decide over devices for a cgroup of v2: bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE.</summary>
public static unsafe class DevicePrograms
{
    private const int DeviceAttachment = 6;
    private const int MostPrograms = 64;

    /// <summary>
    /// Makes a program the only one of a cgroup: it is attached beside what is there, then the others go, so that at no moment
    /// everything is allowed.
    /// </summary>
    public static void Replace(FileDescriptor cgroup, ReadOnlySpan<ulong> instructions, string operand)
    {
        const int attach = 8;
        const uint allowMultiple = 2;
        using FileDescriptor program = Load(instructions, operand);
        uint[] others = Attached(cgroup, operand);
        uint* request = stackalloc uint[5] { (uint)cgroup.Number, (uint)program.Number, DeviceAttachment, allowMultiple, 0 };
        Call(attach, request, 20, "BPF_PROG_ATTACH", operand);
        foreach (uint other in others)
        {
            Detach(cgroup, other, operand);
        }
    }

    /// <summary>Ids of the programs that a cgroup has of its own.</summary>
    public static uint[] Attached(FileDescriptor cgroup, string operand)
    {
        const int query = 16;
        uint* ids = stackalloc uint[MostPrograms];
        ulong* request = stackalloc ulong[8];
        new Span<ulong>(request, 8).Clear();
        uint* words = (uint*)request;
        words[0] = (uint)cgroup.Number;
        words[1] = DeviceAttachment;
        request[2] = (ulong)ids;
        words[6] = MostPrograms;
        Call(query, request, 64, "BPF_PROG_QUERY", operand);
        return new Span<uint>(ids, (int)words[6]).ToArray();
    }

    private static FileDescriptor Load(ReadOnlySpan<ulong> instructions, string operand)
    {
        const int load = 5;
        const uint cgroupDevice = 15;
        const int logSize = 16384;
        ReadOnlySpan<byte> license = "Apache-2.0\0"u8;
        fixed (ulong* first = instructions)
        fixed (byte* terms = license)
        {
            ulong* request = stackalloc ulong[9];
            new Span<ulong>(request, 9).Clear();
            uint* words = (uint*)request;
            words[0] = cgroupDevice;
            words[1] = (uint)instructions.Length;
            request[1] = (ulong)first;
            request[2] = (ulong)terms;
            nint fd = Syscall.Try(SyscallNumber.bpf, load, (nint)request, 72);
            if (fd >= 0)
            {
                return new FileDescriptor((int)fd);
            }

            // Once more, to have the verifier's reason.
            byte[] log = new byte[logSize];
            fixed (byte* text = log)
            {
                words[6] = 1;
                words[7] = logSize;
                request[4] = (ulong)text;
                Syscall.Try(SyscallNumber.bpf, load, (nint)request, 72);
            }

            string reason = System.Text.Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
            throw new SyscallException("bpf BPF_PROG_LOAD", (int)-fd, reason.Length == 0 ? operand : $"{operand} ({reason[(reason.LastIndexOf('\n') + 1)..]})");
        }
    }

    private static void Detach(FileDescriptor cgroup, uint id, string operand)
    {
        const int detach = 9;
        const int openById = 13;
        uint* byId = stackalloc uint[3] { id, 0, 0 };
        nint fd = Syscall.Try(SyscallNumber.bpf, openById, (nint)byId, 12);
        if (fd < 0)
        {
            // Gone meanwhile: no less than what was wanted.
            return;
        }

        using var program = new FileDescriptor((int)fd);
        uint* request = stackalloc uint[5] { (uint)cgroup.Number, (uint)program.Number, DeviceAttachment, 0, 0 };
        Call(detach, request, 20, "BPF_PROG_DETACH", operand);
    }

    private static void Call(int command, void* request, int size, string name, string operand) =>
        Syscall.Invoke(SyscallNumber.bpf, "bpf " + name, operand, command, (nint)request, size);
}
