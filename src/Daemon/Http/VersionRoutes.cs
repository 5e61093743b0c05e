using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Wharf.EngineApi.Engine;

namespace Wharf.Daemon.Http;

/// <summary>GET /version.</summary>
internal static class VersionRoutes
{
    internal const string Version = "0.1.0";

    internal static IEnumerable<ApiRoute> All() => [new("GET", "/version", (context, _) => Answers.JsonAsync(context, Describe(), EngineJson.Default.VersionInfo))];

    private static VersionInfo Describe()
    {
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        string architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        return new VersionInfo
        {
            Platform = new VersionPlatform { Name = "Wharf" },
            Components = [new VersionComponent { Name = "Engine", Version = Version, Details = new Dictionary<string, string> { ["ApiVersion"] = ApiVersion.Newest, ["MinAPIVersion"] = ApiVersion.Oldest, ["Os"] = "linux", ["Arch"] = architecture, ["KernelVersion"] = kernel } }],
            Version = Version,
            ApiVersion = ApiVersion.Newest,
            MinAPIVersion = ApiVersion.Oldest,
            Os = "linux",
            Arch = architecture,
            KernelVersion = kernel,
        };
    }
}
