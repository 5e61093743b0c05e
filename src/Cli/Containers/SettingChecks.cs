using System.Net;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Containers;

/// <summary>What is refused before an engine is asked, in the words that docker's client has for it.</summary>
internal static class SettingChecks
{
    private static readonly string[] Sysctls =
        ["kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"];

    private static readonly string[] HealthTimes = ["health-interval", "health-timeout", "health-start-period", "health-start-interval"];

    /// <exception cref="InvalidSettingException">A value makes no sense.</exception>
    /// <exception cref="UsageException">A value is not of the flag's form.</exception>
    internal static void Check(FlagValues flags)
    {
        CheckForms(flags);
        Refuse(!IsMode(flags.Text("pid"), "host", "container:"), "--pid: invalid PID mode");
        Refuse(!IsMode(flags.Text("uts"), "host"), "--uts: invalid UTS mode");

        // "auto" is our own engine's.
        Refuse(!IsMode(flags.Text("userns"), "host", "auto", "auto:"), "--userns: invalid USER mode");
        Refuse(!IsMode(flags.Text("cgroupns"), "host", "private"), "--cgroupns: invalid CGROUP mode");
        foreach (string name in HealthTimes)
        {
            Refuse(flags.Duration(name) < 0, $"--{name} cannot be negative");
        }

        Refuse(flags.Int("health-retries") < 0, "--health-retries cannot be negative");
        Refuse(flags.Int("memory-swappiness", -1) is < -1 or > 100, $"invalid value: {flags.Int("memory-swappiness")}. Valid memory swappiness range is 0-100");
        Refuse(flags.Text("log-driver") == "none" && flags.Has("log-opt"), "invalid logging opts for driver none");
        Refuse(flags.All("storage-opt").Any(option => !option.Contains('=', StringComparison.Ordinal)), "invalid storage option");
        Refuse(flags.Text("mac-address") is { Length: > 0 } address && !IsMacAddress(address), $"{flags.Text("mac-address")} is not a valid mac address");
        CheckNetworks(flags);
    }

    private static void CheckNetworks(FlagValues flags)
    {
        string[] networks = [.. flags.All("network").Select(network => NetworkSetting.Parse(network).Name)];
        Refuse(networks.Length > 1 && networks.Any(network => !IsOwn(network)), "conflicting options: cannot attach both user-defined and non-user-defined network-modes");
        string? twice = networks.FirstOrDefault(network => networks.Count(other => other == network) > 1);
        Refuse(twice is not null, $"network \"{twice}\" is specified multiple times");
        Refuse(flags.Has("network-alias") && (networks.Length == 0 || !IsOwn(networks[0])), "network-scoped aliases are only supported for user-defined networks");
    }

    /// <summary>Whether it is a network of the user's, not a kind of network that is always there.</summary>
    private static bool IsOwn(string network) =>
        network is not ("default" or "bridge" or "host" or "none" or "") && !network.StartsWith("container:", StringComparison.Ordinal);

    private static void CheckForms(FlagValues flags)
    {
        foreach (string server in flags.All("dns"))
        {
            Form("dns", server, IPAddress.TryParse(server, out _), $"IP address is not correctly formatted: {server}");
        }

        foreach (string setting in flags.All("sysctl"))
        {
            string name = setting.Split('=')[0];
            bool known = setting.Contains('=', StringComparison.Ordinal)
                && (Sysctls.Contains(name) || name.StartsWith("net.", StringComparison.Ordinal) || name.StartsWith("fs.mqueue.", StringComparison.Ordinal));
            Form("sysctl", setting, known, $"sysctl '{setting}' is not allowed");
        }
    }

    private static void Form(string flag, string value, bool isRight, string refusal)
    {
        if (!isRight)
        {
            throw new UsageException($"invalid argument \"{value}\" for \"--{flag}\" flag: {refusal}");
        }
    }

    private static bool IsMode(string value, params ReadOnlySpan<string> known)
    {
        foreach (string mode in known)
        {
            if (value == mode || (mode.EndsWith(':') && value.Length > mode.Length && value.StartsWith(mode, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return value.Length == 0;
    }

    private static void Refuse(bool wrong, string words)
    {
        if (wrong)
        {
            throw new InvalidSettingException(words);
        }
    }

    /// <summary>Six bytes in hex with colons or dashes between, or three pairs of them with points.</summary>
    private static bool IsMacAddress(string text)
    {
        char separator = text.Contains(':', StringComparison.Ordinal) ? ':' : text.Contains('-', StringComparison.Ordinal) ? '-' : '.';
        string[] parts = text.Split(separator);
        int width = separator == '.' ? 4 : 2;
        return parts.Length == 12 / width && parts.All(part => part.Length == width && part.All(char.IsAsciiHexDigit));
    }
}
