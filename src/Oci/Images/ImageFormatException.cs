namespace Wharf.Oci.Images;

/// <summary>A manifest, index, config or archive is not what the specs say.</summary>
public sealed class ImageFormatException(string message, Exception? cause = null) : Exception(message, cause);
