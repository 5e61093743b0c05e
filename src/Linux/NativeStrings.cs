using System.Runtime.InteropServices;
using System.Text;

namespace Wharf.Linux;

/// <summary>An argv or envp as execve(2) wants it, in native memory: made before a clone, used after it, freed never by the child.</summary>
public sealed unsafe class NativeStrings : IDisposable
{
    private byte** pointers;
    private readonly int count;

    public NativeStrings(IReadOnlyList<string> strings)
    {
        count = strings.Count;
        pointers = (byte**)NativeMemory.AllocZeroed((nuint)(count + 1), (nuint)sizeof(byte*));
        for (int index = 0; index < count; index++)
        {
            pointers[index] = Copy(strings[index]);
        }
    }

    internal byte** Pointers => pointers;

    public void Dispose()
    {
        for (int index = 0; index < count && pointers is not null; index++)
        {
            NativeMemory.Free(pointers[index]);
        }

        NativeMemory.Free(pointers);
        pointers = null;
    }

    internal static byte* Copy(string text)
    {
        int size = Encoding.UTF8.GetByteCount(text);
        byte* bytes = (byte*)NativeMemory.Alloc((nuint)size + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, size));
        bytes[size] = 0;
        return bytes;
    }
}
