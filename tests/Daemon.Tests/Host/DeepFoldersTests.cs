using Wharf.Daemon.Archives;
using Wharf.Daemon.Host;
using Wharf.Linux;
using Xunit;

namespace Wharf.Daemon.Tests.Host;

/// <summary>Directories in directories, more of them than a small stack has room for.</summary>
public sealed class DeepFoldersTests : IDisposable
{
    private const int Depth = 4000;
    private const int SmallStack = 256 << 10;
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-deep-").FullName;

    public DeepFoldersTests()
    {
        Directory.CreateDirectory(Path.Combine(folder, "from"));
        Directory.CreateDirectory(Path.Combine(folder, "to"));
        FileDescriptor here = Files.Open(Path.Combine(folder, "from"), OpenFlags.ReadOnly | OpenFlags.Directory);
        for (int level = 0; level < Depth; level++)
        {
            Files.MakeDirectory(here, "d", 0x1c0);
            FileDescriptor below = Files.OpenAt(here, "d", OpenFlags.ReadOnly | OpenFlags.Directory);
            here.Dispose();
            here = below;
        }

        here.Dispose();
    }

    public void Dispose() => FolderRemoval.Remove(folder);

    [Fact]
    public void They_are_counted_and_copied()
    {
        Exception? failure = null;
        long size = 0;
        var thread = new Thread(() => failure = Record.Exception(() =>
        {
            using FileDescriptor from = Files.Open(Path.Combine(folder, "from"), OpenFlags.ReadOnly | OpenFlags.Directory);
            using FileDescriptor to = Files.Open(Path.Combine(folder, "to"), OpenFlags.ReadOnly | OpenFlags.Directory);
            TreeCopy.Run(from, to);
            size = FolderSize.Of(Path.Combine(folder, "to"));
        }), SmallStack);
        thread.Start();
        thread.Join();

        Assert.Null(failure);
        Assert.Equal(FolderSize.Of(Path.Combine(folder, "from")), size);
    }
}
