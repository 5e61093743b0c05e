using Wharf.Libcontainer.Launch;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Mounts;

/// <summary>
/// Sources of bind mounts that the container's process cannot open itself: id-mapped ones, because the mapping of a mount takes a
/// privilege over its filesystem, and those behind directories that its user may not enter. The runtime opens them when the process
/// asks, in the container's mount namespace, so that mounts made before are seen, and hands them over detached.
/// </summary>
internal sealed class HostSources
{
    private readonly IReadOnlyList<Mount> mounts;
    private readonly LinuxPlatform linux;
    private readonly string bundle;
    private readonly FileDescriptor? joinedUsers;

    /// <param name="joinedUsers">The user namespace that the container joins; the caller's.</param>
    internal HostSources(RuntimeSpec spec, string bundle, FileDescriptor? joinedUsers)
    {
        this.joinedUsers = joinedUsers;
        mounts = spec.Mounts ?? [];
        linux = spec.Linux!;
        this.bundle = bundle;
        foreach (Mount mount in mounts.Where(IsMapped))
        {
            if (!MountOptions.Parse(mount.Options).Bind)
            {
                throw new ContainerException($"mount \"{mount.Destination}\": id-mapped mounts are only supported for bind-mounts");
            }

            if (!TakesJoined(mount))
            {
                Mappings(mount);
            }
        }
    }

    /// <summary>A relative source is one of the bundle.</summary>
    internal static string PathOf(Mount mount, string bundle) =>
        Path.GetFullPath(mount.Source ?? throw new ContainerException($"bind mount \"{mount.Destination}\" has no source"), bundle);

    internal static bool IsMapped(Mount mount) =>
        mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 } || mount.Options?.Any(option => option is "idmap" or "ridmap") == true;

    /// <summary>The source of the mount of this number in the spec, for the process of this id.</summary>
    internal FileDescriptor Open(int process, int number)
    {
        Mount mount = mounts[number];
        MountOptions options = MountOptions.Parse(mount.Options);
        string path = PathOf(mount, bundle);
        using FileDescriptor place = Files.Open($"/proc/{process}/ns/mnt", OpenFlags.ReadOnly);
        using FileDescriptor? mapping = IsMapped(mount) ? MappingOf(mount) : null;
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair();
        using (ours)
        {
            // A process of its own, because there is no way back from another mount namespace.
            int helper = CurrentProcess.Clone(CloneFlags.None);
            if (helper == 0)
            {
                ours.Dispose();
                Hand(new SyncChannel(theirs), place, path, options, mapping);
                CurrentProcess.Exit(0);
            }

            theirs.Dispose();
            using var channel = new SyncChannel(ours);
            try
            {
                return channel.ExpectDescriptor(SyncMessage.Go);
            }
            finally
            {
                Processes.Wait(helper);
            }
        }
    }

    private static void Hand(SyncChannel channel, FileDescriptor place, string path, MountOptions options, FileDescriptor? mapping)
    {
        try
        {
            CurrentProcess.Join(place, CloneFlags.NewMount, "mount namespace of the container");
            using FileDescriptor source = Linux.Mounts.CopyTree(path, options.Recursive);
            if (mapping is not null)
            {
                Linux.Mounts.SetAttributes(source, MountAttributes.IdMap, 0, 0, options.IdMapRecursive, path, mapping);
            }

            channel.Send(SyncMessage.Go, attached: source);
        }
        catch (SyscallException error)
        {
            channel.Send(SyncMessage.Error, error.Message);
        }
    }

    /// <summary>Without mappings of its own a mount takes those of the container, which are in no document where its user namespace is joined.</summary>
    private bool TakesJoined(Mount mount) => joinedUsers is not null && mount.UidMappings is not { Count: > 0 } && mount.GidMappings is not { Count: > 0 };

    private FileDescriptor MappingOf(Mount mount)
    {
        if (TakesJoined(mount))
        {
            return Files.DuplicateCloseOnExec(joinedUsers!);
        }

        (IReadOnlyList<IdMapping> users, IReadOnlyList<IdMapping> groups) = Mappings(mount);
        return UserNamespace(users, groups);
    }

    private (IReadOnlyList<IdMapping> Users, IReadOnlyList<IdMapping> Groups) Mappings(Mount mount)
    {
        IReadOnlyList<IdMapping>? users = mount.UidMappings is { Count: > 0 } ownUsers ? ownUsers : linux.UidMappings;
        IReadOnlyList<IdMapping>? groups = mount.GidMappings is { Count: > 0 } ownGroups ? ownGroups : linux.GidMappings;
        return users is { Count: > 0 } && groups is { Count: > 0 }
            ? (users, groups)
            : throw new ContainerException($"mount \"{mount.Destination}\": id-mapped mounts need both uidMappings and gidMappings");
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
