using System.Globalization;
using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>
/// Makes another open file, of the same content, what this process executes: its /proc/PID/exe from then on. Every part of the file that
/// is mapped is mapped anew from the other one, pages that have been written keep what they hold, and prctl(2) PR_SET_MM_MAP, which
/// refuses while the old file is mapped, changes the link. Safe only while this is the one thread that runs: decision 0013.
/// </summary>
public static unsafe class ProgramImage
{
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const int Private = 2;
    private const int MayMoveFixed = 3;
    private const int PrSetMm = 35;
    private const int PrSetMmMap = 14;
    private const ulong Present = 1UL << 63;
    private const ulong Swapped = 1UL << 62;
    private const ulong OfFile = 1UL << 61;

    private const int PageSize = 4096;

    // A program has about five parts.
    private const int MostParts = 16;

    private readonly record struct Part(nuint Start, nuint Length, int Protection, long Offset);

    // struct prctl_mm_map of include/uapi/linux/prctl.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Layout
    {
        public ulong StartCode, EndCode, StartData, EndData, StartBrk, Brk, StartStack, ArgStart, ArgEnd, EnvStart, EnvEnd, Auxv;
        public uint AuxvSize, ExeFd;
    }

    /// <summary>False when the kernel does not let it be changed; then nothing has.</summary>
    public static bool Replace(FileDescriptor file)
    {
        string? own = Files.ReadLink(null, "/proc/self/exe");
        Part[] parts = own is null ? [] : [.. Parts(own)];
        if (parts.Length is 0 or > MostParts || CurrentLayout() is not { } layout)
        {
            return false;
        }

        layout.ExeFd = (uint)file.Number;
        using FileDescriptor pages = Files.Open("/proc/self/pagemap", OpenFlags.ReadOnly);
        nuint longest = 0;
        foreach (Part part in parts)
        {
            longest = Math.Max(longest, part.Length);
        }

        // Made before the first part changes: nothing is allocated from then on.
        ulong[] entries = new ulong[longest / PageSize];
        foreach (Part part in parts)
        {
            if (!Remap(part, file.Number, pages.Number, entries))
            {
                return false;
            }
        }

        return Libc.prctl(PrSetMm, PrSetMmMap, (nuint)(&layout), (nuint)sizeof(Layout), 0) == 0;
    }

    /// <summary>
    /// The new mapping is made aside and then moved over the old one in one step. Between the copy of a page and that step nothing may be
    /// written to the old one, so there is no allocation and no call into the runtime here.
    /// </summary>
    private static bool Remap(Part part, int file, int pages, Span<ulong> entries)
    {
        int count = (int)(part.Length / PageSize);
        fixed (ulong* start = entries)
        {
            if (Libc.pread(pages, (byte*)start, (nuint)count * sizeof(ulong), (long)(part.Start / PageSize * sizeof(ulong))) != count * sizeof(ulong))
            {
                return false;
            }
        }

        bool written = false;
        for (int page = 0; page < count; page++)
        {
            written |= IsOwn(entries[page]);
        }

        byte* old = (byte*)part.Start;
        byte* made = Libc.mmap(null, part.Length, part.Protection | (written ? Write : 0), Private, file, part.Offset);
        if (made == (byte*)-1)
        {
            return false;
        }

        for (int page = 0; page < count; page++)
        {
            if (IsOwn(entries[page]))
            {
                Buffer.MemoryCopy(old + ((nuint)page * PageSize), made + ((nuint)page * PageSize), PageSize, PageSize);
            }
        }

        return Libc.mprotect(made, part.Length, part.Protection) == 0
            && Libc.mremap(made, part.Length, part.Length, MayMoveFixed, old) == old;
    }

    /// <summary>A page of this process, in memory or swapped out, and no longer the file's.</summary>
    private static bool IsOwn(ulong entry) => (entry & (Present | Swapped)) != 0 && (entry & OfFile) == 0;

    /// <summary>Lines of /proc/self/maps of one file: "00401000-00496000 r-xp 00001000 fe:00 11820154   /usr/bin/wharf-runc".</summary>
    private static IEnumerable<Part> Parts(string path)
    {
        foreach (string line in (Files.TryReadText("/proc/self/maps") ?? string.Empty).Split('\n'))
        {
            string[] fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 6 || fields[5] != path)
            {
                continue;
            }

            string[] ends = fields[0].Split('-');
            nuint start = nuint.Parse(ends[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            nuint end = nuint.Parse(ends[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            int protection = (fields[1][0] == 'r' ? Read : 0) | (fields[1][1] == 'w' ? Write : 0) | (fields[1][2] == 'x' ? Execute : 0);
            yield return new Part(start, end - start, protection, long.Parse(fields[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Where code, data, stack, arguments and environment are now: proc_pid_stat(5), fields 26 to 28 and 45 to 51.</summary>
    private static Layout? CurrentLayout()
    {
        if (Files.TryReadText("/proc/self/stat") is not { Length: > 0 } text)
        {
            return null;
        }

        string[] fields = text[(text.LastIndexOf(')') + 2)..].TrimEnd('\n').Split(' ');
        ulong Field(int number) => ulong.Parse(fields[number - 3], CultureInfo.InvariantCulture);
        return fields.Length < 49 ? null : new Layout
        {
            StartCode = Field(26),
            EndCode = Field(27),
            StartStack = Field(28),
            StartData = Field(45),
            EndData = Field(46),
            StartBrk = Field(47),
            ArgStart = Field(48),
            ArgEnd = Field(49),
            EnvStart = Field(50),
            EnvEnd = Field(51),
            Brk = (ulong)Syscall.Try(SyscallNumber.brk, 0),
        };
    }
}
