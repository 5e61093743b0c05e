using System.Formats.Tar;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using Wharf.Linux;

namespace Wharf.Cli.Archives;

/// <summary>A tar of a file or a folder of this machine, made while it is read.</summary>
internal sealed class ArchiveSource : IDisposable
{
    private readonly Thread writer;
    private readonly FileDescriptor read;
    private Exception? failure;

    /// <param name="path">What is archived; a symbolic link as a link.</param>
    /// <param name="name">What the archive calls it.</param>
    internal ArchiveSource(string path, string name)
    {
        (read, FileDescriptor write) = Files.Pipe();
        Stream = new FileStream(new SafeFileHandle(read.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, bufferSize: 0);
        writer = new Thread(() => Write(write, path, name)) { IsBackground = true };
        writer.Start();
    }

    internal Stream Stream { get; }

    /// <summary>What kept it from being whole, after it was read.</summary>
    internal void ThrowFailure()
    {
        writer.Join();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        read.Dispose();
    }

    private void Write(FileDescriptor pipe, string path, string name)
    {
        try
        {
            using (pipe)
            using (var stream = new FileStream(new SafeFileHandle(pipe.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, bufferSize: 0))
            using (var archive = new TarWriter(stream, TarEntryFormat.Pax))
            {
                Add(archive, path, name);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failure = error;
        }
    }

    private static void Add(TarWriter archive, string path, string name)
    {
        FileSystemInfo info = new DirectoryInfo(path) is { Exists: true } folder ? folder : new FileInfo(path);
        bool isFolder = info is DirectoryInfo && info.LinkTarget is null;
        if (!isFolder)
        {
            if (info.LinkTarget is null && Files.Find(path) is { Kind: FileKind.Socket })
            {
                return;
            }

            archive.WriteEntry(path, name);
            return;
        }

        archive.WriteEntry(path, name + "/");
        foreach (string entry in Directory.GetFileSystemEntries(path).Order(StringComparer.Ordinal))
        {
            Add(archive, entry, $"{name}/{Path.GetFileName(entry)}");
        }
    }
}
