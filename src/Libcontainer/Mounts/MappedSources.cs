using Wharf.Libcontainer.Launch;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Mounts;

/// <summary>
/// Sources of id-mapped mounts, detached: made by the runtime before the clone, because the mapping of a mount takes a privilege over
/// its filesystem that a container in a user namespace does not have.
/// </summary>
internal sealed class MappedSources : IDisposable
{
    private readonly Dictionary<Mount, FileDescriptor> sources = new(ReferenceEqualityComparer.Instance);

    internal static MappedSources Open(RuntimeSpec spec)
    {
        var mapped = new MappedSources();
        try
        {
            foreach (Mount mount in spec.Mounts ?? [])
            {
                if (mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 } || mount.Options?.Any(option => option is "idmap" or "ridmap") == true)
                {
                    mapped.sources[mount] = Open(mount, MountOptions.Parse(mount.Options), spec.Linux!);
                }
            }

            return mapped;
        }
        catch
        {
            mapped.Dispose();
            throw;
        }
    }

    internal FileDescriptor? Find(Mount mount) => sources.GetValueOrDefault(mount);

    public void Dispose()
    {
        foreach (FileDescriptor source in sources.Values)
        {
            source.Dispose();
        }
    }

    private static FileDescriptor Open(Mount mount, MountOptions options, LinuxPlatform linux)
    {
        if (!options.Bind)
        {
            throw new ContainerException($"mount \"{mount.Destination}\": id-mapped mounts are only supported for bind-mounts");
        }

        // Without mappings of its own a mount takes those of the container.
        IReadOnlyList<IdMapping>? users = mount.UidMappings is { Count: > 0 } ownUsers ? ownUsers : linux.UidMappings;
        IReadOnlyList<IdMapping>? groups = mount.GidMappings is { Count: > 0 } ownGroups ? ownGroups : linux.GidMappings;
        if (users is not { Count: > 0 } || groups is not { Count: > 0 })
        {
            throw new ContainerException($"mount \"{mount.Destination}\": id-mapped mounts need both uidMappings and gidMappings");
        }

        FileDescriptor source = Linux.Mounts.CopyTree(mount.Source ?? throw new ContainerException($"bind mount \"{mount.Destination}\" has no source"), options.Recursive);
        try
        {
            using FileDescriptor place = UserNamespace(users, groups);
            Linux.Mounts.SetAttributes(source, MountAttributes.IdMap, 0, 0, options.IdMapRecursive, mount.Destination, place);
            return source;
        }
        catch (SyscallException error)
        {
            source.Dispose();
            throw new ContainerException($"id-mapped mount \"{mount.Source}\" for \"{mount.Destination}\": {error.Message}", error);
        }
    }

    /// <summary>A user namespace is held by a process until something else holds it.</summary>
    private static FileDescriptor UserNamespace(IReadOnlyList<IdMapping> users, IReadOnlyList<IdMapping> groups)
    {
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        {
            int holder;
            using (write)
            {
                holder = CurrentProcess.Clone(CloneFlags.NewUser);
                if (holder == 0)
                {
                    write.Dispose();
                    Files.Read(read, stackalloc byte[1], "end");
                    CurrentProcess.Exit(0);
                }

                try
                {
                    IdMap.Write(holder, users, groups);
                    return Files.Open($"/proc/{holder}/ns/user", OpenFlags.ReadOnly);
                }
                finally
                {
                    write.Dispose();
                    Processes.Wait(holder);
                }
            }
        }
    }
}
