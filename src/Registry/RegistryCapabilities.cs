namespace Wharf.Registry;

/// <summary>What a place that serves a registry's API may be asked for.</summary>
[Flags]
public enum RegistryCapabilities
{
    None = 0,

    /// <summary>Content by its digest.</summary>
    Pull = 1,

    /// <summary>What a tag means: only somebody who is trusted is asked.</summary>
    Resolve = 2,

    /// <summary>Taking content.</summary>
    Push = 4,

    All = Pull | Resolve | Push,
}
