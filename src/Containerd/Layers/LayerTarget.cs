using Wharf.ContainerdApi.Types;

namespace Wharf.Containerd.Layers;

/// <summary>Where a layer goes: the folder that its files are written to, and the folders of the layers below it, nearest first.</summary>
internal sealed record LayerTarget(string Folder, IReadOnlyList<string> Below, bool Overlay)
{
    /// <summary>Writes past the mount into the upper folder: nothing is mounted, nothing can be left mounted.</summary>
    public static LayerTarget Of(IReadOnlyList<Mount> mounts)
    {
        if (mounts is not [var mount])
        {
            throw ContainerdException.Invalid($"apply layer: {mounts.Count} mounts instead of one");
        }

        string? Option(string name) => mount.Options.FirstOrDefault(option => option.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
        return mount.Type switch
        {
            "bind" when !mount.Options.Contains("ro") => new LayerTarget(mount.Source, [], Overlay: false),
            "overlay" when Option("upperdir=") is { } upper => new LayerTarget(upper, Option("lowerdir=")?.Split(':') ?? [], Overlay: true),
            "bind" or "overlay" => throw ContainerdException.Precondition("apply layer: the snapshot is read-only"),
            _ => throw new ContainerdException(ErrorKind.Unimplemented, $"apply layer: mount type \"{mount.Type}\": not implemented"),
        };
    }
}
