namespace Wharf.Linux.Tests;

/// <summary>A folder of a test's own, gone with it whatever is in it.</summary>
internal sealed class RemovedFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("wharf-linux-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            FolderRemoval.Remove(Path);
        }
    }
}
