using System.Text.Json;
using System.Text.Json.Serialization;
using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>containerd.runc.v1.Options, as far as they concern a shim; kept in the bundle for a delete after a crash.</summary>
internal sealed record RuntimeSettings
{
    private const string FileName = "shim-options.json";

    public bool NoPivotRoot { get; set; }

    public bool NoNewKeyring { get; set; }

    public uint IoUid { get; set; }

    public uint IoGid { get; set; }

    public string BinaryName { get; set; } = "";

    public string Root { get; set; } = "";

    public bool SystemdCgroup { get; set; }

    /// <summary>Where criu logs, kept for the caller; empty for a folder of the bundle that is removed.</summary>
    public string CriuWorkPath { get; set; } = "";

    internal static RuntimeSettings Decode(string type, ReadOnlySpan<byte> bytes)
    {
        var settings = new RuntimeSettings();
        if (type is not ("containerd.runc.v1.Options" or "io.containerd.runc.v1.Options"))
        {
            return settings;
        }

        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: settings.NoPivotRoot = reader.Flag; break;
                case 2: settings.NoNewKeyring = reader.Flag; break;
                case 4: settings.IoUid = (uint)reader.Number; break;
                case 5: settings.IoGid = (uint)reader.Number; break;
                case 6: settings.BinaryName = reader.Text; break;
                case 7: settings.Root = reader.Text; break;
                case 9: settings.SystemdCgroup = reader.Flag; break;
                case 11: settings.CriuWorkPath = reader.Text; break;
            }
        }

        return settings;
    }

    internal static RuntimeSettings Recorded(string bundle)
    {
        string path = Path.Combine(bundle, FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), RuntimeSettingsJson.Default.RuntimeSettings) ?? new RuntimeSettings() : new RuntimeSettings();
    }

    internal void Record(string bundle) =>
        File.WriteAllBytes(Path.Combine(bundle, FileName), JsonSerializer.SerializeToUtf8Bytes(this, RuntimeSettingsJson.Default.RuntimeSettings));

    /// <summary>The runtime: what the options name, else ours beside this program, else ours or runc from PATH.</summary>
    internal string Binary()
    {
        string beside = Path.Combine(Path.GetDirectoryName(Environment.ProcessPath) ?? "/", "wharf-runc");
        return BinaryName.Length > 0
            ? Spawner.Find(BinaryName) ?? throw new ShimException($"runtime \"{BinaryName}\": executable file not found in $PATH")
            : File.Exists(beside) ? beside
            : Spawner.Find("wharf-runc") ?? Spawner.Find("runc") ?? throw new ShimException("runtime: neither \"wharf-runc\" nor \"runc\" found in $PATH");
    }
}

/// <summary>Reads and writes the record of the options.</summary>
[JsonSerializable(typeof(RuntimeSettings))]
internal sealed partial class RuntimeSettingsJson : JsonSerializerContext;
