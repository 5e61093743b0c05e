using System.Text.Json;
using Wharf.Daemon.Security;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Tests.Security;

/// <summary>The built-in profile says what docker's does: Data/seccomp-default-profile.json holds docker's facts.</summary>
public sealed class DefaultSeccompTests
{
    private static readonly string[] Own = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? ["arm64"] : ["amd64", "x32", "x86"];

    public static TheoryData<string> CapabilitySets => ["", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE CAP_BPF", "CAP_DAC_READ_SEARCH CAP_SYS_BOOT CAP_SYS_CHROOT CAP_SYS_MODULE CAP_SYS_PACCT CAP_SYS_RAWIO CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_SYS_NICE CAP_SYSLOG CAP_PERFMON CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_BPF"];

    [Theory]
    [MemberData(nameof(CapabilitySets))]
    public void Every_call_is_treated_as_docker_treats_it(string set)
    {
        string[] capabilities = set.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Seccomp profile = DefaultSeccomp.For(capabilities);
        SortedSet<string> ours = [.. profile.Syscalls!.SelectMany(rule => rule.Names.Select(name => Line(name, rule.Action, rule.ErrnoRet, rule.Args?.Select(one => $"{one.Index}{one.Op}{Values(one.Op, one.Value, one.ValueTwo ?? 0)}") ?? [])))];

        SortedSet<string> expected = [.. Expected(capabilities)];

        Assert.Equal("SCMP_ACT_ERRNO", profile.DefaultAction);
        Assert.Equal(1u, profile.DefaultErrnoRet);
        Assert.Empty(expected.Except(ours));
        Assert.Empty(ours.Except(expected));
    }

    private static IEnumerable<string> Expected(string[] capabilities)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "seccomp-default-profile.json")));
        foreach (JsonElement rule in document.RootElement.GetProperty("syscalls").EnumerateArray())
        {
            if (!Texts(rule, "includes", "caps").All(capabilities.Contains)
                || (Texts(rule, "includes", "arches") is { Length: > 0 } arches && !arches.Intersect(Own).Any())
                || Texts(rule, "excludes", "caps").Any(capabilities.Contains)
                || Texts(rule, "excludes", "arches").Intersect(Own).Any())
            {
                continue;
            }

            uint? errno = rule.TryGetProperty("errnoRet", out JsonElement number) && number.ValueKind == JsonValueKind.Number ? number.GetUInt32() : null;
            IEnumerable<string> arguments = rule.TryGetProperty("args", out JsonElement list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select(one => $"{one.GetProperty("index")}{one.GetProperty("op").GetString()}{Values(one.GetProperty("op").GetString()!, one.GetProperty("value").GetUInt64(), one.TryGetProperty("valueTwo", out JsonElement two) ? two.GetUInt64() : 0)}")]
                : [];
            foreach (JsonElement name in rule.GetProperty("names").EnumerateArray())
            {
                yield return Line(name.GetString()!, rule.GetProperty("action").GetString()!, errno, arguments);
            }
        }
    }

    private static string Values(string operation, ulong value, ulong second) => operation == "SCMP_CMP_MASKED_EQ" ? $"{value}/{second}" : $"{value}";

    private static string Line(string name, string action, uint? errno, IEnumerable<string> arguments) => $"{name} {action} {errno} {string.Join(' ', arguments)}";

    private static string[] Texts(JsonElement rule, string part, string name) =>
        rule.TryGetProperty(part, out JsonElement found) && found.ValueKind == JsonValueKind.Object && found.TryGetProperty(name, out JsonElement texts)
            ? [.. texts.EnumerateArray().Select(one => one.GetString()!)]
            : [];
}
