using System.Globalization;
using System.Runtime.InteropServices;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Security;

/// <summary>Docker's default seccomp profile for a container's capabilities on this host's architecture.</summary>
internal static class DefaultSeccomp
{
    internal static Seccomp For(IReadOnlyCollection<string> capabilities)
    {
        bool arm = RuntimeInformation.OSArchitecture == Architecture.Arm64;
        string[] own = arm ? ["arm64"] : ["amd64", "x32", "x86"];
        var rules = new List<SeccompRule>();
        string condition = string.Empty;
        var names = new List<string>();
        foreach (string line in DefaultSeccompRules.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Append("[]"))
        {
            if (!line.StartsWith('['))
            {
                names.AddRange(line.Split(' '));
                continue;
            }

            if (names.Count > 0 && Rule(condition, [.. names], capabilities, own) is { } rule)
            {
                rules.Add(rule);
            }

            condition = line.Trim('[', ']');
            names.Clear();
        }

        return new Seccomp
        {
            DefaultAction = "SCMP_ACT_ERRNO",
            DefaultErrnoRet = 1,
            Architectures = arm ? ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"] : ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            Syscalls = rules,
        };
    }

    /// <summary>Null when the condition does not hold here.</summary>
    private static SeccompRule? Rule(string condition, string[] names, IReadOnlyCollection<string> capabilities, string[] own)
    {
        var arguments = new List<SeccompArgument>();
        uint? errno = null;
        foreach (string part in condition.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split(':', 2);
            switch (pair[0])
            {
                case "arch" when !pair[1].Split('/').Intersect(own).Any():
                case "cap" when !pair[1].Split('/').All(capabilities.Contains):
                case "nocap" when pair[1].Split('/').Any(capabilities.Contains):
                    return null;
                case "arg":
                    arguments.Add(Argument(pair[1]));
                    break;
                case "errno":
                    errno = uint.Parse(pair[1], CultureInfo.InvariantCulture);
                    break;
            }
        }

        return new SeccompRule
        {
            Names = names,
            Action = errno is null ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO",
            ErrnoRet = errno,
            Args = arguments.Count == 0 ? null : arguments,
        };
    }

    private static SeccompArgument Argument(string text) => new()
    {
        Index = (uint)(text[0] - '0'),
        Value = ulong.Parse(text[2..], CultureInfo.InvariantCulture),
        Op = text[1] switch { '<' => "SCMP_CMP_LT", '>' => "SCMP_CMP_GT", '&' => "SCMP_CMP_MASKED_EQ", _ => "SCMP_CMP_EQ" },
        ValueTwo = text[1] == '&' ? 0 : null,
    };
}
