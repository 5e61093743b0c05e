using Wharf.Libcontainer.Cgroups;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Criu;

/// <summary>The processes of an image brought back to life, in the cgroup and the bundle of a container that is being made.</summary>
internal sealed class CriuRestore(ContainerRecord record, Cgroup cgroup, RestoreOptions options, Action<string> warn, Action<string> debug)
{
    private const string LogName = "restore.log";

    // From this version on another security profile than the image's can be asked for.
    private const int TakesProfile = 31600;
    private readonly CriuProgram criu = CriuProgram.Find(options.Criu.Program, debug);

    /// <summary>Where the standard streams of the restored process lead.</summary>
    internal IReadOnlyList<string> Streams { get; } = HasTerminal(record.Spec) ? ["/dev/null", "/dev/null", "/dev/null"] : StandardDescriptors.Of(CurrentProcess.Id);

    /// <param name="place">An empty folder for the root.</param>
    /// <param name="made">Called with the process when its namespaces are there, before its processes are.</param>
    /// <param name="restored">Called with the process when all is restored, before it goes on.</param>
    internal void Run(string place, Action<int> made, Action<int> restored)
    {
        debug($"Using CRIU {criu.Version.Number}");
        RequireProfileSupport();
        CriuOptions settings = Settings(place);
        using OpenNamespaces namespaces = OpenNamespaces.Of(record.Spec, criu.Version);
        using FileDescriptor? console = options.ConsoleSocket is null ? null : UnixSockets.Connect(options.ConsoleSocket);
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair();
        CriuChild child;
        using (theirs)
        {
            child = CriuChild.Start(criu.Path, new RestoreRoot(record.Spec, record.Bundle, record.Rootfs, place), theirs, streams: !HasTerminal(record.Spec), namespaces.Files);
        }

        using (ours)
        using (child)
        {
            using CriuFolders folders = Prepare(child, place, out IReadOnlyList<ExternalMount> externals);
            var request = new CriuRequest(CriuRequestKind.Restore, settings with
            {
                ImagesDirectory = folders.Image,
                WorkDirectory = folders.Work,
                ExternalMounts = [.. externals.Select(one => (one.Place, one.Source))],
                CgroupRoots = Cgroup.Memberships(child.Id),
                InheritedDescriptors = [.. settings.InheritedDescriptors, .. namespaces.Keys.Select((key, index) => (key, CriuChild.FirstInherited + index))],
            });
            try
            {
                new CriuSession(ours, child.Id, debug).Run(request, (notification, attached) => Notified(notification, attached, console, made, restored));
            }
            catch (ContainerException error)
            {
                throw folders.Explain(error, warn);
            }
        }
    }

    /// <summary>All of the request but what only the child's mount namespace can tell.</summary>
    private CriuOptions Settings(string place) => new()
    {
        LogFile = LogName,
        Root = place,
        ManageCgroups = options.Criu.CgroupMode,
        EvasiveDevices = true,
        RestoreSibling = true,
        ExternalUnixSockets = options.Criu.ExternalUnixSockets,
        TcpEstablished = options.Criu.TcpEstablished,
        ShellJob = options.Criu.ShellJob,
        FileLocks = options.Criu.FileLocks,
        AutoDedup = options.Criu.AutoDedup,
        LazyPages = options.Criu.LazyPages,
        EmptyNamespaces = (uint)CloneFlags.NewNet,
        ConfigurationFile = CriuSettings.ConfigurationFile(record.Spec.Annotations),
        LsmProfile = options.LsmProfile,
        LsmMountContext = options.LsmMountContext,
        JoinedNamespaces = ExternalNamespaces.ByPath(record.Spec),
        InheritedDescriptors = StandardDescriptors.Read(options.Criu.ImagePath),
    };

    /// <summary>Brings the child to where it is criu, with the image checked against what the child has mounted.</summary>
    private CriuFolders Prepare(CriuChild child, string place, out IReadOnlyList<ExternalMount> externals)
    {
        CriuFolders? folders = null;
        try
        {
            cgroup.Take(child.Id);
            child.AwaitMounted();
            externals = Mounts(child, place);
            var check = new MountImageCheck(record.Spec, externals);
            foreach (IReadOnlyList<ImageMount> mounts in MountImage.ReadAll(options.Criu.ImagePath))
            {
                check.Run(mounts);
            }

            folders = CriuFolders.Open(options.Criu, LogName, child.Id);
            child.Continue();
            return folders;
        }
        catch
        {
            folders?.Dispose();
            child.Abandon();
            throw;
        }
    }

    private static bool HasTerminal(RuntimeSpec spec) => spec.Process?.Terminal == true;

    private void RequireProfileSupport()
    {
        string? flag = options.LsmProfile is not null ? "--lsm-profile" : options.LsmMountContext is not null ? "--lsm-mount-context" : null;
        if (flag is not null && criu.Version.Number < TakesProfile)
        {
            throw new ContainerException($"{flag} requires at least CRIU 3.16");
        }
    }

    /// <summary>What is behind each external mount, by the place that it has in the container: links are resolved in the tree that the child has made.</summary>
    private IReadOnlyList<ExternalMount> Mounts(CriuChild child, string place)
    {
        using FileDescriptor root = Files.Open($"/proc/{child.Id}/root{place}", OpenFlags.Path | OpenFlags.Directory);
        bool ownNamespace = record.Spec.Linux?.Namespaces?.Any(one => one.Type == "cgroup") == true;
        IEnumerable<ExternalMount> masks = record.Spec.Linux?.MaskedPaths is { Count: > 0 } ? [ExternalMount.Of(ExternalMounts.NullDevice, ExternalMounts.NullDevice)] : [];
        return [.. ExternalMounts.Of(record.Spec, record.Bundle, cgroup.Mounts(ownNamespace), root).Concat(masks).DistinctBy(mount => mount.Place)];
    }

    private static void Notified(CriuResponse notification, FileDescriptor? attached, FileDescriptor? console, Action<int> made, Action<int> restored)
    {
        switch (notification.Script)
        {
            case "setup-namespaces":
                made(notification.Pid);
                break;
            case "post-restore":
                restored(notification.Pid);
                break;
            case "orphan-pts-master":
                UnixSockets.Send(
                    console ?? throw new ContainerException("the image has a terminal: --console-socket is needed"),
                    "orphan-pts-master"u8,
                    attached ?? throw new ContainerException("criu sent no descriptor with orphan-pts-master"));
                break;
            default:
                break;
        }
    }
}
