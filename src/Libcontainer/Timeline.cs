using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Wharf.Linux;

namespace Wharf.Libcontainer;

/// <summary>
/// Where the time of a command goes: marks of the runtime and of the process that becomes the container's, in memory that both share.
/// Without <see cref="Begin"/> a mark costs one comparison.
/// </summary>
internal static class Timeline
{
    private const int Size = 32 * 1024;
    private const int EntrySize = 64;
    private const int TextOffset = 16;
    private static SharedMemory? shared;
    private static byte own;

    /// <summary>A step that was reached: by the child or the runtime, and the time since the first mark.</summary>
    public readonly record struct Reached(bool ByChild, TimeSpan Time, string Step);

    public static void Begin() => shared = new SharedMemory(Size);

    public static void Mark(string step)
    {
        if (shared is null)
        {
            return;
        }

        // The first entry's place holds how many there are.
        Span<byte> bytes = shared.Bytes;
        int place = Interlocked.Increment(ref MemoryMarshal.AsRef<int>(bytes)) * EntrySize;
        if (place + EntrySize <= Size)
        {
            Span<byte> entry = bytes.Slice(place, EntrySize);
            MemoryMarshal.Write(entry, Stopwatch.GetTimestamp());
            entry[TextOffset - 1] = own;
            Encoding.UTF8.GetBytes(step.AsSpan(0, Math.Min(step.Length, EntrySize - TextOffset)), entry[TextOffset..]);
        }
    }

    /// <summary>All marks of both processes, by time.</summary>
    public static IReadOnlyList<Reached> Marks()
    {
        if (shared is null)
        {
            return [];
        }

        Span<byte> bytes = shared.Bytes;
        int count = Math.Min(MemoryMarshal.Read<int>(bytes), (Size / EntrySize) - 1);
        var marks = new List<Reached>();
        long first = MemoryMarshal.Read<long>(bytes[EntrySize..]);
        for (int place = EntrySize; place <= count * EntrySize; place += EntrySize)
        {
            Span<byte> entry = bytes.Slice(place, EntrySize);
            marks.Add(new Reached(entry[TextOffset - 1] != 0, Stopwatch.GetElapsedTime(first, MemoryMarshal.Read<long>(entry)), Encoding.UTF8.GetString(entry[TextOffset..]).TrimEnd('\0')));
        }

        marks.Sort((left, right) => left.Time.CompareTo(right.Time));
        return marks;
    }

    /// <summary>What this process marks from here on is the child's.</summary>
    internal static void BecomeChild() => own = 1;
}
