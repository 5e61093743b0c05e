using Wharf.ContainerdApi.Types;
using Wharf.Oci.Images;
using OciPlatform = Wharf.Oci.Images.Platform;
using Platform = Wharf.ContainerdApi.Types.Platform;

namespace Wharf.Containerd.Transfers;

/// <summary>Which manifests of an index a transfer is about.</summary>
internal sealed class PlatformChoice(IReadOnlyList<Platform> wanted)
{
    /// <summary>All of them when no platform is named.</summary>
    public bool IsAll => wanted.Count == 0;

    public static OciPlatform Of(Platform platform) => new()
    {
        Os = platform.Os.Length > 0 ? platform.Os : OciPlatform.Host.Os,
        Architecture = platform.Architecture.Length > 0 ? platform.Architecture : OciPlatform.Host.Architecture,
        Variant = platform.Variant.Length > 0 ? platform.Variant : null,
    };

    /// <summary>The best for each platform that is wanted; one without a platform may be any.</summary>
    public IReadOnlyList<Descriptor> Choose(IReadOnlyList<Descriptor> manifests)
    {
        if (IsAll)
        {
            return manifests;
        }

        var chosen = new List<Descriptor>(manifests.Where(manifest => manifest.Platform is null));
        foreach (Platform platform in wanted)
        {
            Descriptor? best = manifests
                .Where(manifest => manifest.Platform is not null && Of(platform).Distance(manifest.Platform) is not null)
                .MinBy(manifest => Of(platform).Distance(manifest.Platform!));
            if (best is not null && !chosen.Contains(best))
            {
                chosen.Add(best);
            }
        }

        return chosen;
    }
}
