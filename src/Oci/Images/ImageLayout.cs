namespace Wharf.Oci.Images;

/// <summary>The file <c>oci-layout</c>: image-spec 1.1, image-layout.md.</summary>
public sealed record ImageLayout
{
    public const string FileName = "oci-layout";

    public required string ImageLayoutVersion { get; init; }
}
