using System.Text;
using Wharf.Linux;

namespace Wharf.Runc;

/// <summary>Standard output and error, written without System.Console (decision 0001).</summary>
internal static class Streams
{
    internal static void Output(string text) => Write(1, Encoding.UTF8.GetBytes(text));

    internal static void Output(ReadOnlySpan<byte> bytes) => Write(1, bytes);

    internal static void Error(string text) => Write(2, Encoding.UTF8.GetBytes(text));

    /// <summary>All that comes until the other end is closed.</summary>
    internal static byte[] ReadToEnd(FileDescriptor source, string operand)
    {
        var bytes = new List<byte>();
        byte[] buffer = new byte[4096];
        for (int count = Files.Read(source, buffer, operand); count > 0; count = Files.Read(source, buffer, operand))
        {
            bytes.AddRange(buffer.AsSpan(0, count));
        }

        return [.. bytes];
    }

    private static void Write(int number, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileDescriptor(number, ownsHandle: false);
        Files.Write(stream, bytes, number == 1 ? "stdout" : "stderr");
    }
}
