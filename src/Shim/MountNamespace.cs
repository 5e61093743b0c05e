using System.Text.Json;
using Wharf.Linux;

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

        // A scan without building the document: the shim stays small for as long as its container lives.
        var reader = new Utf8JsonReader(File.ReadAllBytes(path));
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String && (reader.ValueTextEquals("rshared"u8) || reader.ValueTextEquals("shared"u8)))
                {
                    return true;
                }
            }

            return false;
        }
        catch (JsonException)
        {
            // The runtime says what is wrong with it.
            return true;
        }
    }
}
