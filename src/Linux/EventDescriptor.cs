namespace Wharf.Linux;

/// <summary>eventfd(2): a counter that can be waited for.</summary>
public static unsafe class EventDescriptor
{
    public static FileDescriptor Open() => new(Libc.Check(Libc.eventfd(0, 0x80800), "eventfd"));

    /// <summary>Takes the count, 0 when nothing has happened.</summary>
    public static ulong Take(FileDescriptor descriptor)
    {
        ulong value = 0;
        return Libc.read(descriptor.Number, (byte*)&value, 8) == 8 ? value : 0;
    }

    /// <summary>Adds one, from any thread.</summary>
    public static void Signal(FileDescriptor descriptor)
    {
        ulong one = 1;
        Libc.Check(Libc.write(descriptor.Number, (byte*)&one, 8), "write", "eventfd");
    }
}
