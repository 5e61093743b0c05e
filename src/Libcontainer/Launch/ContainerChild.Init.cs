using Wharf.Libcontainer.Hooks;
using Wharf.Libcontainer.Mounts;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

internal sealed partial class ContainerChild
{
    private void CompleteInit(ProcFiles proc, bool joined = false)
    {
        RuntimeSpec spec = settings.Spec;
        Trace("child process in init()");
        BecomeRootInside();
        CurrentProcess.StartSession();
        if (settings.NewKeyring)
        {
            CurrentProcess.JoinSessionKeyring("_ses." + settings.Id);
        }

        if (!joined)
        {
            settings.Namespaces.Join();
        }

        if (settings.Namespaces.New.HasFlag(CloneFlags.NewCgroup))
        {
            // After this process has entered its cgroup: the namespace's root is where it is now.
            CurrentProcess.Unshare(CloneFlags.NewCgroup);
        }

        if (settings.Namespaces.New.HasFlag(CloneFlags.NewNet))
        {
            Loopback.Up();
        }

        using RootFilesystem? root = settings.Namespaces.ChangesMounts
            ? new RootFilesystem(spec, settings.Bundle, settings.Rootfs, settings.Cgroup!.Mounts(settings.Namespaces.New.HasFlag(CloneFlags.NewCgroup)), AskForSource)
            : null;
        Timeline.Mark("namespaces set up");
        root?.Prepare();
        Timeline.Mark("mounts and devices made");
        settings.Channel.Send(SyncMessage.Mounted);
        settings.Channel.Expect(SyncMessage.Go);
        new HookRunner("createContainer") { Environment = [], Folder = settings.Rootfs }.Run(spec.Hooks?.CreateContainer, settings.StateForHooks("created"));
        if (root is not null)
        {
            // Others live in a namespace that is joined: their root stays where it is.
            root.Enter(!settings.Namespaces.New.HasFlag(CloneFlags.NewMount) ? RootEntrance.Change : settings.NoPivot ? RootEntrance.Move : RootEntrance.Pivot);
            MakeWorkingDirectory(root.Tree);
            NullStreams.Reopen();
        }
        else
        {
            if (spec.Linux?.MaskedPaths is { Count: > 0 } || spec.Linux?.ReadonlyPaths is { Count: > 0 })
            {
                // Joined by a path, which the checks of the spec do not follow.
                throw new ContainerException("unable to restrict sys entries without a private MNT namespace");
            }

            // In the host's own mount namespace nothing is mounted, as nobody would take it away again: the container has its rootfs and no more.
            using FileDescriptor rootfs = Files.Open(settings.Rootfs, OpenFlags.Path | OpenFlags.Directory);
            MakeWorkingDirectory(new RootedTree(rootfs, settings.Rootfs));
            if (settings.Process.Terminal == true)
            {
                // The host's devpts is the only one.
                ConsoleSetup.Apply(settings.ConsoleSocket, settings.Process, null);
            }

            CurrentProcess.ChangeDirectory(rootfs, settings.Rootfs);
            CurrentProcess.ChangeRootHere();
        }

        Timeline.Mark("in its root");
        if (settings.Process.Terminal == true && root is not null)
        {
            ConsoleSetup.Apply(settings.ConsoleSocket, settings.Process, root.Tree);
        }

        if (spec.Hostname is { Length: > 0 } host)
        {
            CurrentProcess.SetHostName(host);
        }

        if (spec.Domainname is { Length: > 0 } domain)
        {
            CurrentProcess.SetDomainName(domain);
        }

        SecurityLabels.Set(proc, settings.Process);
        foreach ((string name, string value) in spec.Linux?.Sysctl ?? new Dictionary<string, string>())
        {
            WriteSysctl(proc, name, value);
        }

        Timeline.Mark("names and sysctls written");
        root?.Close();
        Timeline.Mark("paths masked");
        Become(proc);
    }

    private FileDescriptor AskForSource(int mount)
    {
        settings.Channel.Send(SyncMessage.Source, mount.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return settings.Channel.ExpectDescriptor(SyncMessage.Go);
    }

    private void MakeWorkingDirectory(RootedTree tree)
    {
        if (settings.Process.Cwd.Trim('/').Length > 0)
        {
            try
            {
                tree.MakeDirectory(settings.Process.Cwd).Dispose();
            }
            catch (SyscallException error) when (error.Errno is Errno.EROFS or Errno.ENOTDIR or Errno.EACCES)
            {
                // Entering it below gives the error that the user understands.
            }
        }
    }

    private static void WriteSysctl(ProcFiles proc, string name, string value)
    {
        try
        {
            proc.Write("sys/" + SysctlPath.Of(name), value);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"write sysctl key {name}: {ErrnoText.Of(error.Errno)}", error);
        }
    }
}
