using System.Globalization;
using System.Text;
using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Commands;

/// <summary>What an engine says about itself, for people.</summary>
internal static class InfoText
{
    internal static string Of(JsonElement info)
    {
        var text = new StringBuilder();
        Number(text, "Containers", info, "Containers");
        Number(text, " Running", info, "ContainersRunning");
        Number(text, " Paused", info, "ContainersPaused");
        Number(text, " Stopped", info, "ContainersStopped");
        Number(text, "Images", info, "Images");
        Line(text, "Server Version", info.Text("ServerVersion"));
        Line(text, "Storage Driver", info.Text("Driver"));
        foreach (JsonElement pair in info.Items("DriverStatus"))
        {
            string[] parts = [.. pair.Items().Select(part => part.ToString())];
            if (parts.Length == 2)
            {
                Line(text, " " + parts[0], parts[1]);
            }
        }

        Line(text, "Logging Driver", info.Text("LoggingDriver"));
        Line(text, "Cgroup Driver", info.Text("CgroupDriver"));
        Line(text, "Cgroup Version", info.Text("CgroupVersion"));
        text.Append(" Plugins:\n");
        foreach (string kind in new[] { "Volume", "Network", "Authorization", "Log" })
        {
            if (info.Find("Plugins").Items(kind).Any())
            {
                Line(text, " " + kind, string.Join(' ', info.Find("Plugins").Texts(kind)));
            }
        }

        Line(text, "Swarm", info.Find("Swarm").Text("LocalNodeState"));
        Line(text, "Runtimes", string.Join(' ', info.Find("Runtimes").Properties().Select(runtime => runtime.Name)));
        Line(text, "Default Runtime", info.Text("DefaultRuntime"));
        if (info.Text("OSType") == "linux")
        {
            text.Append(" Init Binary: ").Append(info.Text("InitBinary")).Append('\n');
            text.Append(" containerd version: ").Append(info.Find("ContainerdCommit").Text("ID")).Append('\n');
            text.Append(" runc version: ").Append(info.Find("RuncCommit").Text("ID")).Append('\n');
        }

        text.Append(" init version: ").Append(info.Find("InitCommit").Text("ID")).Append('\n');
        AppendSecurity(text, info);
        Line(text, "Kernel Version", info.Text("KernelVersion"));
        Line(text, "Operating System", info.Text("OperatingSystem"));
        Line(text, "OSType", info.Text("OSType"));
        Line(text, "Architecture", info.Text("Architecture"));
        Number(text, "CPUs", info, "NCPU");
        Line(text, "Total Memory", Words.BinarySize(info.Number("MemTotal")));
        Line(text, "Name", info.Text("Name"));
        Line(text, "ID", info.Text("ID"));
        Line(text, "Docker Root Dir", info.Text("DockerRootDir"));
        Truth(text, "Debug Mode", info, "Debug");
        Line(text, "HTTP Proxy", info.Text("HttpProxy"));
        Line(text, "HTTPS Proxy", info.Text("HttpsProxy"));
        Line(text, "No Proxy", info.Text("NoProxy"));
        if (info.Items("Labels").Any())
        {
            text.Append(" Labels:\n").Append(string.Concat(info.Texts("Labels").Select(label => $"  {label}\n")));
        }

        Truth(text, "Experimental", info, "ExperimentalBuild");
        AppendRegistries(text, info.Find("RegistryConfig"));
        Truth(text, "Live Restore Enabled", info, "LiveRestoreEnabled");
        Line(text, "Product License", info.Text("ProductLicense"));
        return text.Append('\n').ToString();
    }

    private static void AppendSecurity(StringBuilder text, JsonElement info)
    {
        string[] options = [.. info.Texts("SecurityOptions")];
        if (options.Length == 0)
        {
            return;
        }

        text.Append(" Security Options:\n");
        foreach (string option in options)
        {
            foreach (string part in option.Split(','))
            {
                string[] pair = part.Split('=', 2);
                text.Append(pair is ["name", var name] ? $"  {name}\n" : pair is ["profile", var profile] ? $"   Profile: {profile}\n" : $"   {part}\n");
            }
        }
    }

    private static void AppendRegistries(StringBuilder text, JsonElement registries)
    {
        string[] insecure =
        [
            .. registries.Find("IndexConfigs").Properties().Where(index => index.Value.Find("Secure").ValueKind == JsonValueKind.False).Select(index => index.Name),
            .. registries.Texts("InsecureRegistryCIDRs"),
        ];
        if (insecure.Length > 0)
        {
            text.Append(" Insecure Registries:\n").Append(string.Concat(insecure.Select(registry => $"  {registry}\n")));
        }

        if (registries.Items("Mirrors").Any())
        {
            text.Append(" Registry Mirrors:\n").Append(string.Concat(registries.Texts("Mirrors").Select(mirror => $"  {mirror}\n")));
        }
    }

    private static void Line(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
        {
            text.Append(' ').Append(name).Append(": ").Append(value).Append('\n');
        }
    }

    private static void Number(StringBuilder text, string name, JsonElement info, string field) =>
        Line(text, name, info.Number(field).ToString(CultureInfo.InvariantCulture));

    private static void Truth(StringBuilder text, string name, JsonElement info, string field) => Line(text, name, info.Is(field) ? "true" : "false");
}
