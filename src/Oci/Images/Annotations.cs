namespace Wharf.Oci.Images;

/// <summary>Annotations that engines act on: image-spec 1.1, annotations.md, and containerd's.</summary>
public static class Annotations
{
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The whole image name in an index, where <see cref="RefName"/> is often only the tag.</summary>
    public const string ContainerdImageName = "io.containerd.image.name";

    /// <summary>BuildKit marks manifests that hold provenance and are no image.</summary>
    public const string DockerReferenceType = "vnd.docker.reference.type";
}
