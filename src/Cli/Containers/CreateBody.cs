using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;

namespace Wharf.Cli.Containers;

/// <summary>
/// The body of container create, written field by field from the flags: what was not asked for is not sent, so engines of every
/// version keep their own defaults.
/// </summary>
internal sealed partial class CreateBody : IDisposable
{
    private readonly FlagValues flags;
    private readonly ArrayBufferWriter<byte> buffer = new(2048);
    private readonly Utf8JsonWriter writer;
    private readonly PortSettings ports;
    private IReadOnlyList<string> environment = [];

    private CreateBody(FlagValues flags)
    {
        this.flags = flags;
        writer = new Utf8JsonWriter(buffer);
        ports = PortSettings.Parse(flags.All("publish"), flags.All("expose"));
    }

    /// <exception cref="InvalidSettingException">A flag's value makes no sense.</exception>
    internal static ReadOnlyMemory<byte> Write(FlagValues flags, string image, IReadOnlyList<string> command, AttachedStreams attached, IReadOnlyList<string> environment)
    {
        SettingChecks.Check(flags);
        using var body = new CreateBody(flags) { environment = environment };
        body.WriteAll(image, command, attached);
        return body.buffer.WrittenMemory;
    }

    /// <summary>The body of container update: limits and the restart policy.</summary>
    /// <exception cref="InvalidSettingException">A flag's value makes no sense.</exception>
    internal static ReadOnlyMemory<byte> WriteUpdate(FlagValues flags)
    {
        using var body = new CreateBody(flags);
        body.writer.WriteStartObject();
        body.WriteLimits();
        body.WriteRestart();
        body.writer.WriteEndObject();
        body.writer.Flush();
        return body.buffer.WrittenMemory;
    }

    public void Dispose() => writer.Dispose();

    private void WriteAll(string image, IReadOnlyList<string> command, AttachedStreams attached)
    {
        writer.WriteStartObject();
        Text("Hostname", "hostname");
        Text("Domainname", "domainname");
        Text("User", "user");
        writer.WriteBoolean("AttachStdin", attached.Input);
        writer.WriteBoolean("AttachStdout", attached.Output);
        writer.WriteBoolean("AttachStderr", attached.Error);
        writer.WriteBoolean("Tty", flags.Is("tty"));
        writer.WriteBoolean("OpenStdin", flags.Is("interactive"));
        writer.WriteBoolean("StdinOnce", flags.Is("interactive") && attached.Input);
        List("Env", environment);
        List("Cmd", command);
        writer.WriteString("Image", image);
        Text("WorkingDir", "workdir");
        Text("MacAddress", "mac-address");
        if (flags.Has("entrypoint"))
        {
            writer.WriteTexts("Entrypoint", [flags.Text("entrypoint")]);
        }

        Map("Labels", Variables.Labels(flags.All("label-file"), flags.All("label")));
        Text("StopSignal", "stop-signal");
        Int("StopTimeout", "stop-timeout");
        WriteHealth();
        if (ports.Exposed.Count > 0)
        {
            Set("ExposedPorts", ports.Exposed);
        }

        string[] volumes = [.. flags.All("volume").Where(volume => !volume.Contains(':', StringComparison.Ordinal))];
        if (volumes.Length > 0)
        {
            Set("Volumes", volumes);
        }

        writer.WriteStartObject("HostConfig");
        WriteHost();
        writer.WriteEndObject();
        WriteNetworking();
        writer.WriteEndObject();
        writer.Flush();
    }

    private void WriteHealth()
    {
        if (flags.Is("no-healthcheck"))
        {
            if (flags.Has("health-cmd"))
            {
                throw new InvalidSettingException("--no-healthcheck conflicts with --health-* options");
            }

            writer.WriteStartObject("Healthcheck");
            List("Test", ["NONE"]);
            writer.WriteEndObject();
            return;
        }

        if (!flags.Has("health-cmd") && !flags.Has("health-interval") && !flags.Has("health-timeout") && !flags.Has("health-retries") && !flags.Has("health-start-period") && !flags.Has("health-start-interval"))
        {
            return;
        }

        writer.WriteStartObject("Healthcheck");
        if (flags.Text("health-cmd") is { Length: > 0 } test)
        {
            List("Test", ["CMD-SHELL", test]);
        }

        Duration("Interval", "health-interval");
        Duration("Timeout", "health-timeout");
        Duration("StartPeriod", "health-start-period");
        Duration("StartInterval", "health-start-interval");
        Int("Retries", "health-retries");
        writer.WriteEndObject();
    }

    private void WriteNetworking()
    {
        IReadOnlyList<string> networks = flags.All("network");
        bool plain = networks.Count <= 1 && !flags.Has("network-alias") && !flags.Has("ip") && !flags.Has("ip6") && !flags.Has("link-local-ip") && !flags.Has("mac-address") && !networks.Any(network => network.Contains('=', StringComparison.Ordinal));
        if (plain)
        {
            return;
        }

        writer.WriteStartObject("NetworkingConfig");
        writer.WriteStartObject("EndpointsConfig");
        string[] asked = networks.Count == 0 ? ["default"] : [.. networks];
        for (int index = 0; index < asked.Length; index++)
        {
            NetworkSetting network = NetworkSetting.Parse(asked[index]);
            writer.WriteStartObject(network.Name);
            bool first = index == 0;
            List("Aliases", first ? [.. network.Aliases, .. flags.All("network-alias")] : network.Aliases);
            string address = first && flags.Has("ip") ? flags.Text("ip") : network.Address;
            string address6 = first && flags.Has("ip6") ? flags.Text("ip6") : network.Address6;
            if (address.Length > 0 || address6.Length > 0 || (first && flags.Has("link-local-ip")))
            {
                writer.WriteStartObject("IPAMConfig");
                Value("IPv4Address", address);
                Value("IPv6Address", address6);
                List("LinkLocalIPs", first ? flags.All("link-local-ip") : []);
                writer.WriteEndObject();
            }

            Value("MacAddress", first && flags.Has("mac-address") ? flags.Text("mac-address") : network.MacAddress);
            Map("DriverOpts", network.DriverOptions);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void Text(string name, string flag) => Value(name, flags.Text(flag));

    private void Value(string name, string value)
    {
        if (value.Length > 0)
        {
            writer.WriteString(name, value);
        }
    }

    private void Int(string name, string flag)
    {
        if (flags.Has(flag))
        {
            writer.WriteNumber(name, flags.Int(flag));
        }
    }

    private void Bytes(string name, string flag)
    {
        if (flags.Has(flag))
        {
            writer.WriteNumber(name, flags.Bytes(flag));
        }
    }

    private void Duration(string name, string flag)
    {
        if (flags.Has(flag))
        {
            writer.WriteNumber(name, flags.Duration(flag));
        }
    }

    private void Switch(string name, string flag)
    {
        if (flags.Has(flag))
        {
            writer.WriteBoolean(name, flags.Is(flag));
        }
    }

    private void List(string name, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
        {
            writer.WriteTexts(name, values);
        }
    }

    private void Map(string name, IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach ((string key, string value) in values)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    private void Set(string name, IEnumerable<string> values)
    {
        writer.WriteStartObject(name);
        foreach (string value in values)
        {
            writer.WriteStartObject(value);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
