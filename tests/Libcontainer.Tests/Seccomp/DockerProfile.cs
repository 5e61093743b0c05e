using System.Text.Json;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Tests.Seccomp;

/// <summary>Docker's published default profile as a container with given capabilities gets it on x86-64.</summary>
internal static class DockerProfile
{
    private static readonly string[] OwnArchitectures = ["amd64", "x32", "x86"];

    internal static Wharf.Oci.Runtime.Seccomp For(params string[] capabilities)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "seccomp-default-profile.json")));
        return new Wharf.Oci.Runtime.Seccomp
        {
            DefaultAction = document.RootElement.GetProperty("defaultAction").GetString()!,
            DefaultErrnoRet = document.RootElement.GetProperty("defaultErrnoRet").GetUInt32(),
            Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            Syscalls = [.. document.RootElement.GetProperty("syscalls").EnumerateArray().Where(rule => Applies(rule, capabilities)).Select(rule => JsonSerializer.Deserialize(rule, RuntimeJson.Default.SeccompRule)!)],
        };
    }

    private static bool Applies(JsonElement rule, string[] capabilities)
    {
        string[] Words(string group, string name) =>
            rule.TryGetProperty(group, out JsonElement condition) && condition.TryGetProperty(name, out JsonElement words) ? [.. words.EnumerateArray().Select(word => word.GetString()!)] : [];

        return Words("includes", "caps").All(capabilities.Contains)
            && !Words("excludes", "caps").Any(capabilities.Contains)
            && (Words("includes", "arches") is not { Length: > 0 } only || only.Intersect(OwnArchitectures).Any())
            && !Words("excludes", "arches").Intersect(OwnArchitectures).Any();
    }
}
