using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Text;

namespace Wharf.Linux;

/// <summary>Hands a path to a native function with the bytes that <see cref="PathText"/> gives it.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
internal static unsafe class PathMarshaller
{
    internal ref struct In
    {
        private byte* allocated;
        private byte* pointer;

        public static int BufferSize => 512;

        public void FromManaged(string? text, Span<byte> buffer)
        {
            if (text is null)
            {
                return;
            }

            int most = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
            if (most > buffer.Length)
            {
                allocated = (byte*)NativeMemory.Alloc((nuint)most);
                buffer = new Span<byte>(allocated, most);
            }

            // On the stack or in native memory: it stays where it is.
            buffer[PathText.Encode(text, buffer)] = 0;
            pointer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer));
        }

        public readonly byte* ToUnmanaged() => pointer;

        public readonly void Free() => NativeMemory.Free(allocated);
    }
}
