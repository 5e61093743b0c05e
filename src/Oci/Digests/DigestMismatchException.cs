namespace Wharf.Oci.Digests;

/// <summary>Content is not what its digest says.</summary>
public sealed class DigestMismatchException(Digest expected, Digest actual)
    : Exception($"content has digest {actual} instead of {expected}")
{
    public Digest Expected { get; } = expected;

    public Digest Actual { get; } = actual;
}
