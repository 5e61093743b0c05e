using System.Globalization;
using Wharf.ContainerdApi.Types;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Linux;

namespace Wharf.Containerd.Activations;

/// <summary>
/// Mounts that need more than the kernel: files as loop devices, filesystems made on the way, mounts that name each other. What is
/// recorded before it is mounted is unmounted after a crash, so nothing is left that nobody knows.
/// </summary>
internal sealed class MountActivations(MetadataStore store, string state, MountPreparation preparation) : IDisposable
{
    private const string Counter = "mount-number";
    private const string LoopType = "loop";
    private const string ErofsType = "erofs";
    private const string OverlayType = "overlay";
    private readonly string folder = Path.Combine(state, "io.containerd.mount-manager.v1.bolt", "t");
    private readonly SemaphoreSlim gate = new(1);

    /// <summary>True when somebody has to activate mounts before the kernel takes them.</summary>
    public static bool IsNeeded(IEnumerable<Mount> mounts) => mounts.Any(mount => MountPreparation.Split(mount.Type) is var (steps, type) && (steps.Count > 0 || IsOurs(type, mount)));

    /// <summary>
    /// Mounts what the kernel cannot on its own, with all in front of it; the rest is the caller's to mount. When
    /// <paramref name="temporary"/>, everything is mounted here, and what is left is one bind of it.
    /// </summary>
    /// <exception cref="ContainerdException">Unimplemented: nothing here needs to be activated.</exception>
    public async Task<ActivationInfo> ActivateAsync(CallScope scope, string name, IReadOnlyList<Mount> mounts, IReadOnlyDictionary<string, string> labels, bool temporary, CancellationToken cancellation)
    {
        if (name.Length == 0 || mounts.Count == 0)
        {
            throw ContainerdException.Invalid("activate mounts: a name and a mount are needed");
        }

        int count = Handled(mounts, temporary);
        if (count < 0)
        {
            throw new ContainerdException(ErrorKind.Unimplemented, $"activate mounts \"{name}\": the kernel takes them as they are: not implemented");
        }

        LabelRules.Check(labels);
        await gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(() => Activate(scope, name, mounts, labels, temporary, count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task DeactivateAsync(string scope, string name)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            Deactivate(scope, store.Read(records => Find(records, scope, name)));
        }
        finally
        {
            gate.Release();
        }
    }

    public ActivationInfo Info(string scope, string name) => store.Read(records => Find(records, scope, name)).Info;

    public IReadOnlyList<ActivationInfo> List(string scope) =>
        [.. store.Read(records => records.List(scope, RecordKind.Mount)).Select(record => ActivationRecord.Decode(record.Value)).Where(record => record.IsReady).Select(record => record.Info)];

    public ActivationInfo Update(string scope, ActivationInfo given, IEnumerable<string> paths)
    {
        LabelRules.Check(given.Labels);
        return store.Change(records =>
        {
            ActivationRecord record = Find(records, scope, given.Name);
            foreach (string path in paths)
            {
                if (!LabelRules.TryUpdate(path, record.Info.Labels, given.Labels))
                {
                    throw ContainerdException.Invalid($"cannot update \"{path}\" field of mount \"{given.Name}\"");
                }
            }

            records.Put(scope, RecordKind.Mount, given.Name, record.Encode());
            return record.Info;
        });
    }

    /// <summary>Unmounts what the daemon before this one had begun, and forgets what a reboot has taken away.</summary>
    public void Recover()
    {
        foreach ((string scope, _, byte[] value) in store.Read(records => records.ListEverywhere(RecordKind.Mount)))
        {
            ActivationRecord record = ActivationRecord.Decode(value);
            if (!record.IsReady || !Directory.Exists(Folder(record.Number)))
            {
                Deactivate(scope, record);
            }
        }
    }

    /// <summary>Deactivates what a lease kept that is no more, or what was for a container, image or snapshot that is no more.</summary>
    public async Task CollectAsync()
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            foreach ((string scope, ActivationRecord record) in store.Read(records => records.ListEverywhere(RecordKind.Mount)
                .Select(record => (record.Namespace, Record: ActivationRecord.Decode(record.Value)))
                .Where(one => !ActivationReferences.Keep(records, one.Namespace, one.Record))
                .ToArray()))
            {
                try
                {
                    Deactivate(scope, record);
                }
                catch (SyscallException error) when (error.Errno == Errno.EBUSY)
                {
                    // Somebody is in it; its record stays, and the next collection tries again.
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    /// <summary>How many of the mounts are made here: up to the last that the kernel does not take by itself. Negative when all are the kernel's as they are.</summary>
    private static int Handled(IReadOnlyList<Mount> mounts, bool temporary)
    {
        int count = -1;
        for (int index = 0; index < mounts.Count; index++)
        {
            (IReadOnlyList<string> steps, string type) = MountPreparation.Split(mounts[index].Type);
            if (temporary || IsOurs(type, mounts[index]))
            {
                count = index + 1;
            }
            else if (steps.Count > 0)
            {
                // It is prepared here and mounted by the caller, when no later one is ours.
                count = Math.Max(count, index);
            }
        }

        return count;
    }

    /// <summary>What is in a file, and layers shown with other owners, which shims before containerd 1.7 do not know how to mount.</summary>
    private static bool IsOurs(string type, Mount mount) => type is LoopType or ErofsType || (type is OverlayType && DescribedMount.IsMapped(mount.Options));

    private ActivationInfo Activate(CallScope scope, string name, IReadOnlyList<Mount> mounts, IReadOnlyDictionary<string, string> labels, bool temporary, int count)
    {
        var info = new ActivationInfo { Name = name };
        info.Labels.Add(labels.ToDictionary());
        ActivationRecord record = Begin(scope, name, info);
        try
        {
            Directory.CreateDirectory(Folder(record.Number));
            for (int index = 0; index < count; index++)
            {
                info.Active.Add(MountOne(preparation.Prepare(mounts[index], info.Active), Point(record.Number, index)));
            }

            if (count < mounts.Count)
            {
                info.System.Add(preparation.Prepare(mounts[count], info.Active));
                info.System.AddRange(mounts.Skip(count + 1).Select(mount => new Mount(mount)));
            }
            else
            {
                // The last one is here already; whoever has no use for a mount of ours gets it as one more name.
                info.System.Add(new Mount { Type = "bind", Source = info.Active[^1].MountPoint, Options = { "rbind" } });
                if (info.Active[^1].Mount.Type == ErofsType || mounts[^1].Options.Contains("ro"))
                {
                    info.System[0].Options.Add("ro");
                }
            }

            record = record with { IsReady = true };
            store.Change(records => records.Put(scope.Namespace, RecordKind.Mount, name, record.Encode()));
            return info;
        }
        catch
        {
            Deactivate(scope.Namespace, record);
            throw;
        }
    }

    private ActivationRecord Begin(CallScope scope, string name, ActivationInfo info) => store.Change(records =>
    {
        if (records.Find(scope.Namespace, RecordKind.Mount, name) is not null)
        {
            throw ContainerdException.AlreadyExists($"mount \"{name}\"");
        }

        ulong number = records.Find(string.Empty, RecordKind.Setting, Counter) is { } value ? BitConverter.ToUInt64(value) : 1;
        records.Put(string.Empty, RecordKind.Setting, Counter, BitConverter.GetBytes(number + 1));
        var record = new ActivationRecord(info, number, scope.Lease ?? string.Empty, IsReady: false);
        records.Put(scope.Namespace, RecordKind.Mount, name, record.Encode());
        return record;
    });

    private static ActiveMount MountOne(Mount mount, string point)
    {
        var described = new DescribedMount(mount.Type, mount.Source, [.. mount.Options.Where(option => !option.StartsWith("X-containerd.", StringComparison.Ordinal))]);
        if (mount.Type == LoopType)
        {
            using var device = LoopDevice.Of(mount.Source, mount.Options.Contains("ro"));
            File.CreateSymbolicLink(point, device.Path);

            // Until here the kernel frees it by itself.
            device.Keep(keep: true);
        }
        else
        {
            Directory.CreateDirectory(point, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            (mount.Type == ErofsType && !mount.Options.Contains(LoopType) ? described with { Options = [.. described.Options, LoopType] } : described).Mount(point);
        }

        return new ActiveMount { Mount = mount, MountedAt = LabelRules.Now(), MountPoint = point };
    }

    /// <summary>Last first; the record goes when all is unmounted, so that what could not be is tried again.</summary>
    private void Deactivate(string scope, ActivationRecord record)
    {
        string mine = Folder(record.Number);
        if (Directory.Exists(mine))
        {
            foreach (string point in Directory.EnumerateFileSystemEntries(mine).OrderByDescending(entry => int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture)).ToArray())
            {
                Unmount(point);
            }

            Directory.Delete(mine);
        }

        store.Remove(records => records.Delete(scope, RecordKind.Mount, record.Info.Name));
    }

    private static void Unmount(string point)
    {
        if (new FileInfo(point).LinkTarget is { } device)
        {
            LoopDevice.Release(device);
            File.Delete(point);
            return;
        }

        try
        {
            Mounts.Unmount(point, detach: false);
        }
        catch (SyscallException error) when (error.Errno == Errno.EINVAL)
        {
            // It was never mounted.
        }

        Directory.Delete(point);
    }

    private static ActivationRecord Find(RecordQueries records, string scope, string name) =>
        records.Find(scope, RecordKind.Mount, name) is { } value ? ActivationRecord.Decode(value) : throw ContainerdException.NotFound($"mount \"{name}\"");

    private string Folder(ulong number) => Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture));

    private string Point(ulong number, int index) => Path.Combine(Folder(number), index.ToString(CultureInfo.InvariantCulture));
}
