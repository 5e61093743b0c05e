using System.Text;
using Wharf.Linux;

namespace Wharf.Libcontainer.Hooks;

/// <summary>
/// What a hook reads and where it writes: files in memory. They neither block it nor keep this process from seeing that it has ended,
/// as the pipe of a process that it leaves behind would; and this process does not wait for a hook that never reads.
/// </summary>
internal sealed class HookStreams : IDisposable
{
    // What stands in one line of a log; the end of it says what went wrong.
    private const int Most = 4096;
    private readonly FileDescriptor input = Files.InMemory("hook-stdin");
    private readonly FileDescriptor standard = Files.InMemory("hook-stdout");
    private readonly FileDescriptor error = Files.InMemory("hook-stderr");
    private readonly FileDescriptor failure = Files.InMemory("hook-failure");

    internal HookStreams(ReadOnlySpan<byte> state) => FileRange.Write(input, state, 0, "state");

    public void Dispose()
    {
        input.Dispose();
        standard.Dispose();
        error.Dispose();
        failure.Dispose();
    }

    /// <summary>In the child: these are its streams.</summary>
    internal void Connect()
    {
        Files.Duplicate(input, 0);
        Files.Duplicate(standard, 1);
        Files.Duplicate(error, 2);
    }

    /// <summary>In the child: why the hook could not be executed.</summary>
    internal void Fail(string text) => Files.WriteText(failure, text, "hook-failure");

    /// <summary>Null when the hook was executed.</summary>
    internal string? Failure() => Text(failure) is { Length: > 0 } text ? text : null;

    internal string Standard() => Text(standard);

    internal string Error() => Text(error);

    private static string Text(FileDescriptor file)
    {
        long size = (long)Files.Status(file, "hook").Size;
        byte[] bytes = new byte[(int)Math.Min(size, Most)];
        int count = FileRange.Read(file, bytes, size - bytes.Length, "hook");
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
