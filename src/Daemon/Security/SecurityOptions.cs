using Wharf.EngineApi.Containers;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Security;

/// <summary>What HostConfig.SecurityOpt says.</summary>
/// <param name="NoNewPrivileges">Null: nothing is said.</param>
/// <param name="Seccomp">"unconfined", "builtin" or a profile in JSON; null: nothing is said.</param>
/// <param name="AppArmor">Name of a profile; null: nothing is said.</param>
/// <param name="Labels">Of SELinux, as given.</param>
/// <param name="OpenPaths">Whether nothing is masked or read-only below /proc and /sys.</param>
/// <param name="WritableCgroups">Whether /sys/fs/cgroup can be written.</param>
internal sealed record SecurityOptions(bool? NoNewPrivileges, string? Seccomp, string? AppArmor, IReadOnlyList<string> Labels, bool OpenPaths, bool WritableCgroups)
{
    private const string Unconfined = "unconfined";
    private const string Builtin = "builtin";

    /// <exception cref="EngineException">An option that docker does not have, or a value that makes no sense.</exception>
    internal static SecurityOptions Parse(IReadOnlyList<string>? options)
    {
        var parsed = new SecurityOptions(null, null, null, [], false, false);
        foreach (string option in options ?? [])
        {
            // A colon is docker's older separator.
            int end = option.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 ? equals : option.IndexOf(':', StringComparison.Ordinal);
            (string name, string value) = end > 0 ? (option[..end], option[(end + 1)..]) : (option, "");
            parsed = name switch
            {
                "no-new-privileges" => parsed with { NoNewPrivileges = value.Length == 0 || Flag(option, value) },
                "seccomp" when value.Length > 0 => parsed with { Seccomp = value },
                "apparmor" when value.Length > 0 => parsed with { AppArmor = value },
                "label" => parsed with { Labels = [.. parsed.Labels, value] },
                "systempaths" when value == Unconfined => parsed with { OpenPaths = true },
                "writable-cgroups" => parsed with { WritableCgroups = value.Length == 0 || Flag(option, value) },
                _ => throw new EngineException(EngineErrorKind.InvalidParameter, end > 0 ? $"invalid --security-opt 2: \"{option}\"" : $"invalid --security-opt 1: \"{option}\""),
            };
        }

        if (parsed.Seccomp is not (null or Unconfined or Builtin))
        {
            SeccompProfile.Check(parsed.Seccomp);
        }

        return parsed;
    }

    /// <summary>The filter; null for none.</summary>
    /// <param name="daemon">The daemon's own profile, where a container says nothing: as <see cref="Seccomp"/>.</param>
    internal Seccomp? Filter(HostConfig host, IReadOnlyCollection<string> capabilities, string? daemon)
    {
        // A privileged container has a filter only if it asks for one.
        string wanted = Seccomp ?? (host.Privileged ? Unconfined : daemon ?? Builtin);
        return wanted switch
        {
            Unconfined => null,
            Builtin => DefaultSeccomp.For(capabilities),
            _ => SeccompProfile.For(wanted, capabilities),
        };
    }

    private static bool Flag(string option, string value) => value is "true" or "1" || (value is "false" or "0" ? false : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid --security-opt 2: \"{option}\""));
}
