using System.Text;
using Wharf.Linux;

namespace Wharf.Containerd.Tasks;

/// <summary>The folder of a task: config.json, rootfs, and what its shim keeps there. "work" leads to a folder that outlives a reboot.</summary>
internal sealed class Bundle
{
    private const uint FolderMode = 0x1c0;
    private const uint RootfsMode = 0x1c9;
    private const uint MappedMode = 0x1c8;
    private const string ShimPathFile = "shim-binary-path";
    private const string BootstrapFile = "bootstrap.json";
    private const string AddressFile = "address";
    private const string SandboxFile = "sandbox";

    public Bundle(string state, string root, string scope, string id)
    {
        Namespace = scope;
        Id = id;
        Path = System.IO.Path.Combine(state, scope, id);
        WorkPath = System.IO.Path.Combine(root, scope, id);
    }

    public string Namespace { get; }

    public string Id { get; }

    public string Path { get; }

    public string WorkPath { get; }

    public string LogPath => System.IO.Path.Combine(Path, "log");

    private string Rootfs => System.IO.Path.Combine(Path, "rootfs");

    public void Create(byte[] spec, string shimPath)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(WorkPath)!);
        try
        {
            Files.MakeDirectory(null, Path, FolderMode);
        }
        catch (SyscallException error) when (error.Errno == Errno.EEXIST)
        {
            throw new ContainerdException(ErrorKind.AlreadyExists, $"bundle \"{Path}\": already exists", error);
        }

        try
        {
            if (!Directory.Exists(WorkPath))
            {
                Files.MakeDirectory(null, WorkPath, FolderMode);
            }

            Files.MakeDirectory(null, Rootfs, RootfsMode);
            Files.MakeLink(null, System.IO.Path.Combine(Path, "work"), WorkPath);
            Write(ShimPathFile, Encoding.UTF8.GetBytes(shimPath));
            Write("config.json", spec);
            if (MappedRoot.GroupOf(spec) is { } group)
            {
                // The container's root, who is nobody here, has to reach its root filesystem.
                using FileDescriptor folder = Files.Open(Path, OpenFlags.Path);
                Files.ChangeOwner(folder, 0, group, Path);
                Files.ChangeMode(null, Path, MappedMode);
            }

            Files.MakeFifo(LogPath, 0x180);
        }
        catch
        {
            Remove();
            throw;
        }
    }

    /// <summary>Where the shim listens; null when it was never started. A bundle of an older daemon has the address alone.</summary>
    public ShimEndpoint? Endpoint() => (Read(BootstrapFile) ?? Read(AddressFile)) is { Length: > 0 } text ? ShimEndpoint.Parse(text) : null;

    /// <summary>The program of the shim; null when the folder was never finished.</summary>
    public string? ShimPath() => Read(ShimPathFile);

    /// <summary>Keeps where the shim listens for the daemon after this one: "address" is what shims and tools of version 2 look for.</summary>
    public void WriteEndpoint(ShimEndpoint endpoint)
    {
        Write(BootstrapFile, endpoint.ToDocument());
        if (Read(AddressFile) != endpoint.Address)
        {
            Write(AddressFile, Encoding.UTF8.GetBytes(endpoint.Address));
        }
    }

    /// <summary>The sandbox that the task is in, when its shim is that one's.</summary>
    public string? Sandbox() => Read(SandboxFile);

    public void WriteSandbox(string id) => Write(SandboxFile, Encoding.UTF8.GetBytes(id));

    /// <summary>Unmounts the root filesystem if a shim left it, and removes the folders. Never what is mounted there.</summary>
    public void Remove()
    {
        if (Directory.Exists(Rootfs))
        {
            UnmountRootfs();

            // Fails when something is in it: then it is still a container's.
            Files.Remove(null, Rootfs, directory: true);
        }

        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        if (Directory.Exists(WorkPath))
        {
            Directory.Delete(WorkPath, recursive: true);
        }
    }

    private void UnmountRootfs()
    {
        try
        {
            while (true)
            {
                Mounts.Unmount(Rootfs, detach: true);
            }
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.ENOENT)
        {
            // Nothing is mounted there any more.
        }
    }

    private string? Read(string name)
    {
        string path = System.IO.Path.Combine(Path, name);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    private void Write(string name, byte[] content)
    {
        using FileDescriptor file = Files.Open(System.IO.Path.Combine(Path, name), OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, 0x180);
        Files.Write(file, content, name);
    }
}
