using System.Text;
using Wharf.Linux;

namespace Wharf.Runc;

/// <summary>Standard output and error, written without System.Console (decision 0001).</summary>
internal static class Streams
{
    internal static void Output(string text) => Write(1, Encoding.UTF8.GetBytes(text));

    internal static void Output(ReadOnlySpan<byte> bytes) => Write(1, bytes);

    internal static void Error(string text) => Write(2, Encoding.UTF8.GetBytes(text));

    private static void Write(int number, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileDescriptor(number, ownsHandle: false);
        Files.Write(stream, bytes, number == 1 ? "stdout" : "stderr");
    }
}
