using System.Globalization;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;

namespace Wharf.Cli.Containers;

internal sealed partial class CreateBody
{
    private void WriteHost()
    {
        List("Binds", [.. flags.All("volume").Where(volume => volume.Contains(':', StringComparison.Ordinal)).Select(Absolute)]);
        Value("ContainerIDFile", flags.Text("cidfile"));
        WriteLog();
        writer.WriteString("NetworkMode", flags.All("network") is { Count: > 0 } networks ? NetworkSetting.Parse(networks[0]).Name : "default");
        WritePorts();
        WriteRestart();
        Switch("AutoRemove", "rm");
        Text("VolumeDriver", "volume-driver");
        List("VolumesFrom", flags.All("volumes-from"));
        Map("Annotations", Variables.Map(flags.All("annotation")));
        List("CapAdd", flags.All("cap-add"));
        List("CapDrop", flags.All("cap-drop"));
        Text("CgroupnsMode", "cgroupns");
        List("Dns", flags.All("dns"));
        List("DnsOptions", flags.All("dns-option"));
        List("DnsSearch", flags.All("dns-search"));
        List("ExtraHosts", [.. flags.All("add-host").Select(Host)]);
        List("GroupAdd", flags.All("group-add"));
        Text("IpcMode", "ipc");
        List("Links", flags.All("link"));
        Int("OomScoreAdj", "oom-score-adj");
        Text("PidMode", "pid");
        Switch("Privileged", "privileged");
        Switch("PublishAllPorts", "publish-all");
        Switch("ReadonlyRootfs", "read-only");
        WriteSecurity();
        Map("StorageOpt", Variables.Map(flags.All("storage-opt")));
        Map("Tmpfs", Tmpfs());
        Text("UTSMode", "uts");
        Text("UsernsMode", "userns");
        Bytes("ShmSize", "shm-size");
        Map("Sysctls", Variables.Map(flags.All("sysctl")));
        Text("Runtime", "runtime");
        Text("Isolation", "isolation");
        Switch("Init", "init");
        WriteLimits();
        if (flags.All("mount").Count > 0)
        {
            writer.WriteStartArray("Mounts");
            foreach (string mount in flags.All("mount"))
            {
                MountSetting.Parse(mount).Write(writer);
            }

            writer.WriteEndArray();
        }

        if (flags.Is("tty"))
        {
            writer.WriteConsoleSize();
        }
    }

    private void WriteLimits()
    {
        Int("CpuShares", "cpu-shares");
        Bytes("Memory", "memory");
        if (flags.Has("cpus"))
        {
            writer.WriteNumber("NanoCpus", FlagCheck.NanoCpus(flags.Text("cpus"))!.Value);
        }

        Text("CgroupParent", "cgroup-parent");
        Int("BlkioWeight", "blkio-weight");
        Throttles("BlkioWeightDevice", "blkio-weight-device", "Weight");
        Throttles("BlkioDeviceReadBps", "device-read-bps", "Rate");
        Throttles("BlkioDeviceWriteBps", "device-write-bps", "Rate");
        Throttles("BlkioDeviceReadIOps", "device-read-iops", "Rate");
        Throttles("BlkioDeviceWriteIOps", "device-write-iops", "Rate");
        Int("CpuPeriod", "cpu-period");
        Int("CpuQuota", "cpu-quota");
        Int("CpuRealtimePeriod", "cpu-rt-period");
        Int("CpuRealtimeRuntime", "cpu-rt-runtime");
        Text("CpusetCpus", "cpuset-cpus");
        Text("CpusetMems", "cpuset-mems");
        WriteDevices();
        WriteDeviceRequests();
        Int("CpuCount", "cpu-count");
        Int("CpuPercent", "cpu-percent");
        Int("IOMaximumIOps", "io-maxiops");
        Bytes("IOMaximumBandwidth", "io-maxbandwidth");
        List("DeviceCgroupRules", flags.All("device-cgroup-rule"));
        Bytes("KernelMemory", "kernel-memory");
        Bytes("MemoryReservation", "memory-reservation");
        Bytes("MemorySwap", "memory-swap");
        Int("MemorySwappiness", "memory-swappiness");
        Switch("OomKillDisable", "oom-kill-disable");
        Int("PidsLimit", "pids-limit");
        if (flags.All("ulimit").Count > 0)
        {
            writer.WriteStartArray("Ulimits");
            foreach (string text in flags.All("ulimit"))
            {
                UlimitValue limit = UlimitValue.Parse(text, out _)!;
                writer.WriteStartObject();
                writer.WriteString("Name", limit.Name);
                writer.WriteNumber("Hard", limit.Hard);
                writer.WriteNumber("Soft", limit.Soft);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    }

    private void WriteLog()
    {
        if (!flags.Has("log-driver") && !flags.Has("log-opt"))
        {
            return;
        }

        writer.WriteStartObject("LogConfig");
        writer.WriteString("Type", flags.Text("log-driver"));
        writer.WriteStartObject("Config");
        foreach ((string name, string value) in Variables.Map(flags.All("log-opt")))
        {
            writer.WriteString(name, value);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WritePorts()
    {
        if (ports.Bindings.Count == 0)
        {
            return;
        }

        writer.WriteStartObject("PortBindings");
        foreach (IGrouping<string, PortBinding> port in ports.Bindings.GroupBy(binding => binding.Port))
        {
            writer.WriteStartArray(port.Key);
            foreach (PortBinding binding in port)
            {
                writer.WriteStartObject();
                writer.WriteString("HostIp", binding.HostAddress);
                writer.WriteString("HostPort", binding.HostPort);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WriteRestart()
    {
        if (!flags.Has("restart"))
        {
            return;
        }

        string[] parts = flags.Text("restart").Split(':');
        if (parts.Length > 2 || parts[0].Length == 0)
        {
            throw new InvalidSettingException(parts[0].Length == 0 ? "invalid restart policy format: no policy provided before colon" : "invalid restart policy format: maximum retry count must be an integer");
        }

        int count = 0;
        if (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out count))
        {
            throw new InvalidSettingException("invalid restart policy format: maximum retry count must be an integer");
        }

        if (flags.Is("rm") && parts[0] != "no")
        {
            throw new InvalidSettingException("conflicting options: cannot specify both --restart and --rm");
        }

        writer.WriteStartObject("RestartPolicy");
        writer.WriteString("Name", parts[0]);
        writer.WriteNumber("MaximumRetryCount", count);
        writer.WriteEndObject();
    }

    private void WriteSecurity()
    {
        var options = new List<string>();
        foreach (string option in flags.All("security-opt"))
        {
            int sign = option.IndexOfAny(['=', ':']);
            string name = sign < 0 ? option : option[..sign];
            string value = sign < 0 ? "" : option[(sign + 1)..];
            if (option == "systempaths=unconfined")
            {
                foreach (string paths in new[] { "MaskedPaths", "ReadonlyPaths" })
                {
                    writer.WriteStartArray(paths);
                    writer.WriteEndArray();
                }
            }
            else if (name == "seccomp" && value is not ("unconfined" or "builtin"))
            {
                options.Add("seccomp=" + Profile(value));
            }
            else if (sign < 0 && name != "no-new-privileges")
            {
                throw new InvalidSettingException($"Invalid --security-opt: \"{option}\"");
            }
            else
            {
                options.Add(option);
            }
        }

        List("SecurityOpt", options);
    }

    /// <summary>The engine may be on another machine: the profile itself is sent.</summary>
    private static string Profile(string path)
    {
        try
        {
            return Templates.GoJson.Of(JsonElement.Parse(File.ReadAllBytes(path)), escapeHtml: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidSettingException($"opening seccomp profile ({path}) failed: {(error is FileNotFoundException or DirectoryNotFoundException ? $"open {path}: no such file or directory" : error.Message)}");
        }
        catch (JsonException error)
        {
            throw new InvalidSettingException($"compacting json for seccomp profile ({path}) failed: {error.Message}");
        }
    }

    /// <summary>vendor/class=name: a device by its CDI name, which the engine looks up.</summary>
    private static bool IsQualified(string device) =>
        device.Split('=', 2) is [var kind, { Length: > 0 }] && kind.Split('/') is [{ Length: > 0 } vendor, { Length: > 0 }] && char.IsAsciiLetter(vendor[0]);

    private void WriteDeviceRequests()
    {
        string[] names = [.. flags.All("device").Where(IsQualified)];
        if (names.Length == 0 && !flags.Has("gpus"))
        {
            return;
        }

        writer.WriteStartArray("DeviceRequests");
        foreach (string request in flags.All("gpus"))
        {
            GpuRequest.Parse(request, out _)!.Write(writer);
        }

        if (names.Length > 0)
        {
            writer.WriteStartObject();
            writer.WriteString("Driver", "cdi");
            writer.WriteTexts("DeviceIDs", names);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void WriteDevices()
    {
        string[] paths = [.. flags.All("device").Where(device => !IsQualified(device))];
        if (paths.Length == 0)
        {
            return;
        }

        writer.WriteStartArray("Devices");
        foreach (string device in paths)
        {
            string[] parts = device.Split(':');
            bool second = parts.Length == 2 && parts[1].Length > 0 && parts[1].All(letter => letter is 'r' or 'w' or 'm');
            string inside = parts.Length > 1 && !second ? parts[1] : parts[0];
            string access = second ? parts[1] : parts.Length == 3 ? parts[2] : "rwm";
            if (parts.Length > 3 || parts[0].Length == 0 || access.Length == 0 || !access.All(letter => letter is 'r' or 'w' or 'm'))
            {
                throw new InvalidSettingException($"bad format for path: {device}");
            }

            writer.WriteStartObject();
            writer.WriteString("PathOnHost", parts[0]);
            writer.WriteString("PathInContainer", inside);
            writer.WriteString("CgroupPermissions", access);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Throttles(string name, string flag, string field)
    {
        if (flags.All(flag).Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (string text in flags.All(flag))
        {
            (string path, long rate) = DeviceLimit.Parse(flag, text);
            writer.WriteStartObject();
            writer.WriteString("Path", path);
            writer.WriteNumber(field, rate);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private Dictionary<string, string> Tmpfs()
    {
        var mounts = new Dictionary<string, string>();
        foreach (string text in flags.All("tmpfs"))
        {
            string[] parts = text.Split(':', 2);
            mounts[parts[0]] = parts.Length == 2 ? parts[1] : "";
        }

        return mounts;
    }

    /// <summary>A source that begins with a dot is meant from where the user stands.</summary>
    private static string Absolute(string volume)
    {
        int colon = volume.IndexOf(':', StringComparison.Ordinal);
        return volume.StartsWith('.') ? Path.GetFullPath(volume[..colon]) + volume[colon..] : volume;
    }

    private static string Host(string text)
    {
        int sign = text.IndexOfAny(['=', ':']);
        if (sign <= 0 || sign == text.Length - 1)
        {
            throw new UsageException($"invalid argument \"{text}\" for \"--add-host\" flag: bad format for add-host: \"{text}\"");
        }

        string address = text[(sign + 1)..].Trim('[', ']');
        return address == "host-gateway" || System.Net.IPAddress.TryParse(address, out _)
            ? $"{text[..sign]}:{address}"
            : throw new UsageException($"invalid argument \"{text}\" for \"--add-host\" flag: invalid IP address in add-host: \"{address}\"");
    }
}
