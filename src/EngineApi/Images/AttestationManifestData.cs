namespace Wharf.EngineApi.Images;

/// <param name="For">The digest of the manifest that the statements are about.</param>
public sealed record AttestationManifestData(string For);
