using System.Globalization;
using System.Text;
using Wharf.Linux;

namespace Wharf.Shim.Bootstrap;

/// <summary>
/// The socket of a shim: a file that nobody else may open (CVE-2020-15257: an abstract one asks for no permission), with a name
/// that is the same for the same containerd, namespace and group.
/// </summary>
internal sealed record ShimSocket(string Folder, string Path)
{
    private const string UsualFolder = "/run/containerd/s";

    // The kernel's limit of a socket's path.
    private const int LongestPath = 107;

    internal static ShimSocket Of(string folder, string address, string containerdNamespace, string group)
    {
        folder = folder.Length > 0 ? folder : UsualFolder;
        string path = System.IO.Path.Combine(folder, Hash(string.Join('/', address, containerdNamespace, group)));
        return path.Length <= LongestPath ? new ShimSocket(folder, path) : throw new ShimException($"socket \"{path}\": longer than {LongestPath} bytes");
    }

    /// <summary>A listener; null when a shim listens there already.</summary>
    internal FileDescriptor? Listen()
    {
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        uint mask = CurrentProcess.SetUmask(0x7f);
        try
        {
            return UnixSockets.Listen(Path);
        }
        catch (SyscallException error) when (error.Errno == Errno.EADDRINUSE)
        {
            if (Answers())
            {
                return null;
            }

            File.Delete(Path);
            return UnixSockets.Listen(Path);
        }
        finally
        {
            CurrentProcess.SetUmask(mask);
        }
    }

    internal bool Answers()
    {
        try
        {
            UnixSockets.Connect(Path).Dispose();
            return true;
        }
        catch (SyscallException error) when (error.Errno is Errno.ECONNREFUSED or Errno.ENOENT)
        {
            return false;
        }
    }

    internal void Remove() => File.Delete(Path);

    /// <summary>FNV-1a of 128 bits: the names are nobody's secret, and the library of SHA-256 takes longer to load than a shim to start.</summary>
    private static string Hash(string text)
    {
        UInt128 prime = new(0x1000000, 0x13b);
        UInt128 hash = new(0x6c62272e07bb0142, 0x62b821756295c58d);
        foreach (byte one in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ one) * prime);
        }

        return hash.ToString("x32", CultureInfo.InvariantCulture);
    }
}
