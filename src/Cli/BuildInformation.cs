using System.Runtime.InteropServices;

namespace Wharf.Cli;

/// <summary>What this client says about itself.</summary>
internal static class BuildInformation
{
    internal const string Commit = "unknown";

    /// <summary>By Go's names, which the API uses.</summary>
    internal static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
