using System.Text;
using System.Text.Json;

namespace Wharf.Shim;

/// <summary>Options of a runtime as containerd's shim keeps them in a bundle: options.json.</summary>
internal static class RuntimeOptionsJson
{
    /// <summary>By hand: a serializer would take as long to begin as a container does.</summary>
    internal static byte[] Write(RuntimeSettings settings)
    {
        var text = new StringBuilder("{");
        Add(text, "no_pivot_root", settings.NoPivotRoot);
        Add(text, "no_new_keyring", settings.NoNewKeyring);
        Add(text, "shim_cgroup", settings.ShimCgroup);
        Add(text, "io_uid", settings.IoUid);
        Add(text, "io_gid", settings.IoGid);
        Add(text, "binary_name", settings.BinaryName);
        Add(text, "root", settings.Root);
        Add(text, "criu_path", settings.CriuPath);
        Add(text, "systemd_cgroup", settings.SystemdCgroup);
        Add(text, "criu_image_path", settings.CriuImagePath);
        Add(text, "criu_work_path", settings.CriuWorkPath);
        Add(text, "task_api_version", settings.TaskApiVersion);
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    internal static RuntimeSettings Read(byte[] bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            // containerd's shim writes null for a container without options.
            return new RuntimeSettings();
        }

        string Text(string name) => root.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";
        bool Flag(string name) => root.TryGetProperty(name, out JsonElement value) && value.GetBoolean();
        uint Number(string name) => root.TryGetProperty(name, out JsonElement value) ? value.GetUInt32() : 0;
        return new RuntimeSettings
        {
            NoPivotRoot = Flag("no_pivot_root"),
            NoNewKeyring = Flag("no_new_keyring"),
            ShimCgroup = Text("shim_cgroup"),
            IoUid = Number("io_uid"),
            IoGid = Number("io_gid"),
            BinaryName = Text("binary_name"),
            Root = Text("root"),
            CriuPath = Text("criu_path"),
            SystemdCgroup = Flag("systemd_cgroup"),
            CriuImagePath = Text("criu_image_path"),
            CriuWorkPath = Text("criu_work_path"),
            TaskApiVersion = Number("task_api_version"),
        };
    }

    /// <summary>By a shim of 0.1, whose container may outlive it.</summary>
    internal static RuntimeSettings ReadOldest(byte[] bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement root = document.RootElement;
        return new RuntimeSettings
        {
            BinaryName = root.GetProperty(nameof(RuntimeSettings.BinaryName)).GetString() ?? "",
            Root = root.GetProperty(nameof(RuntimeSettings.Root)).GetString() ?? "",
            SystemdCgroup = root.GetProperty(nameof(RuntimeSettings.SystemdCgroup)).GetBoolean(),
        };
    }

    private static void Add(StringBuilder text, string name, bool value)
    {
        if (value)
        {
            Name(text, name).Append("true");
        }
    }

    private static void Add(StringBuilder text, string name, uint value)
    {
        if (value != 0)
        {
            Name(text, name).Append(System.Globalization.CultureInfo.InvariantCulture, $"{value}");
        }
    }

    private static void Add(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
        {
            Name(text, name).Append('"').Append(JsonEncodedText.Encode(value)).Append('"');
        }
    }

    private static StringBuilder Name(StringBuilder text, string name) => (text.Length > 1 ? text.Append(',') : text).Append('"').Append(name).Append("\":");
}
