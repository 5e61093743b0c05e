using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>
/// A mount of a container whose source is the host's: where it is in the container, links resolved; what is there on restore; and
/// what may not be done with it.
/// </summary>
internal sealed record ExternalMount(string Place, string Source, MountFlags Restrictions = 0)
{
    /// <summary>
    /// criu is told "mnt[KEY]:VALUE" and looks a key up by comparing beginnings, and an empty key means that every source named in
    /// the image is to be believed. A name that could be read in another way is refused (CVE-2026-119101, CVE-2026-115520).
    /// </summary>
    internal static ExternalMount Of(string place, string source, MountFlags restrictions = 0)
    {
        if (place.Trim('/').Length == 0)
        {
            throw OverRoot(source);
        }

        string? ambiguous = place.Contains("]:", StringComparison.Ordinal) ? place : source.Contains("]:", StringComparison.Ordinal) ? source : null;
        return ambiguous is null ? new ExternalMount(place, source, restrictions)
            : throw new ContainerException($"mount \"{ambiguous}\": a name with \"]:\" cannot be checkpointed or restored");
    }

    internal static ContainerException OverRoot(string operand) => new($"mount \"{operand}\": a mount over the root of the container cannot be checkpointed or restored");
}
