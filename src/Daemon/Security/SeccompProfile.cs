using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Wharf.Daemon.Host;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Security;

/// <summary>Turns a profile in docker's format into the filter of one container on this host.</summary>
internal static class SeccompProfile
{
    internal static void Check(string json) => _ = Read(json);

    internal static Seccomp For(string json, IReadOnlyCollection<string> capabilities)
    {
        SeccompDocument profile = Read(json);
        string own = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";
        SeccompDocumentArchitecture? mapped = profile.ArchMap?.FirstOrDefault(one => one.Architecture == own);
        return new Seccomp
        {
            DefaultAction = profile.DefaultAction,
            DefaultErrnoRet = profile.DefaultErrnoRet,
            Architectures = profile.Architectures is { Count: > 0 } given ? given : mapped is null ? null : [own, .. mapped.SubArchitectures ?? []],
            Flags = profile.Flags,
            ListenerPath = profile.ListenerPath,
            ListenerMetadata = profile.ListenerMetadata,
            Syscalls = [.. (profile.Syscalls ?? []).Where(rule => Holds(rule, capabilities)).Select(rule => new SeccompRule
            {
                Names = rule.Names is { Count: > 0 } names ? names : [rule.Name!],
                Action = rule.Action,
                ErrnoRet = rule.ErrnoRet,
                Args = rule.Args is { Count: > 0 } arguments ? arguments : null,
            })],
        };
    }

    private static bool Holds(SeccompDocumentRule rule, IReadOnlyCollection<string> capabilities)
    {
        string architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        return (rule.Includes is not { } wanted
                || ((wanted.Arches is not { Count: > 0 } arches || arches.Contains(architecture))
                    && (wanted.Caps ?? []).All(capabilities.Contains)
                    && (wanted.MinKernel is not { Length: > 0 } kernel || IsAtLeast(kernel))))
            && (rule.Excludes is not { } unwanted
                || (unwanted.Arches?.Contains(architecture) != true
                    && !(unwanted.Caps ?? []).Any(capabilities.Contains)
                    && (unwanted.MinKernel is not { Length: > 0 } newest || !IsAtLeast(newest))));
    }

    private static bool IsAtLeast(string version)
    {
        int[] wanted = Numbers(version);
        int[] own = Numbers(HostFacts.Kernel);
        return own[0] > wanted[0] || (own[0] == wanted[0] && own[1] >= wanted[1]);
    }

    private static int[] Numbers(string version)
    {
        string[] parts = version.Split('.', '-');
        return [.. parts.Concat(["0", "0"]).Take(2).Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)];
    }

    private static SeccompDocument Read(string json)
    {
        SeccompDocument profile;
        try
        {
            profile = JsonSerializer.Deserialize(json, SeccompDocumentJson.Default.SeccompDocument) ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"decoding seccomp profile failed: {error.Message.TrimEnd('.')}", error);
        }

        if (profile.Architectures is { Count: > 0 } && profile.ArchMap is { Count: > 0 })
        {
            throw Invalid("both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'");
        }

        foreach (SeccompDocumentRule rule in profile.Syscalls ?? [])
        {
            if (rule.Name is { Length: > 0 } && rule.Names is { Count: > 0 })
            {
                throw Invalid("both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'");
            }

            if (string.IsNullOrEmpty(rule.Name) && rule.Names is not { Count: > 0 })
            {
                throw Invalid("a rule of the seccomp profile has neither 'name' nor 'names'");
            }
        }

        return profile;
    }

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
