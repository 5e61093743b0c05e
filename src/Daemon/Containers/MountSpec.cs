using Wharf.Daemon.Volumes;
using Wharf.EngineApi.Containers;
using Wharf.Linux;
using Mount = Wharf.Oci.Runtime.Mount;

namespace Wharf.Daemon.Containers;

/// <summary>
/// A container's mounts in the runtime's terms. A part of a volume is resolved by the kernel below the volume, and what was found is
/// mounted at a place of the host by its descriptor, so that no link in it can be turned between the look and the mount; the places are
/// given back when this is disposed of, which is when the runtime has mounted them.
/// </summary>
internal sealed class MountSpec : IDisposable
{
    private static readonly string[] Careful = ["noexec", "nosuid", "nodev"];
    private readonly List<string> held = [];
    private readonly HostPlaces places;

    private MountSpec(HostPlaces places) => this.places = places;

    internal List<Mount> Mounts { get; } = [];

    /// <exception cref="EngineException">A source that is gone, or a part that a volume does not have.</exception>
    internal static MountSpec Of(ContainerDocument document, VolumeMounts volumes, IReadOnlyDictionary<string, IReadOnlyList<string>> images, HostPlaces places)
    {
        var spec = new MountSpec(places);
        try
        {
            foreach (ContainerMount mount in document.Mounts)
            {
                spec.Mounts.Add(spec.One(mount, volumes, images));
            }

            foreach ((string destination, string options) in document.HostConfig.Tmpfs ?? new Dictionary<string, string>())
            {
                string[] given = options.Split(',', StringSplitOptions.RemoveEmptyEntries);
                string[] standard = [.. Careful.Where(option => !given.Contains(option[2..]))];
                spec.Mounts.Add(new Mount { Destination = BindSpecification.Clean(destination), Type = "tmpfs", Source = "tmpfs", Options = [.. standard, .. given] });
            }

            // What is mounted below another mount comes after it.
            spec.Mounts.Sort((left, right) => Depth(left).CompareTo(Depth(right)));
            return spec;
        }
        catch
        {
            spec.Dispose();
            throw;
        }
    }

    public void Dispose() => held.ForEach(HostPlaces.Release);

    private static int Depth(Mount mount) => mount.Destination.Count(letter => letter == '/');

    private Mount One(ContainerMount mount, VolumeMounts volumes, IReadOnlyDictionary<string, IReadOnlyList<string>> images)
    {
        switch (mount.Type)
        {
            case ContainerMount.Memory:
                return new Mount { Destination = mount.Destination, Type = "tmpfs", Source = "tmpfs", Options = mount.Options };
            case ContainerMount.OfImage:
                return OfImage(mount, images[mount.Destination]);
            case ContainerMount.OfVolume:
                string content = volumes.Use(mount.Volume!);
                return Bind(mount, mount.Subpath.Length == 0 ? content : Part(content, mount.Subpath, $"volume \"{mount.Volume}\""), ["rbind", "rprivate"]);
            default:
                if (!Path.Exists(mount.Source))
                {
                    // docker makes the folder that a bind in the short form names.
                    Directory.CreateDirectory(mount.Source);
                }

                return Bind(mount, mount.Source, [mount.NonRecursive ? "bind" : "rbind", mount.Propagation]);
        }
    }

    private static Mount Bind(ContainerMount mount, string source, string[] options) => new()
    {
        Destination = mount.Destination,
        Type = "bind",
        Source = source,
        Options = [.. options, Access(mount)],
    };

    /// <summary>A read-only mount is so with all that is mounted below it, where the kernel can (5.12).</summary>
    private static string Access(ContainerMount mount) =>
        !mount.ReadOnly ? "rw" : mount.NonRecursive || mount.ReadOnlyNonRecursive || mount.Propagation is not ("" or "rprivate") ? "ro" : "rro";

    private Mount OfImage(ContainerMount mount, IReadOnlyList<string> layers)
    {
        if (layers is [var only])
        {
            return Bind(mount, mount.Subpath.Length == 0 ? only : Part(only, mount.Subpath, $"image \"{mount.Source}\""), ["rbind", "rprivate"]);
        }

        return mount.Subpath.Length > 0
            ? throw new EngineException(EngineErrorKind.NotImplemented, $"mount image \"{mount.Source}\": a subpath of an image with more than one layer is not supported")
            : new Mount { Destination = mount.Destination, Type = "overlay", Source = "overlay", Options = ["ro", "lowerdir=" + string.Join(':', layers)] };
    }

    /// <summary>Mounts what a descriptor has until the runtime has taken it over; the path.</summary>
    internal string Place(FileDescriptor tree)
    {
        string place = places.Mount(tree);
        held.Add(place);
        return place;
    }

    private string Part(string folder, string subpath, string what)
    {
        using FileDescriptor root = Files.Open(folder, OpenFlags.Path | OpenFlags.Directory);
        try
        {
            using FileDescriptor part = Files.OpenInRoot(root, subpath, OpenFlags.Path);
            using FileDescriptor tree = Linux.Mounts.CopyTree(part, recursive: true, subpath);
            return Place(tree);
        }
        catch (SyscallException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"cannot access path {subpath} of {what}: {ErrnoText.Of(error.Errno)}", error);
        }
    }
}
