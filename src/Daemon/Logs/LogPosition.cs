using System.Buffers.Binary;
using Wharf.Daemon.Stdio;
using Wharf.Linux;

namespace Wharf.Daemon.Logs;

/// <summary>
/// How far the log is: so many bytes of each stream are in it when it is so long. What a killed daemon wrote behind that length
/// is cut off by the next one, and written again from the spools.
/// </summary>
internal sealed class LogPosition : IDisposable
{
    private readonly FileDescriptor file;
    private readonly string path;

    internal LogPosition(string path, long logLength)
    {
        this.path = path;
        file = Files.Open(path, OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        Span<byte> bytes = stackalloc byte[24];
        if (FileRange.Read(file, bytes, 0, path) == bytes.Length)
        {
            Output = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            Error = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
            Length = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        }
        else
        {
            Length = logLength;
            Save();
        }
    }

    internal long Output { get; private set; }

    internal long Error { get; private set; }

    internal long Length { get; private set; }

    internal long Of(StreamKind kind) => kind == StreamKind.Error ? Error : Output;

    /// <summary>More bytes of the streams are in the log, which has grown.</summary>
    internal void Advance(long output, long error, long length)
    {
        (Output, Error, Length) = (Output + output, Error + error, Length + length);
        Save();
    }

    /// <summary>The log goes on in a file of this length; what of the streams is in the log stays.</summary>
    internal void Restart(long length)
    {
        Length = length;
        Save();
    }

    public void Dispose() => file.Dispose();

    private void Save()
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Output);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Error);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Length);
        try
        {
            FileRange.Write(file, bytes, 0, path);
        }
        catch (SyscallException error) when (error.Errno is Errno.ENOSPC)
        {
            // The log goes on; only a kill now could write some of it twice.
        }
    }
}
