using Wharf.Libcontainer.Cgroups;
using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>A checkpoint, or a pre-dump, of a running container.</summary>
internal sealed class CriuDump(ContainerRecord record, Cgroup cgroup, CheckpointOptions options, Action<string> warn, Action<string> debug)
{
    private const string LogName = "dump.log";

    // From this version on criu freezes by cgroup v2 too.
    private const int FreezesUnified = 31400;

    // From this version on criu tells by notification that its page server is ready.
    private const int TellsReadiness = 31500;
    private int statusDescriptor = -1;

    internal void Run()
    {
        CriuProgram criu = CriuProgram.Find(options.Criu.Program, debug);
        debug($"Using CRIU {criu.Version.Number}");
        CriuCgroupMode mode = options.Criu.CgroupMode;
        using CriuFolders folders = CriuFolders.Make(options.Criu, LogName);
        if (options.PreDump)
        {
            criu.RequireFeatures(memoryTracking: true, lazyPages: false, debug);
        }

        if (options.Criu.LazyPages)
        {
            criu.RequireFeatures(memoryTracking: false, lazyPages: true, debug);
            statusDescriptor = CheckedStatusDescriptor();
        }

        IReadOnlyList<string> streams = StandardDescriptors.Named(record.InitPid, record.StandardDescriptors.Count > 0 ? record.StandardDescriptors : StandardDescriptors.Of(record.InitPid));
        CriuOptions request = new()
        {
            ImagesDirectory = folders.Image,
            WorkDirectory = folders.Work,
            Pid = record.InitPid,
            LogFile = folders.LogName,
            Root = record.Rootfs,
            ManageCgroups = mode,
            LeaveRunning = options.LeaveRunning,
            ExternalUnixSockets = options.Criu.ExternalUnixSockets,
            TcpEstablished = options.Criu.TcpEstablished,
            TcpSkipInFlight = options.TcpSkipInFlight,
            ShellJob = options.Criu.ShellJob,
            FileLocks = options.Criu.FileLocks,
            LinkRemap = options.LinkRemap,
            AutoDedup = options.Criu.AutoDedup,
            LazyPages = options.Criu.LazyPages,
            StatusDescriptor = statusDescriptor >= 0 && criu.Version.Number < TellsReadiness ? statusDescriptor : null,
            PageServer = options.PageServer,
            ParentImage = options.ParentPath,
            TrackMemory = options.ParentPath is not null,
            EmptyNamespaces = (uint)CloneFlags.NewNet,
            FreezeCgroup = cgroup.Pure && criu.Version.Number < FreezesUnified ? null : cgroup.Freezer,
            ConfigurationFile = CriuSettings.ConfigurationFile(record.Spec.Annotations),
            External = [.. ExternalNamespaces.Names(record.Spec, criu.Version), .. StandardDescriptors.External(streams)],
            ExternalMounts = options.PreDump ? [] : Mounts(),
        };
        if (!options.PreDump)
        {
            StandardDescriptors.Write(options.Criu.ImagePath, streams);
        }

        try
        {
            criu.Ask(new CriuRequest(options.PreDump ? CriuRequestKind.PreDump : CriuRequestKind.Dump, request), debug, Notified);
        }
        catch (ContainerException error)
        {
            throw folders.Explain(error, warn);
        }
    }

    /// <summary>A mount is named in the image by where it is; on restore the config says what is there.</summary>
    private IReadOnlyList<(string Key, string Value)> Mounts()
    {
        using FileDescriptor root = Files.Open($"/proc/{record.InitPid}/root", OpenFlags.Path | OpenFlags.Directory);
        bool ownNamespace = record.Spec.Linux?.Namespaces?.Any(one => one.Type == "cgroup") == true;
        return
        [
            .. ExternalMounts.Of(record.Spec, record.Bundle, cgroup.Mounts(ownNamespace), root).Select(mount => (mount.Place, mount.Place))
                .Concat(ExternalMounts.Masked(record.Spec, root).Select(mount => (mount.Place, mount.Source)))
                .DistinctBy(pair => pair.Item1),
        ];
    }

    private void Notified(CriuResponse notification, FileDescriptor? attached)
    {
        if (notification.Script == "status-ready" && statusDescriptor >= 0)
        {
            using var status = new FileDescriptor(statusDescriptor);
            statusDescriptor = -1;
            Files.Write(status, [0], "status-fd");
        }
    }

    private int CheckedStatusDescriptor()
    {
        if (options.StatusDescriptor >= 0 && !Files.IsWritable(options.StatusDescriptor))
        {
            throw new ContainerException($"invalid --status-fd argument {options.StatusDescriptor}: {(Files.IsOpen(options.StatusDescriptor) ? "not writable" : "bad file descriptor")}");
        }

        return options.StatusDescriptor;
    }
}
