using System.Globalization;
using System.Text.Json;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Containers;

/// <summary>--mount: type=bind,source=…,target=…,readonly.</summary>
internal sealed class MountSetting
{
    private readonly Dictionary<string, string> labels = [];
    private readonly Dictionary<string, string> options = [];
    private string type = "volume";
    private string source = "";
    private string target = "";
    private string consistency = "";
    private string propagation = "";
    private string driver = "";
    private string subpath = "";
    private bool readOnly;
    private bool nonRecursive;
    private bool noCopy;
    private long? size;
    private uint? mode;

    private MountSetting()
    {
    }

    internal static MountSetting Parse(string text)
    {
        var mount = new MountSetting();
        foreach (string field in text.Split(','))
        {
            string[] parts = field.Split('=', 2);
            mount.Take(text, field, parts[0].ToLowerInvariant(), parts.Length == 2 ? parts[1] : null);
        }

        return mount.target.Length > 0 ? mount : throw Refuse(text, "target is required");
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("Type", type);
        if (source.Length > 0)
        {
            writer.WriteString("Source", source);
        }

        writer.WriteString("Target", target);
        if (readOnly)
        {
            writer.WriteBoolean("ReadOnly", true);
        }

        if (consistency.Length > 0)
        {
            writer.WriteString("Consistency", consistency);
        }

        if (propagation.Length > 0 || nonRecursive)
        {
            writer.WriteStartObject("BindOptions");
            if (propagation.Length > 0)
            {
                writer.WriteString("Propagation", propagation);
            }

            writer.WriteBoolean("NonRecursive", nonRecursive);
            writer.WriteEndObject();
        }

        WriteVolume(writer);
        if (size is not null || mode is not null)
        {
            writer.WriteStartObject("TmpfsOptions");
            if (size is { } bytes)
            {
                writer.WriteNumber("SizeBytes", bytes);
            }

            if (mode is { } bits)
            {
                writer.WriteNumber("Mode", bits);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static UsageException Refuse(string text, string cause) => new($"invalid argument \"{text}\" for \"--mount\" flag: {cause}");

    private void Take(string text, string field, string name, string? value)
    {
        if (value is null && name is not ("readonly" or "ro" or "volume-nocopy" or "bind-nonrecursive"))
        {
            throw Refuse(text, $"invalid field '{field}' must be a key=value pair");
        }

        switch (name)
        {
            case "type":
                type = value!.ToLowerInvariant();
                break;
            case "source" or "src":
                source = value!.StartsWith('.') ? Path.GetFullPath(value) : value;
                break;
            case "target" or "dst" or "destination":
                target = value!;
                break;
            case "readonly" or "ro":
                readOnly = Truth(text, name, value);
                break;
            case "consistency":
                consistency = value!;
                break;
            case "bind-propagation":
                propagation = value!;
                break;
            case "bind-nonrecursive":
                nonRecursive = Truth(text, name, value);
                break;
            case "bind-recursive":
                nonRecursive = value == "disabled";
                break;
            case "volume-nocopy":
                noCopy = Truth(text, name, value);
                break;
            case "volume-driver":
                driver = value!;
                break;
            case "volume-subpath":
                subpath = value!;
                break;
            case "volume-label":
                labels[value!.Split('=', 2)[0]] = value.Split('=', 2) is [_, var label] ? label : "";
                break;
            case "volume-opt":
                options[value!.Split('=', 2)[0]] = value.Split('=', 2) is [_, var option] ? option : "";
                break;
            case "tmpfs-size":
                size = ByteSize.Parse(value!) ?? throw Refuse(text, $"invalid value for {name}: {value}");
                break;
            case "tmpfs-mode":
                mode = Octal(value!) ?? throw Refuse(text, $"invalid value for {name}: {value}");
                break;
            default:
                throw Refuse(text, $"unexpected key '{name}' in '{field}'");
        }
    }

    private static bool Truth(string text, string name, string? value) =>
        value is null || (FlagCheck.Bool(value) ?? throw Refuse(text, $"invalid value for {name}: {value}"));

    private static uint? Octal(string text)
    {
        uint value = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7' || value > 0xffff)
            {
                return null;
            }

            value = (value * 8) + (uint)(digit - '0');
        }

        return value;
    }

    private void WriteVolume(Utf8JsonWriter writer)
    {
        if (!noCopy && driver.Length == 0 && options.Count == 0 && labels.Count == 0 && subpath.Length == 0)
        {
            return;
        }

        writer.WriteStartObject("VolumeOptions");
        writer.WriteBoolean("NoCopy", noCopy);
        if (subpath.Length > 0)
        {
            writer.WriteString("Subpath", subpath);
        }

        Map(writer, "Labels", labels);
        writer.WriteStartObject("DriverConfig");
        if (driver.Length > 0)
        {
            writer.WriteString("Name", driver);
        }

        Map(writer, "Options", options);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Map(Utf8JsonWriter writer, string name, Dictionary<string, string> values)
    {
        writer.WriteStartObject(name);
        foreach ((string key, string value) in values)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }
}
