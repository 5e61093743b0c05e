using Wharf.Linux;

namespace Wharf.Daemon.Logs;

/// <summary>Reads a log line by line through its files, while it is written and cut.</summary>
internal sealed class LogReader(string path) : IDisposable
{
    private const int BlockSize = 64 * 1024;
    private const int BeginningSize = 512;
    private byte[] buffer = new byte[BlockSize];
    private FileDescriptor? file;
    private ulong identity;
    private long offset;
    private int start;
    private int end;

    /// <summary>Goes to where the last lines begin; only they are read.</summary>
    internal void SkipToLast(int lines)
    {
        foreach (string one in LogFiles.All(path).Reverse())
        {
            if (!Open(one))
            {
                continue;
            }

            if (LastLines(file!, one, ref lines) is { } begin)
            {
                offset = begin;
                return;
            }
        }
    }

    /// <summary>The next line without its end, until the next call; null: there is none yet.</summary>
    internal ReadOnlyMemory<byte>? Next()
    {
        while (true)
        {
            int length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                ReadOnlyMemory<byte> line = buffer.AsMemory(start, length);
                start += length + 1;
                return line;
            }

            if (!Fill())
            {
                return null;
            }
        }
    }

    public void Dispose() => file?.Dispose();

    /// <summary>Where so many lines before the end begin; null when the file has fewer, which are counted off.</summary>
    private static long? LastLines(FileDescriptor file, string path, ref int lines)
    {
        byte[] block = new byte[BlockSize];
        long position = (long)Files.Status(file, path).Size;
        if (lines == 0)
        {
            return position;
        }

        int seen = 0;
        while (position > 0)
        {
            int wanted = (int)Math.Min(block.Length, position);
            int count = FileRange.Read(file, block.AsSpan(0, wanted), position - wanted, path);
            position -= wanted;
            for (int index = count - 1; index >= 0; index--)
            {
                // The end of the line before the first that is wanted.
                if (block[index] == (byte)'\n' && ++seen > lines)
                {
                    return position + index + 1;
                }
            }
        }

        lines -= seen;
        return null;
    }

    /// <summary>More bytes into the buffer, of this file or the next; false when there are none.</summary>
    private bool Fill()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        while (true)
        {
            // Asked first: a file that has a successor is written no more, so its end is its end.
            string? next = Successor();
            if (file is not null)
            {
                int count = FileRange.Read(file, buffer.AsSpan(end), offset, path);
                if (count > 0)
                {
                    end += count;
                    offset += count;
                    return true;
                }
            }

            if (next is null || !Open(next))
            {
                return false;
            }
        }
    }

    /// <summary>The file after the one that is read, found by its inode: names move on.</summary>
    private string? Successor()
    {
        IReadOnlyList<string> files = LogFiles.All(path);
        if (file is null)
        {
            return files.Count > 0 ? files[0] : null;
        }

        byte[]? beginning = null;
        for (int index = files.Count - 1; index >= 0; index--)
        {
            // What was compressed meanwhile is another file, but says the same.
            if (Inode(files[index]) == identity || (files[index].EndsWith(LogFiles.Compressed, StringComparison.Ordinal) && Begins(files[index], beginning ??= Beginning(file))))
            {
                return index + 1 < files.Count ? files[index + 1] : null;
            }
        }

        // Cut away while it was read: what is left begins with the oldest.
        return files.Count > 0 ? files[0] : null;
    }

    private bool Open(string next)
    {
        try
        {
            ulong? inode = Inode(next);
            FileDescriptor opened = LogFiles.Open(next);
            identity = inode ?? 0;
            file?.Dispose();
            (file, offset, start, end) = (opened, 0, 0, 0);
            return true;
        }
        catch (SyscallException error) when (error.Errno == Errno.ENOENT)
        {
            // Renamed in between: the next look finds it.
            return false;
        }
    }

    private byte[] Beginning(FileDescriptor one)
    {
        byte[] bytes = new byte[BeginningSize];
        return bytes[..FileRange.Read(one, bytes, 0, path)];
    }

    private static bool Begins(string name, byte[] beginning)
    {
        try
        {
            using var packed = new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Decompress);
            byte[] own = new byte[beginning.Length];
            return content.ReadAtLeast(own, own.Length, throwOnEndOfStream: false) == own.Length && own.AsSpan().SequenceEqual(beginning);
        }
        catch (Exception error) when (error is FileNotFoundException or InvalidDataException)
        {
            return false;
        }
    }

    private static ulong? Inode(string name)
    {
        try
        {
            using FileDescriptor opened = Files.Open(name, OpenFlags.Path);
            return Files.Status(opened, name).Inode;
        }
        catch (SyscallException error) when (error.Errno == Errno.ENOENT)
        {
            return null;
        }
    }
}
