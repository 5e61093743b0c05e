using System.Text.Json;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Shim;

/// <summary>The shim's own mount namespace, a slave of the host's (decision 0003).</summary>
internal static class MountNamespace
{
    /// <summary>False when the bundle asks for mounts that reach the host, so the shim stays where it is.</summary>
    internal static bool EnterUnlessShared(string bundle)
    {
        if (AsksForSharing(Path.Combine(bundle, "config.json")))
        {
            return false;
        }

        CurrentProcess.Unshare(CloneFlags.NewMount);
        Mounts.Mount(null, "/", null, MountFlags.Slave | MountFlags.Recursive);
        return true;
    }

    private static bool AsksForSharing(string path)
    {
        if (!File.Exists(path))
        {
            return true;
        }

        RuntimeSpec? spec;
        try
        {
            spec = JsonSerializer.Deserialize(File.ReadAllBytes(path), RuntimeJson.Default.RuntimeSpec);
        }
        catch (JsonException)
        {
            // The runtime says what is wrong with it.
            return true;
        }

        return spec?.Linux?.RootfsPropagation is "shared" or "rshared"
            || spec?.Mounts?.Any(mount => mount.Options?.Any(option => option is "shared" or "rshared") == true) == true;
    }
}
