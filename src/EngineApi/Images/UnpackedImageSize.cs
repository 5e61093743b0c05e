namespace Wharf.EngineApi.Images;

/// <param name="Unpacked">Bytes of its snapshots.</param>
public sealed record UnpackedImageSize(long Unpacked);
