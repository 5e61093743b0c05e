using System.Globalization;
using System.Text.Json;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Configuration;

/// <summary>Reads the command line, then the config file for what the command line leaves open.</summary>
internal static class OptionsReader
{
    /// <exception cref="EngineException">An unknown flag, a flag without its value, or a malformed file.</exception>
    public static DaemonOptions Read(IReadOnlyList<string> arguments)
    {
        var options = new DaemonOptions();
        bool configNamed = false;
        for (int index = 0; index < arguments.Count; index++)
        {
            string[] parts = arguments[index].Split('=', 2);
            string flag = parts[0];
            if (Switch(options, flag, parts.Length == 1 ? "true" : parts[1]) is { } switched)
            {
                options = switched;
                continue;
            }

            string value = parts.Length == 2 ? parts[1]
                : index + 1 < arguments.Count ? arguments[++index]
                : throw new EngineException(EngineErrorKind.InvalidParameter, $"flag needs an argument: {flag}");
            configNamed |= flag == "--config-file";
            options = flag switch
            {
                "-H" or "--host" => options with { Hosts = [.. options.Hosts, value] },
                "-G" or "--group" => options with { Group = value },
                "--tlscacert" => options with { TlsAuthority = value },
                "--tlscert" => options with { TlsCertificate = value },
                "--tlskey" => options with { TlsKey = value },
                "--data-root" => options with { DataRoot = value },
                "--exec-root" => options with { ExecRoot = value },
                "-p" or "--pidfile" => options with { PidFile = value },
                "--containerd" => options with { Containerd = value },
                "--config-file" => options with { ConfigFile = value },
                "-b" or "--bridge" => options with { Bridge = value },
                "--bip" => options with { BridgeAddress = value },
                "--ip" => options with { HostBinding = IpAddress.TryParse(value, out IpAddress binding) && !binding.IsV6 ? value : throw Invalid(flag, value) },
                "--default-address-pool" => options with { AddressPools = [.. options.AddressPools, AddressPools.Parse(value)] },
                "--mtu" => options with { Mtu = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int mtu) && mtu is >= 68 and <= 65535 ? mtu : throw Invalid(flag, value) },
                "--label" => options with { Labels = [.. options.Labels, value] },
                "--log-driver" => options with { LogDriver = value },
                "--log-opt" => options with { LogOptions = Option(options.LogOptions, flag, value) },
                "--authorization-plugin" => options with { AuthorizationPlugins = [.. options.AuthorizationPlugins, value] },
                "--metrics-addr" => options with { MetricsAddress = value },
                "--userns-remap" => options with { UserNamespace = value },
                "--cdi-spec-dir" => options with { CdiFolders = [.. options.CdiFolders, value] },
                "--init-path" => options with { InitPath = value },
                "--seccomp-profile" => options with { Seccomp = Profile(value) },
                "--cgroup-parent" => options with { CgroupParent = value },
                "-s" or "--storage-driver" => options with { StorageDriver = ContainerDefaults.Snapshotter(value) ?? options.StorageDriver },
                "--default-runtime" => options with { Runtime = value },
                "--add-runtime" => options with { Runtimes = ContainerDefaults.Runtime(options.Runtimes, value) },
                "--exec-opt" => options with { SystemdCgroup = ContainerDefaults.CgroupDriver(value) ?? options.SystemdCgroup },
                "--default-shm-size" => options with { Defaults = options.Defaults with { SharedMemory = ContainerDefaults.SharedMemory(value) } },
                "--default-ipc-mode" => options with { Defaults = options.Defaults with { IpcMode = ContainerDefaults.IpcMode(value) } },
                "--default-cgroupns-mode" => options with { Defaults = options.Defaults with { CgroupnsMode = ContainerDefaults.CgroupnsMode(value) } },
                "--default-ulimit" => options with { Defaults = options.Defaults with { Ulimits = [.. options.Defaults.Ulimits, ContainerDefaults.Limit(value)] } },
                "--dns" => options with { Names = options.Names with { Servers = [.. options.Names.Servers, ContainerDefaults.Address("dns", value)] } },
                "--dns-opt" => options with { Names = options.Names with { Options = [.. options.Names.Options, value] } },
                "--dns-search" => options with { Names = options.Names with { Search = [.. options.Names.Search, value] } },
                "--host-gateway-ip" => options with { Names = options.Names with { HostGateways = [.. options.Names.HostGateways, ContainerDefaults.Address("host-gateway-ip", value)] } },
                "--insecure-registry" => options with { InsecureRegistries = [.. options.InsecureRegistries, value] },
                "--max-concurrent-downloads" => options with { Downloads = Positive(flag, value) },
                "--max-concurrent-uploads" => options with { Uploads = Positive(flag, value) },
                "--max-download-attempts" => options with { DownloadAttempts = Positive(flag, value) },
                "--registry-mirror" => options with { RegistryMirrors = [.. options.RegistryMirrors, value] },
                _ => throw new EngineException(EngineErrorKind.InvalidParameter, $"unknown flag: {flag}"),
            };
        }

        return WithFile(options, configNamed);
    }

    /// <summary>Flags that need no value; null for others.</summary>
    private static DaemonOptions? Switch(DaemonOptions options, string flag, string value) => flag switch
    {
        "-D" or "--debug" => options with { Debug = Flag(flag, value) },
        "--experimental" => options with { Experimental = Flag(flag, value) },
        "--init" => options with { UsesInit = Flag(flag, value) },
        "--no-new-privileges" => options with { NoNewPrivileges = Flag(flag, value) },
        "--tls" => options with { UsesTls = Flag(flag, value) },
        "--tlsverify" => options with { VerifiesClients = Flag(flag, value) },
        "--iptables" => options with { Firewall = Flag(flag, value) },
        "--ipv6" => options with { Inet6 = Flag(flag, value) },
        "--icc" => options with { Talking = Flag(flag, value) },
        "--ip-masq" => options with { Masquerade = Flag(flag, value) },
        "--ip-forward" => options with { Forward = Flag(flag, value) },
        _ => null,
    };

    private static bool Flag(string flag, string value) => value is "true" or "1" || (value is "false" or "0" ? false : throw Invalid(flag, value));

    private static int Positive(string flag, string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw Invalid(flag, value);

    /// <summary>A number of the config file; 0 is docker's way to say: as ever.</summary>
    private static int Positive(string key, int? value, int standard) => value switch
    {
        null or 0 => standard,
        > 0 => value.Value,
        _ => throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid {key}: {value}"),
    };

    private static EngineException Invalid(string flag, string value) => new(EngineErrorKind.InvalidParameter, $"invalid argument \"{value}\" for flag {flag}");

    private static Dictionary<string, string> Option(IReadOnlyDictionary<string, string> known, string flag, string text)
    {
        string[] pair = text.Split('=', 2);
        return pair.Length == 2 && pair[0].Length > 0 ? new Dictionary<string, string>(known) { [pair[0]] = pair[1] } : throw Invalid(flag, text);
    }

    /// <summary>A profile by name, or the text of one in a file.</summary>
    private static string Profile(string value)
    {
        if (value is "builtin" or "default" or "" or "unconfined")
        {
            return value is "unconfined" ? value : "builtin";
        }

        try
        {
            string text = File.ReadAllText(value);
            Security.SeccompProfile.Check(text);
            return text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"opening seccomp profile ({value}) failed: {error.Message.TrimEnd('.')}", error);
        }
    }

    private static DaemonOptions WithFile(DaemonOptions options, bool mustExist)
    {
        if (!File.Exists(options.ConfigFile))
        {
            return mustExist ? throw new EngineException(EngineErrorKind.InvalidParameter, $"read config file \"{options.ConfigFile}\": no such file or directory") : options;
        }

        ConfigFile file;
        IReadOnlyList<string> ignored;
        try
        {
            byte[] text = File.ReadAllBytes(options.ConfigFile);
            ignored = ConfigKeys.Check(options.ConfigFile, text, ConfigFile.Keys);
            file = JsonSerializer.Deserialize(text, ConfigurationJson.Default.ConfigFile) ?? new ConfigFile();
        }
        catch (JsonException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"read config file \"{options.ConfigFile}\": {error.Message.TrimEnd('.')}", error);
        }

        var standard = new DaemonOptions();
        return options with
        {
            Hosts = options.Hosts.Count > 0 ? options.Hosts : file.Hosts ?? [],
            DataRoot = file.DataRoot is { } root && options.DataRoot == standard.DataRoot ? root : options.DataRoot,
            Group = options.Group ?? file.Group,
            UsesTls = options.UsesTls ?? file.UsesTls,
            VerifiesClients = options.VerifiesClients ?? file.VerifiesClients,
            TlsAuthority = options.TlsAuthority == standard.TlsAuthority ? file.TlsAuthority ?? options.TlsAuthority : options.TlsAuthority,
            TlsCertificate = options.TlsCertificate == standard.TlsCertificate ? file.TlsCertificate ?? options.TlsCertificate : options.TlsCertificate,
            TlsKey = options.TlsKey == standard.TlsKey ? file.TlsKey ?? options.TlsKey : options.TlsKey,
            Debug = options.Debug || file.Debug == true,
            Experimental = options.Experimental || file.Experimental == true,
            UserNamespace = options.UserNamespace.Length > 0 ? options.UserNamespace : file.UserNamespace ?? "",
            CdiFolders = options.CdiFolders.Count > 0 ? options.CdiFolders : file.CdiFolders ?? [],
            Bridge = options.Bridge == standard.Bridge ? file.Bridge ?? options.Bridge : options.Bridge,
            BridgeAddress = options.BridgeAddress.Length > 0 ? options.BridgeAddress : file.BridgeAddress ?? "",
            Firewall = options.Firewall && file.Firewall != false,
            Inet6 = options.Inet6 && file.Inet6 != false,
            Talking = options.Talking && file.Talking != false,
            HostBinding = options.HostBinding == standard.HostBinding ? file.HostBinding ?? options.HostBinding : options.HostBinding,
            AddressPools = options.AddressPools.Count > 0 ? options.AddressPools : [.. (file.AddressPools ?? []).Select(one => AddressPools.Parse($"base={one.Base},size={one.Size}"))],
            Masquerade = options.Masquerade && file.Masquerade != false,
            Forward = options.Forward && file.Forward != false,
            Labels = [.. options.Labels, .. file.Labels ?? []],
            LogDriver = options.LogDriver == standard.LogDriver ? file.LogDriver ?? options.LogDriver : options.LogDriver,
            LogOptions = options.LogOptions.Count > 0 ? options.LogOptions : file.LogOptions ?? options.LogOptions,
            AuthorizationPlugins = options.AuthorizationPlugins.Count > 0 ? options.AuthorizationPlugins : file.AuthorizationPlugins ?? [],
            MetricsAddress = options.MetricsAddress.Length > 0 ? options.MetricsAddress : file.MetricsAddress ?? "",
            UsesInit = options.UsesInit || file.UsesInit == true,
            InitPath = options.InitPath.Length > 0 ? options.InitPath : file.InitPath ?? "",
            NoNewPrivileges = options.NoNewPrivileges || file.NoNewPrivileges == true,
            Seccomp = options.Seccomp ?? (file.SeccompProfile is { } profile ? Profile(profile) : null),
            CgroupParent = options.CgroupParent.Length > 0 ? options.CgroupParent : file.CgroupParent ?? "",
            ExecRoot = options.ExecRoot == standard.ExecRoot ? file.ExecRoot ?? options.ExecRoot : options.ExecRoot,
            PidFile = options.PidFile == standard.PidFile ? file.PidFile ?? options.PidFile : options.PidFile,
            Mtu = options.Mtu == standard.Mtu ? file.Mtu ?? options.Mtu : options.Mtu,
            Downloads = options.Downloads == standard.Downloads ? Positive("max-concurrent-downloads", file.Downloads, options.Downloads) : options.Downloads,
            Uploads = options.Uploads == standard.Uploads ? Positive("max-concurrent-uploads", file.Uploads, options.Uploads) : options.Uploads,
            DownloadAttempts = options.DownloadAttempts == standard.DownloadAttempts ? Positive("max-download-attempts", file.DownloadAttempts, options.DownloadAttempts) : options.DownloadAttempts,
            Containerd = options.Containerd == standard.Containerd ? file.Containerd ?? options.Containerd : options.Containerd,
            StorageDriver = options.StorageDriver == standard.StorageDriver ? ContainerDefaults.Snapshotter(file.StorageDriver) ?? options.StorageDriver : options.StorageDriver,
            Runtimes = ContainerDefaults.Runtimes(options.Runtimes, file.Runtimes),
            SystemdCgroup = options.SystemdCgroup || (file.ExecOptions ?? []).Select(ContainerDefaults.CgroupDriver).LastOrDefault(one => one is not null) == true,
            Defaults = ContainerDefaults.With(options.Defaults, file),
            Names = ContainerDefaults.With(options.Names, file),
            Runtime = options.Runtime == standard.Runtime ? file.Runtime ?? options.Runtime : options.Runtime,
            Ignored = ignored,
            InsecureRegistries = [.. options.InsecureRegistries, .. file.InsecureRegistries ?? []],
            RegistryMirrors = [.. options.RegistryMirrors, .. file.RegistryMirrors ?? []],
        };
    }
}
