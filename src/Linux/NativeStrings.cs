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
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte* bytes = (byte*)NativeMemory.Alloc((nuint)most + 1);
        bytes[PathText.Encode(text, new Span<byte>(bytes, most))] = 0;
        return bytes;
    }
}
