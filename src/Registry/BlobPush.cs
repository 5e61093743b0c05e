namespace Wharf.Registry;

/// <summary>How a blob came to be in a registry.</summary>
public enum BlobPush
{
    /// <summary>It was there.</summary>
    Present,

    /// <summary>From another repository of the same registry.</summary>
    Mounted,

    Sent,
}
