namespace Wharf.EngineApi.Images;

/// <summary>What a manifest and all that it names take here.</summary>
/// <param name="Total">Bytes of content and of unpacked layers.</param>
/// <param name="Content">Bytes in the content store.</param>
public sealed record ImageManifestSize(long Total, long Content);
